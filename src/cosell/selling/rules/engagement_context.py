"""What an engagement's context must be, when it is made and when it changes.

The rows look at one context; several of one request are checked one by one (`broken`).
"""

import dataclasses
from collections.abc import Iterable
from typing import NamedTuple

from cosell.contract import Document
from cosell.errors import (
    ConflictException,
    FieldError,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
)
from cosell.selling import object_at, objects_at, text_at
from cosell.selling.rules import Rule, Table, check, is_impossible_date

CONTEXTS_MAX = 5
INTERACTIONS_MAX = 10
_COMPLETION = "CustomerProject.Project.TargetCompletionDate"


class Context(NamedTuple):
    """A context as a request has it; how many the engagement has; and, in an update, the one that
    is to change, if there is one, and whether the engagement changed since it was read."""

    type: str
    payload: Document
    present: int = 0
    stored: Document | None = None
    stale: bool = False

    @property
    def kind(self) -> str:
        """What the payload is, by the one member that it has; '' if there is no payload."""
        return next(iter(self.payload), "")

    @property
    def stored_type(self) -> str:
        return text_at(self.stored or {}, "Type")

    @property
    def interactions(self) -> int:
        """How many interactions a lead would have."""
        added = bool(object_at(self.payload, "Lead.Interaction"))
        return len(objects_at(self.stored or {}, "Payload.Lead.Interactions")) + added


CONTENT: tuple[Rule[Context], ...] = (
    Rule(
        "context.prospecting-result",
        "type",
        "ACTION_NOT_PERMITTED",
        "A ProspectingResult context is made by StartProspectingFromEngagementTask alone",
        "not documented",
        lambda context: context.type == "ProspectingResult",
        when="Type is ProspectingResult",
    ),
    Rule(
        "context.payload-missing",
        "payload",
        "REQUIRED_FIELD_MISSING",
        "payload is required",
        "not documented",
        lambda context: not context.kind,
        when="The Payload has no member",
    ),
    Rule(
        "context.payload-type",
        "payload",
        "INVALID_VALUE",
        "The payload is a {facts.kind}, and Type says {facts.type}",
        "documented",
        lambda context: context.kind not in ("", context.type),
        cite="API reference: CreateEngagementContext",
        when="The Payload's member is not the one of this Type",
    ),
    Rule(
        "context.completion-date-impossible",
        "payload.customerProject.project.targetCompletionDate",
        "INVALID_VALUE",
        "TargetCompletionDate must be a day of the calendar",
        "not documented",
        lambda context: is_impossible_date(text_at(context.payload, _COMPLETION)),
        when="The calendar has no such day (`2026-02-30`)",
    ),
)

# Part of adding a context, whoever adds it.
ROOM: tuple[Rule[Context], ...] = (
    Rule(
        "context.quota",
        "",
        None,
        f"An engagement has at most {CONTEXTS_MAX} contexts.",
        "documented",
        lambda context: context.present >= CONTEXTS_MAX,
        cite="API reference: CreateEngagementContext, errors; the list's maximum",
        store=True,
        error=ServiceQuotaExceededException,
        when="It has as many already",
    ),
)

_CHANGED: tuple[Rule[Context], ...] = (
    Rule(
        "context.unknown",
        "",
        None,
        "There is no such context in the engagement.",
        "documented",
        lambda context: context.stored is None,
        cite="API reference: UpdateEngagementContext, errors",
        store=True,
        error=ResourceNotFoundException,
        when="None has this ContextIdentifier",
    ),
    Rule(
        "context.stale",
        "",
        None,
        "The engagement changed since the given EngagementLastModifiedAt. Read it again with"
        " GetEngagement, and send its ModifiedAt.",
        "documented",
        lambda context: context.stale,
        cite="API reference: UpdateEngagementContext, EngagementLastModifiedAt",
        store=True,
        error=ConflictException,
        when="EngagementLastModifiedAt is not the engagement's ModifiedAt",
    ),
)

_KEPT: tuple[Rule[Context], ...] = (
    Rule(
        "context.type-kept",
        "type",
        "INVALID_VALUE",
        "The context is a {facts.stored_type}; a context keeps its type",
        "documented",
        lambda context: context.type != context.stored_type,
        cite="API reference: UpdateEngagementContext, Type",
        store=True,
        when="Type is not the stored context's",
    ),
    Rule(
        "context.interactions",
        "payload.lead.interaction",
        "TOO_MANY_VALUES",
        f"A lead has at most {INTERACTIONS_MAX} interactions, and an update adds one",
        "not documented",
        lambda context: context.interactions > INTERACTIONS_MAX,
        cite="API reference: LeadContext, the list's maximum",
        store=True,
        when="The lead has as many already",
    ),
)

UPDATE = (*_CHANGED, *CONTENT, *_KEPT)

_ADD, _CHANGE = "CreateEngagementContext", "UpdateEngagementContext"
TABLES = (
    Table("Find the context that is to change", (_CHANGE,), _CHANGED),
    Table("Say what a context is about", ("CreateEngagement", _ADD, _CHANGE), CONTENT),
    Table("Change a context", (_CHANGE,), _KEPT),
    Table("Add a context to an engagement", (_ADD,), ROOM),
)


def faults_of(contexts: Iterable[Document]) -> tuple[FieldError, ...]:
    """What is wrong with the contexts that a new engagement is to have."""
    return tuple(
        dataclasses.replace(error, path=f"contexts[{number}].{error.path}")
        for number, one in enumerate(contexts)
        for error in check(CONTENT, Context(text_at(one, "Type"), object_at(one, "Payload")))
    )
