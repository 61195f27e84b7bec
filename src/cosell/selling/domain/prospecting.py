"""What AWS finds when a lead is prospected: what the desk says of an engagement, or a default.

Not documented: see difference `task.prospecting`; the defaults stand in values/prospecting.json.
"""

from typing import Final, cast

from cosell.calls import Call
from cosell.contract import Document, Json
from cosell.selling import object_at, objects_at, text_at, values
from cosell.selling.contract import CONTRACT
from cosell.selling.domain import desk_rules
from cosell.store import Tx

_KIND: Final = "prospecting-result"
_CATEGORY: Final = "SolutionCategory"
_SUB_CATEGORY: Final = "SolutionSubCategory"


def put(call: Call, tx: Tx, engagement: str, said: Document) -> Document:
    """Say what is found of an engagement's lead: Customer and Insights, or ReasonCode and
    Message."""
    kept: Document = {**said, "EngagementIdentifier": engagement}
    desk_rules.put(call, tx, _KIND, engagement, kept)
    return kept


def said(call: Call, tx: Tx, engagement: str) -> Document:
    """What the desk says of an engagement; empty if it says nothing."""
    return desk_rules.find(call, tx, _KIND, engagement) or {}


def every(call: Call, tx: Tx) -> list[Document]:
    """All that the desk says, in order."""
    return desk_rules.every(call, tx, _KIND)


def forget(call: Call, tx: Tx, engagement: str | None) -> int:
    """Take back what was said of an engagement, or of all; answers of how many."""
    return desk_rules.forget(call, tx, _KIND, engagement)


def result(lead: Document, said: Document, turn: int) -> Document:
    """The customer and the insights of an engagement, whose turn it is: what the desk says, over
    what the lead says, over the defaults, which follow both, and are not there where these say what
    is not known: of a country, of a segment, of what the customer wants and of how far it is with
    AWS."""
    customer, stated = object_at(lead, "Customer"), object_at(said, "Customer")
    insights = object_at(said, "Insights")
    country, segment = text_at(customer, "Address.CountryCode"), text_at(customer, "MarketSegment")
    known = {
        "AccountName": text_at(customer, "CompanyName"),
        "Country": _member_of("CountryCode", country),
        "Industry": _member_of("Industry", text_at(customer, "Industry")),
        "Segment": segment,
    }
    told = {name: value for name, value in known.items() if value}
    default = values.defaults("prospecting")
    places, sizes = object_at(default, "InCountry"), object_at(default, "InSegment")
    solution = _solution(_wanted(lead), insights)
    company = text_at(stated, "AccountName") or known["AccountName"]
    return {
        "Customer": {
            **_programs(text_at(customer, "AwsMaturity"), solution),
            "PublicProfileSummary": text_at(default, "PublicProfileSummary").format(
                company=company
            ),
            **_of(places, text_at(stated, "Country") or country),
            **_of(sizes, text_at(stated, "Segment") or segment),
            **told,
            **stated,
        },
        "Insights": {**_scores(turn), **insights, **solution},
    }


def _wanted(lead: Document) -> str:
    """The use case of the newest interaction that has one, as the table spells it; '' of none."""
    named = [text_at(one, "Usecase") for one in objects_at(lead, "Interactions")]
    newest = next((one for one in reversed(named) if one), "")
    return values.spelled_use_case(newest)


def _programs(maturity: str, solution: Document) -> Document:
    """Programs of AWS for a customer that is so far, and for what it wants."""
    default = values.defaults("prospecting")
    tables = (
        (object_at(default, "ProgramsInMaturity"), maturity),
        (object_at(default, "ProgramsInSubCategory"), text_at(solution, _SUB_CATEGORY)),
    )
    found = [one for table, of in tables for one in cast("list[Json]", table.get(of, []))]
    return {"EligiblePrograms": found} if found else {}


def _solution(usecase: str, said: Document) -> Document:
    """The solution's category and sub-category, a pair: both of the use case, unless one of them is
    said: that has only what goes with it, if that is known."""
    table = object_at(values.defaults("prospecting"), "InUseCase")
    own = _of(table, usecase)
    stated = {name: said[name] for name in (_CATEGORY, _SUB_CATEGORY) if said.get(name)}
    if not stated or stated.items() <= own.items():
        return own
    if _CATEGORY in stated:
        return stated  # it has several, and nothing says which
    pairs = (_of(table, one) for one in table if one)
    return next((pair for pair in pairs if stated.items() <= pair.items()), stated)


def _scores(turn: int) -> Document:
    """Two scores: those of the turn."""
    scores = cast("list[Document]", values.defaults("prospecting")["Scores"])
    return scores[turn % len(scores)]


def _of(groups: Document, group: str) -> Document:
    """What a default says of a group, which may be any text."""
    found = groups.get(group)
    return found if isinstance(found, dict) else {}


def _member_of(shape: str, value: str) -> str:
    """A lead's free text, if it is one of the values that the result can have."""
    return value if value in CONTRACT.enum(shape) else ""
