"""The pages say in which order an operation asks its tables: every operation is asked, and what it
looks at noted; and of two faults of different tables the one is told that the page has first."""

import copy
from collections.abc import Callable, Iterator
from itertools import combinations, count
from typing import Any

import pytest

from cosell.selling.rules import Rule
from cosell.selling.rules.order import ORDER, Turn, turns_of
from cosell.selling.rules.tables import TABLES
from cosell.store.sqlite import SqliteStore
from tests.answers import MODEL
from tests.harness import ACCOUNT, OTHER
from tests.operations.test_answers import IMPLEMENTED, Made
from tests.store.test_neighbours import request, told

DECLARED = {name: [one for one in TABLES if name in one.operations] for name in IMPLEMENTED}
EVERY = {name for one in TABLES for name in one.operations}
NAMED = "Find an opportunity"
# Asked only of what a failed task left, or of the other kind of resource.
SELDOM = {"Go on where a task failed", "Find a snapshot job", NAMED}
TAGGED = [{"Key": "team", "Value": "blue"}]
STRANGER = "999988887777"
NUMBERS = count()


def acts_of(turns: tuple[Turn, ...]) -> list[str]:
    return [act for turn in turns for act in turn.acts]


@pytest.mark.parametrize("operation", sorted(EVERY))
def test_order_names_the_tables_that_name_the_operation(operation: str) -> None:
    named = [one.act for one in TABLES if operation in one.operations]
    assert sorted(acts_of(turns_of(operation))) == sorted(named)


def test_order_names_no_operation_in_vain() -> None:
    assert set(ORDER) <= EVERY


# --- what is asked -------------------------------------------------------------------------------


class Listener:
    """Notes which tables are asked: each row's act, in the order of their first asking. What a row
    asks of another one by itself is not noted."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._depth = 0
        self._rules = {id(rule): rule for table in TABLES for rule in table.rules}
        self._own = {key: rule.broken for key, rule in self._rules.items()}

    def __enter__(self) -> "Listener":
        for key, rule in self._rules.items():
            object.__setattr__(rule, "broken", self._noted(rule, self._own[key]))
        return self

    def __exit__(self, *_: object) -> None:
        for key, rule in self._rules.items():
            object.__setattr__(rule, "broken", self._own[key])

    def _noted(self, rule: Rule[Any], own: Callable[[Any], bool]) -> Callable[[Any], bool]:
        def broken(facts: Any) -> bool:
            if not self._depth:
                self.asked.append(rule.id)
            self._depth += 1
            try:
                return own(facts)
            finally:
                self._depth -= 1

        return broken


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    """A world in which every operation succeeds, and in which somebody is not enrolled."""
    made = told(SqliteStore(":memory:"))
    made.world.desk("PutPartner", AccountId=STRANGER, Catalogs=[])
    yield made
    made.world.close()  # type: ignore[attr-defined]


def fresh(made: Made, operation: str) -> dict[str, Any]:
    """A request that succeeds, with tags where it takes some, and that none was before."""
    body = request(made, operation)
    if "Name tags in a request" in acts_of(turns_of(operation)) and "TagKeys" not in body:
        body["Tags"] = TAGGED
    if "ClientToken" in body:
        body["ClientToken"] += f"-{next(NUMBERS)}"
    return body


def ask(made: Made, operation: str, body: dict[str, Any], account: str = ACCOUNT) -> Any:
    world: Any = made.world
    return world.call(operation, {"Catalog": "Sandbox", **body}, account)


@pytest.mark.parametrize("operation", IMPLEMENTED)
def test_operation_asks_its_tables_in_the_order_of_the_page(made: Made, operation: str) -> None:
    body = fresh(made, operation)
    with Listener() as listener:
        reply = ask(made, operation, body)
    assert reply.status == 200, reply.body
    turn_of = {act: n for n, turn in enumerate(turns_of(operation)) for act in turn.acts}
    act_of = {rule.id: one.act for one in DECLARED[operation] for rule in one.rules}
    acts = list(dict.fromkeys(act_of[one] for one in listener.asked if one in act_of))
    assert [turn_of[act] for act in acts] == sorted(turn_of[act] for act in acts), acts
    assert set(turn_of) - set(acts) <= SELDOM


# --- two faults ----------------------------------------------------------------------------------


def put(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """A fault that one member makes, named by a path; a list's first item by 0."""
    *parents, name = path.split(".")

    def spoil(body: dict[str, Any]) -> None:
        holder: Any = body
        for parent in parents:
            holder = holder[0] if parent == "0" else holder.setdefault(parent, {})
        holder[name] = value

    return spoil


def arn(account: str) -> str:
    return f"arn:aws:partnercentral:us-east-1:{account}:catalog/Sandbox/opportunity/O999999999"


def named(operation: str, *members: str) -> str:
    """The member by which a request names something."""
    shape = MODEL["operations"][operation]["input"]["shape"]
    return next(one for one in members if one in MODEL["shapes"][shape]["members"])


