"""Expected customer spend: its two modes, and what the service adds by itself.

A partner says what AWS's services will cost monthly, or what its own contract is worth over some
months (total contract value); then the service estimates the monthly part. A row fires only if the
request changes one of the parts that it is about.
"""

import re
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import NamedTuple, TypeAlias

from cosell.contract import Document
from cosell.selling import objects_at, text_at
from cosell.selling.rules import Rule, Table
from cosell.selling.rules.sources import (
    CONNECTOR,
    FIELD_LIST,
    REFERENCE,
    SIZING,
)

# What an estimate's URL is worth here while the desk has not said so: AWS's calculator would know.
UNRESOLVED_AMOUNT = "1000.00"
_ESTIMATE = re.compile(
    r"https://(calculator\.aws|pricing\.calculator\.aws\.eu)/#/estimate\?id=[a-f0-9]{32,64}"
)
_CURRENCIES = ("USD", "EUR")
_MONTHS_MAX = 144
_CENT = Decimal("0.01")
_PRECISE = Context(prec=64, rounding=ROUND_HALF_UP)  # an amount has up to 33 digits

ENTRIES, DURATION, PARTITION = "entries", "duration", "partition"


class Estimate(NamedTuple):
    """What an estimate's URL is worth; no amount: it leads nowhere."""

    amount: str | None
    currency: str


Estimates: TypeAlias = Callable[[str], Estimate | None]
"""What is known of a URL; None: nothing."""


def nothing_known(_: str) -> Estimate | None:
    """The estimates of somebody who has none."""
    return None


def is_estimate(url: str) -> bool:
    """Whether a URL has the form of an estimate of AWS's calculator."""
    return _ESTIMATE.fullmatch(url) is not None


class Spend(NamedTuple):
    """The spend of a project as it was sent, and which of its parts the request changes."""

    entries: tuple[Document, ...]
    duration: Document | None
    partition: str
    estimates: Estimates = nothing_known
    changed: frozenset[str] = frozenset({ENTRIES, DURATION, PARTITION})

    @property
    def own(self) -> list[Document]:
        return [entry for entry in self.entries if entry.get("TargetCompany") == "Self"]

    @property
    def invalid_url(self) -> str:
        """The first URL that should say an amount, and cannot."""
        return next((text_at(e, "EstimationUrl") for e in self.entries if _bad_url(e, self)), "")


def spend_of(project: Document, estimates: Estimates = nothing_known) -> Spend:
    """The spend of a project of which everything is new."""
    duration = project.get("ExpectedContractDuration")
    return Spend(
        tuple(objects_at(project, "ExpectedCustomerSpend")),
        duration if isinstance(duration, dict) else None,
        text_at(project, "AwsPartition"),
        estimates,
    )


def _amount(entry: Document) -> Decimal | None:
    try:
        return Decimal(text_at(entry, "Amount"))
    except InvalidOperation:
        return None


Condition: TypeAlias = Callable[[Spend], bool]


def _about(parts: tuple[str, ...], condition: Condition) -> Condition:
    """A condition that is asked only if one of its parts changes."""
    return lambda spend: not spend.changed.isdisjoint(parts) and condition(spend)


def _any(test: Callable[[Document, Spend], bool], *further: str) -> Condition:
    """Whether an entry is at fault; AWS's field names do not say which."""
    return _about(
        (ENTRIES, *further), lambda spend: any(test(entry, spend) for entry in spend.entries)
    )


def _counts(entry: Document, spend: Spend) -> bool:
    """Whether an entry's amount is the partner's word: beside a duration AWS makes its own anew."""
    return spend.duration is None or entry.get("TargetCompany") == "Self"


def _worthless(entry: Document, spend: Spend) -> bool:
    amount = _amount(entry)
    return _counts(entry, spend) and amount is not None and amount <= 0


def _without_amount(entry: Document, spend: Spend) -> bool:
    stated = _amount(entry) is not None or bool(text_at(entry, "EstimationUrl"))
    return _counts(entry, spend) and not stated


def _url_alone(entry: Document) -> str:
    """The URL that is to say the amount; '' where another does."""
    if _amount(entry) is not None or entry.get("TargetCompany") == "Self":
        return ""
    return text_at(entry, "EstimationUrl")


def _bad_url(entry: Document, spend: Spend) -> bool:
    url = _url_alone(entry)
    if not url:
        return False
    known = spend.estimates(url)
    return not is_estimate(url) or (known is not None and known.amount is None)


