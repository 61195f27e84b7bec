"""Reference values of Partner Central that its model does not hold, read on first use.

Facts from aws-samples/partner-crm-integration-samples (see NOTICE), and of Marketing.UseCases from
the API reference; what AWS says by default is not documented. Must not hold a rule.
"""

from functools import cache
from typing import cast

from cosell import packaged
from cosell.contract import Document
from cosell.contract.load import parsed


def _lines(name: str) -> tuple[str, ...]:
    return tuple(packaged.text(__spec__, f"{name}.txt").splitlines())


@cache
def use_cases() -> tuple[str, ...]:
    """Values of Project.CustomerUseCase: as the server spells them, then without the blanks round
    a slash, as the model's documentation spells them."""
    return tuple(dict.fromkeys((*_lines("use_cases"), *_spellings())))


@cache
def _spellings() -> dict[str, str]:
    """How the server spells what the model's documentation spells without blanks."""
    return {value.replace(" / ", "/"): value for value in _lines("use_cases")}


def spelled_use_case(value: str) -> str:
    """A use case as the server spells it, if it is one; otherwise the value itself."""
    return _spellings().get(value, value)


@cache
def marketing_use_cases() -> tuple[str, ...]:
    """Values of Marketing.UseCases."""
    return _lines("marketing_use_cases")


@cache
def aws_products() -> frozenset[str]:
    """Identifiers that AssociateOpportunity takes for AwsProducts."""
    return frozenset(_lines("aws_products"))


@cache
def us_states() -> frozenset[str]:
    """Values of Address.StateOrRegion in the United States."""
    return frozenset(_lines("us_states"))


@cache
def countries_without_postal_code() -> frozenset[str]:
    """ISO codes of countries whose addresses have no postal code."""
    return frozenset(_lines("countries_without_postal_code"))


@cache
def postal_code_formats() -> dict[str, str]:
    """How the postal codes of a country (ISO code) look: `99999 OR 99999-9999`. 9 and N are digits,
    A is a letter; what is in brackets may be missing, and of what stands beside a slash there is
    one. Country names of the list are ISO codes here, and the Netherlands' AC is its AA."""
    _, *rows = packaged.text(__spec__, "postal_code_formats.csv").splitlines()
    return dict(cast("tuple[str, str]", row.split(",", 1)) for row in rows)


@cache
def defaults(name: str) -> Document:
    """What AWS says when nobody says otherwise: of what, is the name of a file."""
    return cast("Document", parsed(packaged.read(__spec__, f"{name}.json")))
