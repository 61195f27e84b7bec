"""When an opportunity may be updated, and what the update must bring along.

STATE is asked first: whether the opportunity is still as the caller knows it, and what its review
status and its stage leave open; then RULES, what every opportunity's content must hold to, and its
spend, all told together. A row fires only if the request changes a member that it is about; a
member that is left out is changed to null. In the Sandbox the owner plays AWS's reviewer by setting
ReviewStatus: then nothing of the state is asked but the lock, and of what an update has to bring
along only what an opportunity at its stage cannot be without.
"""

from collections.abc import Callable
from typing import Any

from cosell.errors import ConflictException, FieldError
from cosell.selling import Path, at, text_at
from cosell.selling.involvement import CO_SELL, VISIBILITY_ONLY, in_force
from cosell.selling.lifecycle import (
    CLOSED,
    DRAFT,
    MATURE,
    OPPORTUNITY_REVIEW,
    OPPORTUNITY_STAGE,
    WON,
    follow,
)
from cosell.selling.rules import Rule, Table, check, opportunity_content, spend
from cosell.selling.rules.content import NEW_BUSINESS, field_of
from cosell.selling.rules.opportunity_members import MEMBERS, Member
from cosell.selling.rules.sources import (
    ASSOCIATING,
    CONNECTOR,
    FIELD_LIST,
    GUIDE,
    INTEGRATION,
    MESSAGES,
    PARTNERS,
    REFERENCE,
    SANDBOX,
)
from cosell.selling.rules.submit_opportunity import OTHER_SOLUTION, needs_support
from cosell.selling.rules.update_facts import NEEDS, STAGE, STATUS, Update, becomes_co_sell

_SPEND = "Project.ExpectedCustomerSpend"
_TYPE, _RELATED = "OpportunityType", "Project.RelatedOpportunityIdentifier"
_REQUIRED = (STAGE, "Marketing.Source")  # what every update must have: rows of their own


def _closed_member(member: Member) -> Rule[Update]:
    """A member that the state closes: one that every update must have is missed, not closed."""
    field = field_of(member.path)
    required = member.path in _REQUIRED
    return Rule(
        f"update.{field}",
        field,
        "ACTION_NOT_PERMITTED",
        f"{field} is not editable if {{facts.standing}}",
        member.source,
        lambda update: (
            update.content.touches(member.path)
            and not update.permits(member)
            and not (required and not update.content.text(member.path))
        ),
        member.cite,
        when="It changes in a state that closes it: Update: members and states",
        shown=f"{field} is not editable if status (or stage) is *the opportunity's*",
    )


def _status_moves(update: Update) -> bool:
    asked = text_at(update.asked, STATUS)
    return asked not in ("", update.status) and update.reviewed is None


def _is_simulated(update: Update) -> bool:
    """Whether the Sandbox's reviewer could decide on it."""
    acts = OPPORTUNITY_REVIEW[update.status]
    return update.catalog == "Sandbox" and any(act.startswith("simulate ") for act in acts)


def _stage_refused(update: Update) -> bool:
    """Once it is approved, the stage's own table says where it may go."""
    if update.status != "Approved" or not _moves_stage(update):
        return False
    return follow(OPPORTUNITY_STAGE, update.stage, update.content.text(STAGE)) is None


def _stage_pending(update: Update) -> bool:
    return update.status == DRAFT and not update.stage_open and _moves_stage(update)


def _ends_unsubmitted(update: Update) -> bool:
    """Where the stage is open before submission, its ends are not: they cannot be submitted."""
    return update.status == DRAFT and update.stage_open and update.moves_to(*CLOSED)


def _moves_stage(update: Update) -> bool:
    moves = update.content.touches(STAGE) and not update.reviewed
    return moves and bool(update.content.text(STAGE))


def _leaves_co_sell(update: Update) -> bool:
    if update.reviewed or in_force(update.before) != CO_SELL:
        return False
    if not needs_support(at(update.before, NEEDS)):
        return False  # there is none to take away: AWS alone made it Co-Sell
    member = next(one for one in MEMBERS if one.path == NEEDS)
    changes = update.content.touches(NEEDS) and update.permits(member)
    return changes and not needs_support(at(update.content.document, NEEDS))


