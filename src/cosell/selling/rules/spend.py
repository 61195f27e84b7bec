"""Expected customer spend: its two modes, and what the service adds by itself.

Source of the rows: domain rule A4; EstimationUrl as settled in decisions-operations, point 4.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from cosell.contract import Document
from cosell.selling import objects_at, text_at
from cosell.selling.rules import Rule

# What an estimate's URL is worth here: it cannot be resolved without AWS's calculator.
UNRESOLVED_AMOUNT = "1000.00"
_ESTIMATE = re.compile(
    r"https://(calculator\.aws|pricing\.calculator\.aws\.eu)/#/estimate\?id=[a-f0-9]{32,64}"
)
_CURRENCIES = ("USD", "EUR")
_MONTHS_MAX = 144
_CENT = Decimal("0.01")
_PRECISE = Context(prec=64, rounding=ROUND_HALF_UP)  # an amount has up to 33 digits


@dataclass(frozen=True, slots=True)
class Spend:
    """The spend of a project as it was sent."""

    entries: tuple[Document, ...]
    duration: Document | None
    partition: str

    @property
    def own(self) -> list[Document]:
        return [entry for entry in self.entries if entry.get("TargetCompany") == "Self"]


def spend_of(project: Document) -> Spend:
    duration = project.get("ExpectedContractDuration")
    return Spend(
        tuple(objects_at(project, "ExpectedCustomerSpend")),
        duration if isinstance(duration, dict) else None,
        text_at(project, "AwsPartition"),
    )


def _amount(entry: Document) -> Decimal | None:
    try:
        return Decimal(text_at(entry, "Amount"))
    except InvalidOperation:
        return None


def _any(test: Callable[[Document, Spend], bool]) -> Callable[[Spend], bool]:
    """Whether an entry is at fault; AWS's field names do not say which."""
    return lambda spend: any(test(entry, spend) for entry in spend.entries)


def _worthless(entry: Document, _: Spend) -> bool:
    amount = _amount(entry)
    return amount is not None and amount <= 0


def _without_amount(entry: Document, _: Spend) -> bool:
    return _amount(entry) is None and not text_at(entry, "EstimationUrl")


def _bad_url(entry: Document, spend: Spend) -> bool:
    url = text_at(entry, "EstimationUrl")
    alone = _amount(entry) is None and entry.get("TargetCompany") != "Self"
    return bool(url) and alone and not _ESTIMATE.fullmatch(url)


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


_LIST = "project.expectedCustomerSpend"
RULES: tuple[Rule[Spend], ...] = (
    Rule(
        "spend.duration-missing",
        "project.expectedContractDuration",
        "INVALID_VALUE",
        "ExpectedContractDuration is required when a Self entry is present",
        "documented",
        lambda spend: bool(spend.own) and spend.duration is None,
    ),
    Rule(
        "spend.duration-months",
        "project.expectedContractDuration.value",
        "INVALID_VALUE",
        f"ExpectedContractDuration must be a whole number of months from 1 to {_MONTHS_MAX}",
        "documented",
        _months,
    ),
    Rule(
        "spend.self-missing",
        _LIST,
        "INVALID_VALUE",
        "A Self entry is required when ExpectedContractDuration is present",
        "documented",
        lambda spend: spend.duration is not None and not spend.own,
    ),
    Rule(
        "spend.self-once",
        _LIST,
        "INVALID_VALUE",
        "Only one Self entry is allowed",
        "documented",
        lambda spend: len(spend.own) > 1,
    ),
    Rule(
        "spend.target-company",
        _LIST + ".targetCompany",
        "INVALID_VALUE",
        "TargetCompany must be 'AWS' or 'Self'",
        "documented",
        _any(_stray_company),
    ),
    Rule(
        "spend.self-url",
        _LIST + ".estimationUrl",
        "INVALID_VALUE",
        "EstimationUrl cannot be combined with a Self entry",
        "documented",
        _any(_url_beside_own),
    ),
    Rule(
        "spend.frequency",
        _LIST + ".frequency",
        "INVALID_VALUE",
        "Frequency must be 'None' for a Self entry with a contract duration, else 'Monthly'",
        "documented",
        _any(_stray_frequency),
    ),
    Rule(
        "spend.euro",
        _LIST + ".currencyCode",
        "INVALID_VALUE",
        "ESC cloud partition requires EUR currency",
        "observed",
        _any(_not_euro),
    ),
    Rule(
        "spend.currency",
        _LIST + ".currencyCode",
        "INVALID_VALUE",
        "CurrencyCode must be USD or EUR",
        "documented",
        _any(_foreign_currency),
    ),
    Rule(
        "spend.currency-mixed",
        _LIST + ".currencyCode",
        "INVALID_VALUE",
        "CurrencyCode must be the same in every entry when ExpectedContractDuration is present",
        "documented",
        _mixed_currencies,
    ),
    Rule(
        "spend.amount-missing",
        _LIST + ".amount",
        "REQUIRED_FIELD_MISSING",
        "Amount is required unless EstimationUrl is given",
        "documented",
        _any(_without_amount),
    ),
    Rule(
        "spend.amount-positive",
        _LIST + ".amount",
        "INVALID_VALUE",
        "Amount must be greater than 0",
        "documented",
        _any(_worthless),
    ),
    Rule(
        "spend.estimation-url",
        _LIST + ".estimationUrl",
        "INVALID_VALUE",
        "Invalid Estimation URL",
        "observed",
        _any(_bad_url),
    ),
)


def completed(spend: Spend) -> list[Document]:
    """The entries as the service keeps them: what was sent, put right, and AWS's own estimate."""
    kept = [_put_right(entry) for entry in spend.entries]
    if spend.duration is None:
        return [{**entry, "TargetCompany": "AWS"} for entry in kept]
    own = next(entry for entry in kept if entry["TargetCompany"] == "Self")
    months = int(text_at(spend.duration, "Value"))
    monthly = _PRECISE.divide(Decimal(text_at(own, "Amount")), months)
    estimate: Document = {
        "Amount": str(monthly.quantize(_CENT, context=_PRECISE)),
        "CurrencyCode": own["CurrencyCode"],
        "Frequency": "Monthly",
        "TargetCompany": "AWS",
    }
    return [own, estimate]


def _put_right(entry: Document) -> Document:
    url = text_at(entry, "EstimationUrl")
    if not text_at(entry, "Amount"):
        return {**entry, "Amount": UNRESOLVED_AMOUNT}
    if url and not _ESTIMATE.fullmatch(url):
        return {name: value for name, value in entry.items() if name != "EstimationUrl"}
    return entry
