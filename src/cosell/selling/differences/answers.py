"""Choices about answers in general, and about lists."""

from typing import Final

from cosell.selling.differences import SILENT, Difference, Subject
from cosell.selling.rules.sources import (
    CONNECTOR,
    GUIDE,
    RECORDED,
    REFERENCE,
    SAMPLES,
)

ANSWERS: Final = Subject(
    "Answers",
    (
        Difference(
            "answer.nulls",
            "Members without a value",
            SILENT,
            "They are there, as null; `RelatedEntityIdentifiers` has six lists, empty ones as "
            "`[]`.",
            "The same. Lists at the top of a list's answer, `Tags`, `ExistingMembers` and "
            "`TargetMemberAccounts` are `[]` too; every other unset list is null; a union shows "
            "the member that is set and no other.",
            "observed",
            RECORDED,
        ),
        Difference(
            "answer.objects",
            "`Customer`, `LifeCycle`, `Marketing`, `Project` and `RelatedEntityIdentifiers` in "
            "GetOpportunity",
            "Optional.",
            "Client programs write into them without looking.",
            "Always objects, in drafts that the service made too.",
            "decision",
            SAMPLES,
            ("GetOpportunity",),
        ),
        Difference(
            "answer.instants",
            "Fractions of a second",
            "ISO 8601.",
            "From whole seconds (opportunities, 2024) to nanoseconds (tasks, engagements).",
            "Three digits, always: finer ones are cut by AWS's own SDKs, and an optimistic lock "
            "that compares them never meets.",
            "decision",
            RECORDED,
        ),
        Difference(
            "answer.amounts",
            "Amounts",
            SILENT,
            "`10000.00` came back as `10000`.",
            "They come back as they were sent.",
            "decision",
            RECORDED,
        ),
        Difference(
            "answer.escaping",
            "Characters such as `&`",
            SILENT,
            "The service escapes them as HTML in answers and refuses them so in requests.",
            "Nothing is escaped.",
            "decision",
            CONNECTOR,
        ),
        Difference(
            "answer.status",
            "HTTP status of errors",
            "An older Smithy model has 402, 403, 404, 409 and 429.",
            "400 for every error of the client.",
            "400, and 500 for InternalServerException.",
            "observed",
            "SDK logs in public issues of the samples repository",
        ),
        Difference(
            "answer.messages",
            "Messages of errors",
            "Required.",
            "Often empty, with the detail in `ErrorList`.",
            "Both are filled. Texts that were observed are used as they were; the others are our "
            "own, and a program should not read them.",
            "decision",
            CONNECTOR,
        ),
        Difference(
            "answer.consistency",
            "When a write can be read",
            "Best practice: retry after a while.",
            "Seconds after CreateOpportunity a read still answers not found.",
            "At once, by every reader. Lists of a namespace that lags (`PutLag`, which profile "
            "`production-like` asks for) show what was true some seconds ago; what is read by its "
            "id is as it is there too.",
            "decision",
            GUIDE,
        ),
        Difference(
            "answer.lock",
            "`LastModifiedDate` and `EngagementLastModifiedAt` as optimistic locks",
            "They must be the latest.",
            "A stale one is a ConflictException.",
            "Compared in milliseconds; each change makes it later by one at least, also while the "
            "namespace's clock stands.",
            "documented",
            f"{GUIDE}: Best practices",
            ("UpdateOpportunity", "UpdateEngagementContext"),
        ),
        Difference(
            "answer.ids",
            "Identifiers",
            "Patterns only.",
            "Opportunity numbers of 7 or 8 digits that grow.",
            "Opportunities count from `O1000000`; every other id is random, of the length that was "
            "observed. The count is one for all namespaces of a state, and so is that of events "
            "(`Seq` in ListEvents): both grow, with gaps.",
            "observed",
            RECORDED,
        ),
        Difference(
            "answer.arns",
            "ARNs where the model's pattern and the wire disagree",
            "`EngagementInvitationArn` without region and with an account; `SolutionArn` is the "
            "pattern of an id.",
            "Engagements, invitations, tasks and snapshots have an empty account; a snapshot ends "
            "in `/snapshot/<revision>`.",
            "As observed. A prospecting task, of which no recording exists, has the model's form.",
            "observed",
            RECORDED,
            outside=("EngagementInvitationArn", "SolutionArn"),
        ),
    ),
)

PAGES: Final = Subject(
    "Lists and pages",
    (
        Difference(
            "page.tokens",
            "NextToken",
            "Opaque.",
            "A recording has one on the last page too.",
            "Null on the last page. A token holds for the same account, operation, catalog, "
            "filters and sort, and for any MaxResults; it does not expire. Any other is a "
            "ValidationException, `INVALID_VALUE`.",
            "not documented",
            RECORDED,
        ),
        Difference(
            "page.walk",
            "Rows that change while a client pages",
            SILENT,
            "",
            "What was there before the first page is seen exactly once while its sort key and "
            "filter columns stay. A row that moves is seen at least once in ascending "
            "LastModifiedDate, and may be missed in descending.",
            "not documented",
        ),
        Difference(
            "page.defaults",
            "Page size and order where the documents state none",
            "Stated for opportunities, solutions and jobs.",
            "",
            "20 invitations, engagements and prospecting tasks; 50 tasks of the other kinds, "
            "snapshots and associations; the newest first.",
            "not documented",
        ),
        Difference(
            "page.empty-filters",
            "Empty filter lists",
            SILENT,
            "Client programs send them, and null dates.",
            "They mean no filter, but where the model asks for one value at least: there they are "
            "refused.",
            "observed",
            RECORDED,
        ),
        Difference(
            "page.company",
            "`CustomerCompanyName` in ListOpportunities",
            "A filter, exact or not is left open.",
            "",
            "The whole name, letter by letter.",
            "not documented",
            operations=("ListOpportunities",),
        ),
        Difference(
            "page.dates",
            "Ranges of dates in ListOpportunities",
            '`After…` is "on or after".',
            "",
            "Both ends belong to the range; an opportunity without a date is in no range of it.",
            "documented",
            f"{REFERENCE}: ListOpportunities",
            ("ListOpportunities",),
        ),
        Difference(
            "page.unknown-filter",
            "Filters that name what does not exist",
            "Some lists declare ResourceNotFoundException.",
            "",
            "They match nothing; a list itself is never not found.",
            "not documented",
        ),
        Difference(
            "page.expired",
            "Invitations whose time is over",
            "They expire after 15 days.",
            "",
            "They are EXPIRED from that instant on, in filters too, whether or not the expiry has "
            "been carried out.",
            "decision",
            operations=("ListEngagementInvitations", "GetEngagementInvitation"),
        ),
    ),
)