def _estimated_otherwise(entry: Document, spend: Spend) -> bool:
    url = _url_alone(entry)
    known = spend.estimates(url) if url else None
    return (
        known is not None
        and known.amount is not None
        and entry.get("CurrencyCode") != known.currency
    )


def _foreign_currency(entry: Document, _: Spend) -> bool:
    return entry.get("CurrencyCode") not in _CURRENCIES


def _not_euro(entry: Document, spend: Spend) -> bool:
    return spend.partition == "aws-eusc" and entry.get("CurrencyCode") != "EUR"


def _stray_frequency(entry: Document, spend: Spend) -> bool:
    if entry.get("TargetCompany") == "Self":
        return spend.duration is not None and entry.get("Frequency") != "None"
    return entry.get("Frequency") == "None"


def _stray_company(entry: Document, spend: Spend) -> bool:
    return spend.duration is not None and entry.get("TargetCompany") not in ("AWS", "Self")


def _mixed_currencies(spend: Spend) -> bool:
    currencies = {entry.get("CurrencyCode") for entry in spend.entries}
    return spend.duration is not None and bool(spend.own) and len(currencies) > 1


def _url_beside_own(entry: Document, spend: Spend) -> bool:
    return bool(spend.own) and bool(text_at(entry, "EstimationUrl"))


def _months(spend: Spend) -> bool:
    if spend.duration is None:
        return False
    value = text_at(spend.duration, "Value")
    return not (re.fullmatch("[1-9][0-9]{0,2}", value) and int(value) <= _MONTHS_MAX)


_MODE = (ENTRIES, DURATION)
_LIST = "project.expectedCustomerSpend"
FREQUENCY: Rule[Spend] = Rule(
    "spend.frequency",
    _LIST + ".frequency",
    "INVALID_VALUE",
    "Frequency must be 'None' for a Self entry with a contract duration, else 'Monthly'",
    "documented",
    _any(_stray_frequency, DURATION),
    SIZING,
    when="A Self entry beside a duration has another, or another entry has None",
)
CURRENCY: Rule[Spend] = Rule(
    "spend.currency",
    _LIST + ".currencyCode",
    "INVALID_VALUE",
    "CurrencyCode must be USD or EUR",
    "documented",
    _any(_foreign_currency),
    SIZING,
    when="An entry's CurrencyCode is another",
)
AMOUNT_MISSING: Rule[Spend] = Rule(
    "spend.amount-missing",
    _LIST + ".amount",
    "REQUIRED_FIELD_MISSING",
    "Amount is required unless EstimationUrl is given",
    "documented",
    _any(_without_amount),
    SIZING,
    when="An entry has neither; beside a duration the Self entry alone is asked",
)
AMOUNT_POSITIVE: Rule[Spend] = Rule(
    "spend.amount-positive",
    _LIST + ".amount",
    "INVALID_VALUE",
    "Amount must be greater than 0",
    "documented",
    _any(_worthless),
    FIELD_LIST,
    when="An entry's Amount is 0; beside a duration the Self entry alone is asked",
)
ESTIMATION_URL: Rule[Spend] = Rule(
    "spend.estimation-url",
    _LIST + ".estimationUrl",
    "INVALID_VALUE",
    "Invalid Estimation URL: {facts.invalid_url}",
    "documented",
    _any(_bad_url),
    SIZING,
    store=True,
    when="An entry without Amount has the URL of no estimate, or of one without an amount",
)
ESTIMATE_CURRENCY: Rule[Spend] = Rule(
    "spend.estimate-currency",
    _LIST + ".currencyCode",
    "INVALID_VALUE",
    "CurrencyCode must be that of the estimate which EstimationUrl names",
    "not documented",
    _any(_estimated_otherwise),
    store=True,
    when="An entry without Amount has the URL of an estimate in another currency (PutEstimate)",
)
RULES: tuple[Rule[Spend], ...] = (
    Rule(
        "spend.duration-missing",
        "project.expectedContractDuration",
        "INVALID_VALUE",
        "ExpectedContractDuration is required when a Self entry is present",
        "documented",
        _about(_MODE, lambda spend: bool(spend.own) and spend.duration is None),
        SIZING,
        when="An entry's TargetCompany is Self and there is no duration",
    ),
    Rule(
        "spend.duration-months",
        "project.expectedContractDuration.value",
        "INVALID_VALUE",
        f"ExpectedContractDuration must be a whole number of months from 1 to {_MONTHS_MAX}",
        "documented",
        _about((DURATION,), _months),
        SIZING,
        when="Its Value is another",
    ),
    Rule(
        "spend.self-missing",
        _LIST,
        "INVALID_VALUE",
        "A Self entry is required when ExpectedContractDuration is present",
        "documented",
        _about(_MODE, lambda spend: spend.duration is not None and not spend.own),
        SIZING,
        when="There is a duration and no Self entry",
    ),
    Rule(
        "spend.self-once",
        _LIST,
        "INVALID_VALUE",
        "Only one Self entry is allowed",
        "documented",
        _about((ENTRIES,), lambda spend: len(spend.own) > 1),
        SIZING,
        when="There are two or more",
    ),
    Rule(
        "spend.target-company",
        _LIST + ".targetCompany",
        "INVALID_VALUE",
        "TargetCompany must be 'AWS' or 'Self'",
        "documented",
        _any(_stray_company, DURATION),
        SIZING,
        when="There is a duration, and an entry's TargetCompany is another",
    ),
    Rule(
        "spend.self-url",
        _LIST + ".estimationUrl",
        "INVALID_VALUE",
        "Self entry and EstimationUrl cannot coexist",
        "documented",
        _any(_url_beside_own),
        SIZING,
        when="There is a Self entry, and an entry has an EstimationUrl",
    ),
    FREQUENCY,
    Rule(
        "spend.euro",
        _LIST + ".currencyCode",
        "INVALID_VALUE",
        "ESC cloud partition requires EUR currency",
        "observed",
        _any(_not_euro, PARTITION),
        f"{REFERENCE}: Project; {CONNECTOR}",
        when="AwsPartition is `aws-eusc` and an entry's CurrencyCode is not EUR",
    ),
    CURRENCY,
    Rule(
        "spend.currency-mixed",
        _LIST + ".currencyCode",
        "INVALID_VALUE",
        "CurrencyCode must match between entries",
        "documented",
        _about(_MODE, _mixed_currencies),
        f"{SIZING}; AWS's own entry that is sent back counts",
        when="There are a duration and a Self entry, and entries have different currencies",
    ),
    AMOUNT_MISSING,
    AMOUNT_POSITIVE,
    ESTIMATION_URL,
    ESTIMATE_CURRENCY,
)
TABLES = (
    Table("Say what a customer will spend", ("CreateOpportunity", "UpdateOpportunity"), RULES),
)


