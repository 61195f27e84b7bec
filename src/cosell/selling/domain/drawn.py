"""Customers and projects for what AWS refers without words, in turn; a namespace has its own turns.

The first of a kind in one namespace is what the first is in any other, the second is another, and
no pair comes back before each customer has had each project. A customer whose name is said has no
turn: what else is told of it follows from the name, and stays. The table stands in
values/examples.json; its companies are examples. Must not know who is told of them.
"""

from typing import Final, NamedTuple, cast

from cosell.calls import Call
from cosell.contract import Document
from cosell.originals import sha256
from cosell.selling import object_at, objects_at, text_at, values
from cosell.selling.domain import desk_rules
from cosell.store import Tx

_KIND: Final = "drawn"  # the next turn, by what it is for; and the turn that one thing has
_ACCOUNT: Final = ("Address", "CompanyName", "Industry", "WebsiteUrl")
_LEAD: Final = ("AwsMaturity", "CompanyName", "Industry", "MarketSegment", "WebsiteUrl")


class Example(NamedTuple):
    """A customer (Address, AwsMaturity, CompanyName, Contact, Industry, MarketSegment, WebsiteUrl)
    and a project (Title, Problem, UseCase, Monthly: the amount)."""

    customer: Document
    project: Document


def draw(call: Call, tx: Tx, purpose: str) -> int:
    """The next turn of a purpose in the namespace."""
    before = desk_rules.find(call, tx, _KIND, purpose) or {}
    number = cast("int", before.get("Next", 0))
    desk_rules.put(call, tx, _KIND, purpose, {"Next": number + 1})
    return number


def turn_of(call: Call, tx: Tx, purpose: str, one: str) -> int:
    """The turn of one thing that may ask for it again: the next when it asks first, and the same
    ever after."""
    name = f"{purpose}/{one}"
    kept = desk_rules.find(call, tx, _KIND, name)
    if kept is None:
        kept = {"Next": draw(call, tx, purpose)}
        desk_rules.put(call, tx, _KIND, name, kept)
    return cast("int", kept["Next"])


def example(turn: int, company: str = "") -> Example:
    """The example of a turn, from 0 on; of a company that is named, always the same customer: its
    own, where the table has it."""
    table = values.defaults("examples")
    customers = cast("list[Document]", table["Customers"])
    projects = cast("list[Document]", table["Projects"])
    place = _place(company, customers) if company else turn
    return Example(customers[place % len(customers)], projects[turn % len(projects)])


def _place(company: str, customers: list[Document]) -> int:
    """Where the customer stands that a name leads to; how it is written makes no difference."""
    name = " ".join(company.split()).casefold()
    names = [text_at(customer, "CompanyName").casefold() for customer in customers]
    if name in names:
        return names.index(name)
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big")


def opportunity(turn: int, partition: str = "", company: str = "") -> Document:
    """Members of a CreateOpportunity, all but the close date; the spend is in the currency that
    the AwsPartition asks for. `company`: the customer's name, if it is said; it is not put in."""
    default = values.defaults("referral")
    content = object_at(default, "Opportunity")
    customer, project = example(turn, company)
    spend = {**object_at(default, "Spend"), "Amount": project["Monthly"]}
    if currency := object_at(default, "Currencies").get(partition):
        spend["CurrencyCode"] = currency
    account = {name: customer[name] for name in _ACCOUNT}
    return {
        **content,
        "Customer": {"Account": account, "Contacts": [customer["Contact"]]},
        "Project": {
            **object_at(content, "Project"),
            "CustomerBusinessProblem": project["Problem"],
            "CustomerUseCase": project["UseCase"],
            "ExpectedCustomerSpend": [spend],
            "Title": project["Title"],
        },
    }


def lead(turn: int, company: str = "") -> Document:
    """The payload of a lead context, with one interaction. Its customer is not the one whom an
    opportunity of the same turn is about, unless `company` names it."""
    default = object_at(values.defaults("lead"), "Lead")
    customer, project = example(turn + 1, company)
    address = object_at(customer, "Address")
    [interaction] = objects_at(default, "Interactions")
    return {
        **default,
        "Customer": {
            **{name: customer[name] for name in _LEAD},
            "Address": {name: value for name, value in address.items() if name != "StreetAddress"},
        },
        "Interactions": [
            {
                **interaction,
                "BusinessProblem": text_at(project, "Problem"),
                "Contact": customer["Contact"],
                "SourceName": text_at(project, "Title"),
                "Usecase": text_at(project, "UseCase"),
            }
        ],
    }
