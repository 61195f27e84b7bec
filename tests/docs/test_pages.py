"""The reference pages say what the program does: whole, without words of ours that a reader cannot
know, and every link leads somewhere."""

import re
from functools import cache

import pytest

from cosell.selling.contract import CONTRACT
from cosell.selling.differences import Difference
from cosell.selling.differences.rows import SUBJECTS
from cosell.selling.listing import List
from cosell.selling.profiles import Profile
from cosell.selling.rules.content import field_of
from cosell.selling.rules.opportunity_members import MEMBERS
from cosell.selling.rules.tables import TABLES
from cosell.selling.workflows.kinds import WORKFLOWS
from tests.test_tidy import PAPERS
from tools.reference import anchor
from tools.reference.__main__ import PAGES
from tools.reference.differences import switches
from tools.reference.lifecycles import cycles, drawn
from tools.reference.lists import filters_of, list_of, unfiltered
from tools.reference.operations import handlers

CHOICES: list[Difference] = [row for subject in SUBJECTS for row in subject.rows]
# Names of papers that a reader does not have, and of rules in them.
UNKNOWN_TO_READERS = re.compile(
    rf"{PAPERS.pattern}|decisions|shared/|/work"
    r"|\bPM\b|\bGOV\b|\bHUB\b|\bXLS\b|\b[A-J]\d{1,2}\b(?!\.)|\bS[123]\b|\bpoint \d"
)
LINK = re.compile(r"\]\(([^)#]*)#([^)]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
CODE = re.compile(r"``? ?.*?``?")


@cache
def written(name: str) -> str:
    return PAGES[name]()


def headings(name: str) -> list[str]:
    return [anchor(found) for found in HEADING.findall(written(name))]


# --- every page ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_page_is_the_same_each_time(name: str) -> None:
    assert PAGES[name]() == written(name)


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_words_of_ours(name: str) -> None:
    prose = CODE.sub("", written(name))
    assert not sorted(set(UNKNOWN_TO_READERS.findall(prose)))


@pytest.mark.parametrize("name", PAGES)
def test_links_of_page_lead_somewhere(name: str) -> None:
    broken = [
        f"{file or name}#{fragment}"
        for file, fragment in LINK.findall(written(name))
        if fragment not in headings(file or name)
    ]
    assert not broken


@pytest.mark.parametrize("name", PAGES)
def test_headings_of_page_are_told_apart(name: str) -> None:
    found = headings(name)
    assert sorted(set(found)) == sorted(found)


@pytest.mark.parametrize("name", PAGES)
def test_tables_of_page_are_rectangular(name: str) -> None:
    width = 0
    for line in written(name).splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert cells in (width, 0) or width == 0, line
        width = cells


# --- what each page has to show ------------------------------------------------------------------


def test_rules_page_shows_every_row_of_every_table() -> None:
    page = written("rules.md")
    for table in TABLES:
        section = page.split(f"\n## {table.act}\n")[1].split("\n## ")[0]
        shown = re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)
        assert shown == [rule.id for rule in table.rules], table.act


def test_differences_page_shows_every_choice() -> None:
    page = written("differences.md")
    for row in CHOICES:
        assert page.count(f"<br>`{row.id}` |") == 1, row.id
    chosen = [rule for table in TABLES for rule in table.rules]
    for rule in chosen:
        if rule.source in ("decision", "not documented"):
            assert f"| `{rule.id}` |" in page, rule.id


def test_operations_page_shows_every_operation() -> None:
    page = written("operations.md")
    rows = re.findall(r"^\| \[`(\w+)`\]", page, re.MULTILINE)
    assert rows == sorted(CONTRACT.operations)
    assert len(rows) == 45
    for name in rows:
        assert f"\n### {name}\n" in page


@pytest.mark.parametrize("name", cycles())
def test_life_cycle_is_drawn_with_every_arrow(name: str) -> None:
    cycle = cycles()[name]
    picture = drawn(cycle)
    assert picture in written("lifecycles.md")
    spelled = {re.sub(r"\W", "", state): state for state in cycle}
    box = [spelled[one] for one in re.findall(r"^        .*?(\w+)$", picture, re.MULTILINE)]
    led = {(one, other) for one in box for other in box if one != other}
    for start, after in re.findall(r"^    (\w+) --> (\w+)", picture, re.MULTILINE):
        starts = [spelled[start]] if start in spelled else box
        led |= {(one, spelled.get(after, after)) for one in starts}
    assert led == {(state, after) for state, acts in cycle.items() for after in acts.values()}


def test_every_step_of_every_task_is_shown() -> None:
    page = written("lifecycles.md")
    for workflow in WORKFLOWS:
        section = page.split(f"\n### {workflow.operation}\n")[1].split("\n### ")[0]
        shown = re.findall(r"^\| \d+ \| `(\w+)`", section, re.MULTILINE)
        assert shown == [step.name for step in workflow.steps]


def test_lists_page_shows_every_sort_and_filter() -> None:
    page = written("lists.md")
    for name, handler in handlers().items():
        one = list_of(handler)
        if not isinstance(one, List):
            continue
        section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
        for shown in (*one.sorts, *filters_of(name, one)):
            assert f"| `{shown}` |" in section, f"{name}: {shown}"
        assert unfiltered(name, one) == [], name


def test_every_sort_of_a_list_has_an_index() -> None:
    for name, handler in handlers().items():
        one = list_of(handler)
        for order in one.sorts.values() if one else ():
            column = order.column
            assert column == one.view.sort or column in one.view.orders, name  # type: ignore[union-attr]


# --- choices -------------------------------------------------------------------------------------


def test_choices_have_ids_of_their_own() -> None:
    ids = [row.id for row in CHOICES]
    assert len(set(ids)) == len(ids)
    assert not set(ids) & {rule.id for table in TABLES for rule in table.rules}


@pytest.mark.parametrize("row", CHOICES, ids=lambda row: str(row.id))
def test_choice_says_what_a_reader_asks(row: Difference) -> None:
    assert row.title
    assert row.says.endswith((".", '".'))
    assert not row.seen or row.seen.endswith((".", '".'))
    assert row.done.endswith((".", '".'))
    assert set(row.operations) <= set(CONTRACT.operations)
    assert row.source == "not documented" or row.seen or row.cite or row.source == "decision"


def test_members_on_the_rules_page_are_as_open_as_the_program_says() -> None:
    lines = written("rules.md").splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("| member |"))
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[head:]]
    states, rows = cells[0][1:], cells[2 : 2 + len(MEMBERS)]
    assert [row[0] for row in rows] == [f"`{field_of(one.path)}`" for one in MEMBERS]
    for row, member in zip(rows, MEMBERS, strict=True):
        told = dict(zip(states, row[1:], strict=True))
        assert told["Submitted, In review"] == told["Rejected"] == "no"
        assert (told["Action Required"] == "yes") == member.correctable
        if member.path != "LifeCycle.Stage":
            assert told["Pending Submission"] == "yes"
            assert told["Approved"] == ("while empty" if member.frozen else "yes")
            assert told["Approved, Launched"] == ("yes" if member.lasting else "while empty")
            assert told["Approved, Closed Lost"] == ("yes" if member.lasting else "no")


def test_switches_and_choices_name_each_other() -> None:
    assert {row.switch for row in CHOICES if row.switch} == set(Profile._fields)
    assert set(switches()) == set(Profile._fields)
    assert all(switches().values())
