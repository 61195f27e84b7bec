"""What an opportunity needs to be submitted to AWS, and when it cannot be.

STATE is asked first, then FIELDS (what is missing, told all together), then SHARING. See
differences `submit.where`, `submit.all-at-once` and `submit.duplicates`.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from cosell.contract import Document
from cosell.selling import at, related, text_at
from cosell.selling.involvement import CO_SELL
from cosell.selling.lifecycle import CLOSED
from cosell.selling.rules import Rule, Table, opportunity_content
from cosell.selling.rules.content import Content
from cosell.selling.rules.sources import (
    ASSOCIATING,
    CONNECTOR,
    FIELD_LIST,
    LEADS,
    PARTNERS,
)

NO_SUPPORT: Final = "Do Not Need Support from AWS Sales Rep"
OTHER_SOLUTION: Final = "Project.OtherSolutionDescription"

_OPERATIONS = ("SubmitOpportunity", "StartEngagementFromOpportunityTask")
_STATES_GUIDE = "developer guide: Working with your opportunities"


class Submitting(NamedTuple):
    """An opportunity, whether its review status lets it be submitted, how AWS is to be involved in
    it, whether its owner asked for Co-Sell before and has it, and a search for the submitted
    opportunity that it would double."""

    draft: Content
    is_open: bool
    involvement: str
    visibility: str
    is_bound: bool
    twin: Callable[[], str | None]

    @property
    def document(self) -> Document:
        return self.draft.document

    @property
    def status(self) -> str:
        return text_at(self.document, "LifeCycle.ReviewStatus")

    @property
    def co_sell(self) -> bool:
        return self.involvement == CO_SELL


class Sharing(NamedTuple):
    """Where the submission goes: whether the opportunity is shown in an engagement at all, whether
    that lacks the customer project that a lead's engagement needs, and whether AWS has no room."""

    is_shared: bool
    lacks_project: bool
    is_full: Callable[[], bool]


def needs_support(needs: object) -> bool:
    """Whether PrimaryNeedsFromAws asks for anything: what a submission For Visibility Only leaves
    there asks for nothing."""
    return isinstance(needs, list) and any(need != NO_SUPPORT for need in needs)


def _still_needed(row: Rule[Content]) -> Rule[Submitting]:
    """What an opportunity needs to be created: a draft that the service made may lack it."""
    return Rule(
        row.id.replace("opportunity.", "submit.", 1),
        row.field,
        row.code,
        row.message,
        row.source,
        lambda submitting: row.broken(submitting.draft),
        row.cite,
        when=row.when,
    )


def _needed(path: str, field: str, *, co_sell: bool = False) -> Rule[Submitting]:
    return Rule(
        f"submit.{field}",
        field,
        "REQUIRED_FIELD_MISSING",
        f"{field} is required" + (" for Co-Sell" if co_sell else ""),
        "documented",
        lambda s: (s.co_sell or not co_sell) and not at(s.document, path),
        _STATES_GUIDE,
        when="It is empty or not there" + (", and InvolvementType is Co-Sell" if co_sell else ""),
    )


STATE: tuple[Rule[Submitting], ...] = (
    Rule(
        "submit.review-status",
        "lifeCycle.reviewStatus",
        "ACTION_NOT_PERMITTED",
        "Only Pending Submission or action required opportunities can be submitted; this one is"
        " {facts.status}",
        "observed",
        lambda s: not s.is_open,
        CONNECTOR,
        when="ReviewStatus is another, and not Submitted by a correction alone",
    ),
    Rule(
        "submit.stage",
        "lifeCycle.stage",
        "ACTION_NOT_PERMITTED",
        "An opportunity that is Closed Lost or Launched cannot be submitted",
        "documented",
        lambda s: s.draft.text("LifeCycle.Stage") in CLOSED,
        "API reference: LifeCycle",
        when="Stage is Closed Lost or Launched",
    ),
    Rule(
        "submit.co-sell-limited",
        "primaryNeedsFromAws",
        "ACTION_NOT_PERMITTED",
        "Cannot set visibility to limited on a Co-Sell opportunity",
        "observed",
        lambda s: s.co_sell and s.visibility == "Limited",
        CONNECTOR,
        when="InvolvementType is Co-Sell and Visibility is Limited",
    ),
    Rule(
        "submit.visibility-national-security",
        "nationalSecurity",
        "ACTION_NOT_PERMITTED",
        "A national security opportunity cannot be submitted For Visibility Only",
        "documented",
        lambda s: not s.co_sell and s.draft.national_security,
        "API reference: Opportunity",
        when="InvolvementType is For Visibility Only and NationalSecurity is Yes",
    ),
    Rule(
        "submit.visibility-after-co-sell",
        "involvementType",
        "ACTION_NOT_PERMITTED",
        "A Co-Sell opportunity cannot become one For Visibility Only",
        "documented",
        lambda s: not s.co_sell and s.is_bound,
        FIELD_LIST,
        when="InvolvementType is For Visibility Only, Co-Sell was submitted before, and AWS did not"
        " make it For Visibility Only since",
    ),
    Rule(
        "submit.duplicate",
        "project.title",
        "DUPLICATE_KEY_VALUE",
        "Duplicate Record: another opportunity for this customer with this title was submitted",
        "observed",
        lambda s: s.twin() is not None,
        "seen once through the agent of Partner Central",
        store=True,
        when="Profile `documented`, and another one with this CompanyName and Title was submitted",
    ),
)