STATE: tuple[Rule[Update], ...] = (
    Rule(
        "update.last-modified-date",
        "lastModifiedDate",
        None,
        "Conflicting error, last modified date is not the latest",
        "observed",
        lambda u: u.asked.get("LastModifiedDate") != u.before.get("LastModifiedDate"),
        f"{GUIDE}: Best practices; {INTEGRATION}; {CONNECTOR}",
        error=ConflictException,
        when="LastModifiedDate is not the stored one",
    ),
    Rule(
        "update.review-status",
        "lifeCycle.reviewStatus",
        "ACTION_NOT_PERMITTED",
        "reviewStatus is not editable if status is {facts.status}",
        "observed",
        lambda u: _status_moves(u) and not _is_simulated(u),
        INTEGRATION,
        when="Another one is sent in catalog AWS, or to an Approved or Rejected one",
    ),
    Rule(
        "update.review-status-simulated",
        "lifeCycle.reviewStatus",
        "ACTION_NOT_PERMITTED",
        "In the Sandbox reviewStatus can become Approved, Action Required or Rejected",
        "documented",
        lambda u: _status_moves(u) and _is_simulated(u),
        SANDBOX,
        when="A request in the Sandbox has a ReviewStatus that the reviewer cannot give there",
    ),
    Rule(
        "update.stage-pending",
        "lifeCycle.stage",
        "ACTION_NOT_PERMITTED",
        "You can not update the stage when Opportunity status is Pending Submission",
        "observed",
        _stage_pending,
        f"{INTEGRATION}; {CONNECTOR}; switch stage_open_while_pending",
        when="It changes before the submission, and the profile keeps it shut then",
    ),
    Rule(
        "update.stage-unsubmitted",
        "lifeCycle.stage",
        "ACTION_NOT_PERMITTED",
        "An opportunity cannot become Closed Lost or Launched before it is submitted",
        "decision",
        _ends_unsubmitted,
        f"{MESSAGES}; {REFERENCE}: LifeCycle (what is closed before submission cannot be"
        " submitted); switch stage_open_while_pending",
        when="It becomes so before the submission, and the profile leaves the stage open then",
    ),
    Rule(
        "update.stage-over",
        "lifeCycle.stage",
        "ACTION_NOT_PERMITTED",
        "Changes are not allowed when an opportunity stage is Closed Lost or Launched",
        "observed",
        _stage_refused,
        MESSAGES,
        when="ReviewStatus is Approved, Stage is Closed Lost or Launched, and it changes",
    ),
    *(_closed_member(member) for member in MEMBERS),
    Rule(
        "update.co-sell",
        "primaryNeedsFromAws",
        "ACTION_NOT_PERMITTED",
        "A Co-Sell opportunity cannot become one For Visibility Only",
        "documented",
        _leaves_co_sell,
        FIELD_LIST,
        when="AWS is involved as Co-Sell, and the request takes all needs for support away",
    ),
)


def _required(path: Path) -> Rule[Update]:
    field = field_of(path)
    return Rule(
        f"update.{field}-required",
        field,
        "REQUIRED_FIELD_MISSING",
        f"{field} is required",
        "observed",
        lambda u: u.content.touches(path) and not u.content.text(path),
        INTEGRATION,
        when="It is empty in the request and was not before",
    )


def _received(path: Path, *further: Path) -> Rule[Update]:
    """What a partner's invitation may not bring along, and Qualified asks for."""
    field = field_of(path)
    return Rule(
        f"update.received-{field}",
        field,
        "REQUIRED_FIELD_MISSING",
        f"{field} is required from Qualified on for an opportunity that came from a partner",
        "documented",
        lambda u: (
            u.content.touches(STAGE, *further)
            and _is_received_and(u, *MATURE, *WON)
            and not at(u.content.document, path)
            and not (path == _SPEND and u.content.touches(path))  # which nobody may take away
        ),
        PARTNERS,
        when="It is empty at such a stage, and the request changes"
        + (" it or the stage" if further else " the stage"),
    )


def _is_received_and(update: Update, *stages: str) -> bool:
    owned = bool(update.before.get("received")) and not update.reviewed
    return owned and update.content.text(STAGE) in stages


def _submitted(path: Path, *, co_sell: bool = False) -> Rule[Update]:
    """What a submission needed, and its owner may not take away afterwards."""
    field = field_of(path)
    return Rule(
        f"update.submitted-{field}",
        field,
        "REQUIRED_FIELD_MISSING",
        f"{field} is required once the opportunity is submitted" + " for Co-Sell" * co_sell,
        "decision",
        lambda u: (
            u.content.touches(path)
            and not u.reviewed
            and not at(u.content.document, path)
            and not (co_sell and at(u.content.document, path) == [])  # which has a row of its own
            and in_force(u.before) in ((CO_SELL,) if co_sell else (CO_SELL, VISIBILITY_ONLY))
            and (co_sell or not _is_received_and(u, *MATURE, *WON))  # as this has
        ),
        f"{CONNECTOR} (an update validates the whole opportunity)",
        when="It is empty in the request and was not before, and AWS is involved"
        + " as Co-Sell" * co_sell,
    )