def completed(spend: Spend) -> list[Document]:
    """The entries as the service keeps them: what was sent, put right, and AWS's own estimate."""
    kept = priced(spend.entries, spend.estimates)
    if spend.duration is None:
        return [{**entry, "TargetCompany": "AWS"} for entry in kept]
    own = next(entry for entry in kept if entry["TargetCompany"] == "Self")
    months = int(text_at(spend.duration, "Value"))
    monthly = _PRECISE.divide(Decimal(text_at(own, "Amount")), months)
    estimate: Document = {
        # Nothing is no amount that may be sent back; that there is a least one is not documented.
        "Amount": str(max(_CENT, monthly.quantize(_CENT, context=_PRECISE))),
        "CurrencyCode": own["CurrencyCode"],
        "Frequency": "Monthly",
        "TargetCompany": "AWS",
    }
    return [estimate, own]  # in the order of the developer guide's answer


def priced(entries: Iterable[Document], estimates: Estimates) -> list[Document]:
    """Entries with an amount each, and without URLs that do not say that amount."""
    return [_put_right(entry, estimates) for entry in entries]


def _put_right(entry: Document, estimates: Estimates) -> Document:
    url = text_at(entry, "EstimationUrl")
    known = estimates(url) if url else None
    amount = _amount(entry)
    if amount is None:
        return {**entry, "Amount": (known and known.amount) or UNRESOLVED_AMOUNT}
    if url and not (is_estimate(url) and _agrees(entry, amount, known)):
        return {name: value for name, value in entry.items() if name != "EstimationUrl"}
    return entry


def _agrees(entry: Document, amount: Decimal, known: Estimate | None) -> bool:
    """Whether an estimate says what the entry says; of one that nobody knows it is believed."""
    if known is None:
        return True
    if known.amount is None or known.currency != entry.get("CurrencyCode"):
        return False
    return Decimal(known.amount) == amount