FIELDS: tuple[Rule[Submitting], ...] = (
    *(
        _still_needed(row)
        for row in opportunity_content.RULES
        if row.code == "REQUIRED_FIELD_MISSING"
    ),
    Rule(
        "submit.other-industry",
        "customer.account.otherIndustry",
        "REQUIRED_FIELD_MISSING",
        "OtherIndustry is required when the industry is Other",
        "documented",
        lambda s: (
            s.draft.text("Customer.Account.Industry") == "Other"
            and not s.draft.text("Customer.Account.OtherIndustry")
        ),
        "API reference: Account",
        when="It is empty and Industry is Other",
    ),
    _needed("Project.CustomerUseCase", "project.customerUseCase"),
    _needed("Project.DeliveryModels", "project.deliveryModels"),
    _needed("Project.SalesActivities", "project.salesActivities", co_sell=True),
    Rule(
        "submit.primary-needs",
        "primaryNeedsFromAws",
        "REQUIRED_FIELD_MISSING",
        "primaryNeedsFromAws is required for Co-Sell",
        "documented",
        lambda s: s.co_sell and not needs_support(at(s.document, "PrimaryNeedsFromAws")),
        "API reference: Opportunity",
        when="InvolvementType is Co-Sell, and there are no needs but that of no support",
    ),
    Rule(
        "submit.related-entity",
        "relatedEntityIdentifiers",
        "REQUIRED_FIELD_MISSING",
        "A solution, a product or Project.OtherSolutionDescription is required",
        "decision",
        lambda s: not related.is_related(s.document, s.draft.text(OTHER_SOLUTION)),
        ASSOCIATING,
        when="There is none, and the text is empty",
    ),
)

CUSTOMER_PROJECT: Rule[Sharing] = Rule(
    "submit.customer-project",
    "identifier",
    "INVALID_RESOURCE_STATE",
    "The engagement comes from a lead and has no context of type CustomerProject",
    "documented",
    lambda sharing: sharing.lacks_project,
    LEADS,
    store=True,
    when="The engagement has a Lead context and no CustomerProject context",
)
SHARING: tuple[Rule[Sharing], ...] = (
    Rule(
        "submit.engagement",
        "identifier",
        "INVALID_RESOURCE_STATE",
        "The opportunity is shown in no engagement; share it with CreateResourceSnapshot, or use"
        " StartEngagementFromOpportunityTask",
        "not documented",
        lambda sharing: not sharing.is_shared,
        store=True,
        when="No engagement has a snapshot of it",
    ),
    CUSTOMER_PROJECT,
    Rule(
        "submit.members",
        "identifier",
        "INVALID_RESOURCE_STATE",
        "The engagement has no room for AWS: members and invited accounts are as many as can be",
        "decision",
        lambda sharing: sharing.is_full(),
        PARTNERS,
        store=True,
        when="Members and PENDING invitations are 10, and AWS is none of them",
    ),
)

TABLES: tuple[Table, ...] = (
    Table("Submit: the opportunity's state", _OPERATIONS, STATE),
    Table("Submit: what is missing", _OPERATIONS, FIELDS),
    Table("Submit: where it is shared", _OPERATIONS, SHARING),
)
