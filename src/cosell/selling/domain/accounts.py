"""What is known of an account besides its number: its company, and which catalogs know it.

What the desk said (PutPartner) stands in table `partner`; an account of which it said nothing is a
partner in both catalogs. Must not decide who may do what.
"""

import re
from typing import NamedTuple, cast

from cosell import ids
from cosell.calls import Call
from cosell.contract import Document
from cosell.selling import AWS, text_at
from cosell.selling.rules import enforce, enrolment
from cosell.store import Row, Tx, named

CATALOGS = ("AWS", "Sandbox")
_NUMBER = re.compile("[0-9]{12}")
_HOST = re.compile(r"[a-z0-9]+(-+[a-z0-9]+)*(\.[a-z0-9]+(-+[a-z0-9]+)*)+")

_HOST_MAX = 64  # so that an address at it is not too long


class Company(NamedTuple):
    """A company as others see it."""

    name: str
    website: str


class Partner(NamedTuple):
    """What the desk said of an account; None where it said nothing."""

    company: str | None = None
    website: str | None = None
    in_aws: bool = True
    in_sandbox: bool = True

    @property
    def catalogs(self) -> list[str]:
        """The catalogs that the account is enrolled in."""
        return [one for one, is_in in zip(CATALOGS, self[2:], strict=True) if is_in]

    @property
    def is_shut_out(self) -> bool:
        """Whether a catalog does not know the account."""
        return not (self.in_aws and self.in_sandbox)


def find(tx: Tx, ns: int, account: str) -> Partner:
    """What the desk said of an account of a namespace; one that writes remembers it."""
    kept, row = tx.kept, named.partner(ns, account)
    if kept is not None and (known := kept.of(row)) is not None:
        return cast("Partner", known)
    found = _made_of(tx.one("find_partner", ns=ns, account=account))
    if kept is not None:
        kept.keep(row, found)
    return found


def _made_of(row: Row | None) -> Partner:
    if row is None:
        return Partner()
    company, website, in_aws, in_sandbox = cast("tuple[str | None, str | None, int, int]", row)
    return Partner(company, website, bool(in_aws), bool(in_sandbox))


def put(tx: Tx, ns: int, account: str, partner: Partner) -> None:
    """The desk says something of an account; the namespace knows how many are shut out."""
    change = partner.is_shut_out - find(tx, ns, account).is_shut_out
    tx.run("put_partner", ns=ns, account=account, **partner._asdict())
    if tx.kept is not None:
        tx.kept.keep(named.partner(ns, account), partner)
    if change:
        tx.run("add_shut_out", ns=ns, change=change)


def company_of(call: Call, tx: Tx, account: str) -> Company:
    """The company behind an account; what the desk did not say is made up from the number.

    AWS's is as observed; see difference `account.profile`.
    """
    if account == AWS:
        return Company("AWS", "www.aws.com")
    said = find(tx, call.ns, account)
    return Company(
        said.company or f"Partner {account}",
        said.website or f"https://partner-{account}.example.com",
    )


def is_partner(call: Call, tx: Tx, account: str) -> bool:
    """Whether somebody can be invited by this name in the call's catalog: AWS, or an account that
    is enrolled there. Any other word is nobody's."""
    if account == AWS:
        return True
    return bool(_NUMBER.fullmatch(account)) and call.catalog in find(tx, call.ns, account).catalogs


def admit(tx: Tx, ns: int, account: str, request: Document) -> None:
    """AccessDeniedException for a caller that is no partner in the catalog which the request names,
    or the ARN in it."""
    arn = ids.parse_arn(text_at(request, "ResourceArn"))
    ensure_enrolled(tx, ns, account, text_at(request, "Catalog") or (arn.catalog if arn else ""))


def ensure_enrolled(tx: Tx, ns: int, account: str, catalog: str) -> None:
    """AccessDeniedException for a caller that is not a partner in the catalog. A catalog that does
    not exist shuts nobody out."""
    is_enrolled = catalog not in CATALOGS or catalog in find(tx, ns, account).catalogs
    enforce(enrolment.RULES, enrolment.Caller(account, catalog, is_enrolled))


def host(company: Company) -> str:
    """The host of a company's website, fit for an e-mail address."""
    name = company.website.lower().partition("://")[2] or company.website.lower()
    found = _HOST.match(name.removeprefix("www."))
    return found[0] if found and len(found[0]) <= _HOST_MAX else "example.com"