def _upgrade(path: Path) -> Rule[Update]:
    """What an opportunity For Visibility Only needs besides its needs, to become Co-Sell."""
    field = field_of(path)
    return Rule(
        f"update.upgrade-{field}",
        field,
        "REQUIRED_FIELD_MISSING",
        f"{field} is required for Co-Sell",
        "documented",
        lambda u: becomes_co_sell(u) and not at(u.content.document, path),
        FIELD_LIST,
        when="It is empty, AWS only looks on, and the request asks for its support",
    )


RULES: tuple[Rule[Update], ...] = (
    *(_required(path) for path in _REQUIRED),
    Rule(
        "update.solution",
        "relatedEntityIdentifiers",
        "REQUIRED_FIELD_MISSING",
        "A solution or an AWS Marketplace product is required from Committed on",
        "documented",
        lambda u: u.becomes(*WON) and not u.has_solution,
        ASSOCIATING,
        when="Stage becomes Committed or Launched, and none is associated",
    ),
    Rule(
        "update.closed-lost-reason",
        "lifeCycle.closedLostReason",
        "REQUIRED_FIELD_MISSING",
        "Closed Lost Reason is required when closing the opportunity",
        "observed",
        lambda u: u.becomes("Closed Lost") and not u.content.text("LifeCycle.ClosedLostReason"),
        MESSAGES,
        when="Stage becomes Closed Lost without one",
    ),
    Rule(
        "update.renewal-itself",
        field_of(_RELATED),
        "INVALID_VALUE",
        "RelatedOpportunityIdentifier must be another opportunity than this one",
        "not documented",
        lambda u: (
            u.content.touches(_TYPE, _RELATED)
            and u.content.text(_TYPE) != NEW_BUSINESS
            and u.content.text(_RELATED) == u.before["Id"]
        ),
        f"{REFERENCE}: Project (the parent opportunity)",
        when="OpportunityType is not Net New Business, and it is the opportunity's own id",
    ),
    _submitted("Project.CustomerUseCase"),
    _submitted("Project.DeliveryModels"),
    _submitted("Project.SalesActivities", co_sell=True),
    _received("Project.CustomerUseCase", "Project.CustomerUseCase"),
    _received("Project.DeliveryModels", "Project.DeliveryModels"),
    Rule(
        "update.received-solution",
        "relatedEntityIdentifiers",
        "REQUIRED_FIELD_MISSING",
        "A solution, a product or Project.OtherSolutionDescription is required from Qualified on"
        " for an opportunity that came from a partner",
        "documented",
        lambda u: u.content.touches(STAGE) and _is_received_and(u, *MATURE) and not u.has_related,
        PARTNERS,
        when="Stage becomes Qualified or a later one before Committed, and there is neither",
    ),
    _received(NEEDS, NEEDS),
    _received(_SPEND),  # the close date, which the guide lists too, no opportunity is without
    _received("Marketing.AwsFundingUsed", "Marketing.AwsFundingUsed"),
    Rule(
        "update.other-solution",
        "project.otherSolutionDescription",
        "REQUIRED_FIELD_MISSING",
        "OtherSolutionDescription is required from Committed on while nothing else is associated",
        "decision",
        lambda u: (
            u.content.touches(OTHER_SOLUTION)
            and not u.reviewed
            and u.content.text(STAGE) in WON
            and not u.moves_to(*WON)
            and not u.has_related
        ),
        ASSOCIATING,
        when="It becomes empty at Committed or Launched, and nothing else is associated",
    ),
    _upgrade("Project.SalesActivities"),
    _upgrade("LifeCycle.NextSteps"),
    _upgrade("Customer.Contacts"),
)
_BRING = Table("Update: what it must bring along", ("UpdateOpportunity",), RULES)
FIRST = (Table("Update: what the opportunity's state leaves open", ("UpdateOpportunity",), STATE),)
TABLES = (*FIRST, _BRING)
# What is told together once the state lets it pass, and the facts that each is asked of.
TOGETHER: tuple[tuple[Table, Callable[[Update], Any]], ...] = (
    (_BRING, lambda update: update),
    *((table, lambda update: update.content) for table in opportunity_content.TABLES),
    *((table, lambda update: update.spend) for table in spend.TABLES),
)


def faults_of(update: Update) -> tuple[FieldError, ...]:
    """Every rule that the update breaks, its state aside."""
    return tuple(error for table, facts in TOGETHER for error in check(table.rules, facts(update)))