TWICE = [*TAGGED, *TAGGED]
NOBODY: dict[str, tuple[tuple[str, ...], str]] = {
    "Find an opportunity": (
        ("OpportunityIdentifier", "RelatedOpportunityIdentifier", "ResourceIdentifier",
         "Identifier"),
        "O999999999",
    ),
    "Find an engagement": (("EngagementIdentifier", "Identifier"), "eng-aaaaaaaaaaaaaa"),
    "Find an invitation": (("Identifier",), "engi-aaaaaaaaaaaaa"),
    "Find a snapshot job": (("ResourceSnapshotJobIdentifier",), "job-aaaaaaaaaaaaa"),
}  # fmt: skip
FAULTS: dict[str, Callable[[dict[str, Any]], None]] = {
    "Choose a template for a snapshot or its job": put(
        "ResourceSnapshotTemplateIdentifier", "AnotherView"
    ),
    "Find a snapshot": put("Revision", 999),
    "Create an opportunity": put("LifeCycle.Stage", "Launched"),
    "Write an opportunity": put("Project.CompetitorName", "*Other"),
    "Say what a customer will spend": put("Project.ExpectedCustomerSpend.0.Amount", "0"),
    "Update: what the opportunity's state leaves open": put("LifeCycle.ReviewStatus", "In review"),
    "Update: what it must bring along": put("Marketing", {}),
    "Associate an entity with an opportunity": put("RelatedEntityIdentifier", "Nothing"),
    "Disassociate an entity": put("RelatedEntityIdentifier", "Nothing"),
    "Assign an opportunity": put("Assignee.FirstName", ""),
    "Find the context that is to change": put("ContextIdentifier", "9"),
    "Invite to an engagement": put("Invitation.Receiver.Account.AwsAccountId", ACCOUNT),
}


def fault(operation: str, act: str) -> Callable[[dict[str, Any]], None] | None:
    """What breaks a row of a table in a request of an operation; None if this test cannot."""
    if act == "Name tags in a request":
        return put("TagKeys", ["a", "a"]) if operation == "UntagResource" else put("Tags", TWICE)
    if act == "Say what a context is about":
        return ABOUT.get(operation)
    if "tag" in operation.lower() and operation.endswith("Resource"):
        accounts = {"Name a resource that has tags": OTHER, "Find an opportunity": ACCOUNT}
        return put("ResourceArn", arn(accounts[act])) if act in accounts else None
    if act in NOBODY:
        members, nobody = NOBODY[act]
        return put(named(operation, *members), nobody)
    return FAULTS.get(act)


ABOUT: dict[str, Callable[[dict[str, Any]], None]] = {
    "CreateEngagementContext": lambda body: _another_type(body),
    "UpdateEngagementContext": put(
        "Payload.CustomerProject.Project.TargetCompletionDate", "2030-02-30"
    ),
}


def _another_type(body: dict[str, Any]) -> None:
    body["Type"] = "Lead" if body["Type"] == "CustomerProject" else "CustomerProject"


def pairs() -> list[tuple[str, str, str]]:
    """Two tables of an operation, of which the first is asked before or with the second; what names
    one thing twice cannot be wrong in two ways."""
    found = []
    for operation in IMPLEMENTED:
        acts = [act for act in acts_of(turns_of(operation))[1:] if fault(operation, act)]
        found += [(operation, *two) for two in combinations(acts, 2)]
    return [one for one in found if {*one[1:]} != {"Name a resource that has tags", NAMED}]


def refused_by(made: Made, operation: str, body: dict[str, Any], account: str) -> set[str]:
    """The tables whose rows refuse a request, as the journal has it."""
    reply = ask(made, operation, body, account)
    assert reply.status == 400, reply.body
    call = made.world.desk("ListCalls", Operation=operation, MaxResults=1_000)["Calls"][-1]
    act_of = {rule.id: one.act for one in DECLARED[operation] for rule in one.rules}
    return {act_of.get(rule["Id"], rule["Id"]) for rule in call["Rules"]}


@pytest.mark.parametrize(("operation", "first", "second"), pairs())
def test_of_two_faults_that_is_told_which_the_page_has_first(
    made: Made, operation: str, first: str, second: str
) -> None:
    body = copy.deepcopy(fresh(made, operation))
    for act in (first, second):
        spoil = fault(operation, act)
        assert spoil is not None
        alone = copy.deepcopy(body)
        spoil(alone)
        assert refused_by(made, operation, alone, ACCOUNT) == {act}
    for act in (second, first):
        fault(operation, act)(body)  # type: ignore[misc]
    together = any({first, second} <= {*turn.acts} for turn in turns_of(operation))
    expected = {first, second} if together else {first}
    assert refused_by(made, operation, body, ACCOUNT) == expected
    assert refused_by(made, operation, body, STRANGER) == {"Call as a partner"}
