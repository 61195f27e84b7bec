"""The registry of rule tables is whole: no row of a rules module is missing from the reference."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from cosell.selling import rules
from cosell.selling.rules import Rule, Table
from cosell.selling.rules.tables import TABLES

LISTED = {id(rule) for table in TABLES for rule in table.rules}


def modules() -> list[ModuleType]:
    names = [found.name for found in pkgutil.iter_modules(rules.__path__)]
    return [importlib.import_module(f"{rules.__name__}.{name}") for name in names]


def rows_in(value: object) -> Iterator[Rule[Any]]:
    """The rows in a module's value: itself, or what a tuple, a list or a dict of them holds."""
    if isinstance(value, Rule):
        yield value
    elif isinstance(value, Table):
        yield from value.rules
    elif isinstance(value, tuple | list):
        for one in value:
            yield from rows_in(one)
    elif isinstance(value, dict):
        yield from rows_in(tuple(value.values()))


@pytest.mark.parametrize("module", modules(), ids=lambda module: str(module.__name__))
def test_every_row_of_a_rules_module_stands_in_a_listed_table(module: ModuleType) -> None:
    rows = [rule for value in vars(module).values() for rule in rows_in(value)]
    missing = {rule.id for rule in rows if id(rule) not in LISTED}
    assert not missing, f"add {module.__name__}.TABLES to selling/rules/tables.py"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.act))
def test_every_row_says_when_it_holds(table: Table) -> None:
    silent = [rule.id for rule in table.rules if not rule.when or rule.when.endswith(".")]
    assert not silent, "give these rows a `when`, which is no whole sentence"


def test_acts_are_told_apart() -> None:
    acts = [table.act for table in TABLES]
    assert sorted(set(acts)) == sorted(acts)
    assert all(table.rules for table in TABLES)
