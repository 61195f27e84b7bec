"""Choices about tasks, and about events."""

from typing import Final

from cosell.selling.differences import SILENT, Difference, Subject
from cosell.selling.rules.sources import (
    CONNECTOR,
    GUIDE,
    RECORDED,
    REFERENCE,
    SAMPLES,
)

TASKS: Final = Subject(
    "Tasks",
    (
        Difference(
            "task.pace",
            "When a task is done",
            "Later: poll for it.",
            "COMPLETE in the first answer, in every recording since 2025.",
            "The same. PutPace makes tasks take their time, or wait for the desk.",
            "observed",
            RECORDED,
        ),
        Difference(
            "task.sync-or-failed",
            "What Start refuses, and what ends a task",
            SILENT,
            "Both were seen for faults of a submission.",
            "Shape, an unknown resource and a client token's conflict are errors of the call; "
            "everything else answers a task that is FAILED, with ReasonCode and Message.",
            "decision",
            CONNECTOR,
        ),
        Difference(
            "task.reason-codes",
            "Which step ends with which reason code",
            "The codes are listed.",
            "",
            "See the steps of the tasks. A permission or an absence is `…AccessDenied`, a refusal "
            "`…ValidationFailed`, a clash `…Conflict`.",
            "not documented",
            f"{REFERENCE}: ReasonCode",
        ),
        Difference(
            "task.resume",
            "After a failure",
            SILENT,
            "",
            "What earlier steps did stays, and a new Start of the same account on the same thing "
            "goes on at the step that failed: a failure is never a dead end. A job that was "
            "deleted meanwhile is made again, one that was stopped runs again. Its tags come "
            "beside those of the Start that failed, and over those with the same key.",
            "not documented",
        ),
        Difference(
            "task.opportunity-id",
            "OpportunityId before the opportunity is there",
            "Part of the answer.",
            "AWS's request collection takes it from the first answer.",
            "Reserved and told from the first answer on, in lists and filters too; null again if "
            "the task fails before.",
            "observed",
            RECORDED,
            ("StartEngagementByAcceptingInvitationTask", "StartOpportunityFromEngagementTask"),
        ),
        Difference(
            "task.reason-null",
            "ReasonCode of a task that did not fail",
            SILENT,
            "Null, once the text `null`.",
            "Null.",
            "decision",
            RECORDED,
        ),
        Difference(
            "task.busy",
            "A second task on the same thing while the first is at work",
            SILENT,
            "",
            "The second is FAILED with the step's `…Conflict`.",
            "not documented",
        ),
        Difference(
            "task.lead-draft",
            "What a lead becomes",
            "A draft.",
            "Title `Converted from Lead`, close date 90 days on, only the country of the "
            "address, no contacts, no spend; ContextId is the new context's.",
            "The same. A lead without industry, website, country or problem ends the task in its "
            "first step, since the new context needs them. One that is disqualified meanwhile ends "
            "it before the context is made, and a new Start at once, until it is qualified again. "
            "One that was converted can be converted again.",
            "observed",
            RECORDED,
            ("StartOpportunityFromEngagementTask",),
        ),
        Difference(
            "task.prospecting",
            "Prospecting",
            "Each engagement is on its own; the task has a result for each.",
            "",
            "An unknown or foreign engagement fails alone, with EngagementAccessDenied. The task "
            "itself is FAILED only if there was an engagement and all failed. Results are what "
            "PutProspectingResult says, else a default that follows the lead, where its words are "
            "known: Geo, Region and CompanySize its country and segment, the solution's category "
            "its newest use case, EligiblePrograms that and AwsMaturity. Beside a category or "
            "sub-category that PutProspectingResult says alone stands what goes with it, or none. "
            "The scores are another pair for each engagement that is prospected, in the same "
            "order in every namespace, and stay that engagement's. An engagement that stands twice "
            "counts once.",
            "not documented",
            f"{REFERENCE}: GetProspectingFromEngagementTask",
            ("StartProspectingFromEngagementTask", "GetProspectingFromEngagementTask"),
        ),
        Difference(
            "task.prospecting-context",
            "The context that prospecting makes",
            "EngagementContextId of a result is `ctx-` and 14 characters; a context of an "
            "engagement has at most 3.",
            "",
            "A result has such an id; GetEngagement shows the context under the engagement's next "
            "number, such as `2`. Its TaskId says which task made it.",
            "not documented",
            f"{REFERENCE}: EngagementProspectingResult, EngagementContextDetails",
            ("GetProspectingFromEngagementTask", "GetEngagement"),
        ),
        Difference(
            "task.received",
            "What an opportunity has that another partner's invitation made",
            "What the partner shared.",
            "The members of the invitation's payload, and the sender's CampaignName; nothing else "
            "of the sender's opportunity.",
            "The same. Later changes of the sender's opportunity do not reach it, but for the "
            "review.",
            "observed",
            RECORDED,
            ("StartEngagementByAcceptingInvitationTask",),
        ),
        Difference(
            "task.titles",
            "The engagement that a submission makes",
            SILENT,
            "Its title is the project's, cut to 40 characters; its description is the problem.",
            "The same, the description cut to 255; a CustomerProject context `1` if the "
            "opportunity has what that needs.",
            "observed",
            RECORDED,
            ("StartEngagementFromOpportunityTask",),
        ),
        Difference(
            "task.principal",
            "On whose behalf a step acts",
            "On the caller's, whose policy needs the step's own actions.",
            "",
            "On the caller's account; see *IAM policies*.",
            "decision",
            "service authorization reference: AWS Partner Central",
        ),
    ),
)

EVENTS: Final = Subject(
    "Events",
    (
        Difference(
            "event.dialect",
            "How events are spelled",
            "Opportunity events have version `1` and no resources; no schemaVersion on the "
            "others; participantType `Sender` and `Receiver`; a snapshot's ARN has the service "
            "`partnercentral-selling` and ends in `snapshot-N`, with targetMemberAccounts and "
            "resourceSnapshotTemplateName beside it.",
            "Version `0` and `resources: []`; schemaVersion `1` on opportunity and snapshot "
            "events, `1.0` on invitations; `SENDER` and `RECEIVER`; the API's own ARN and neither "
            "of the two members.",
            "As captured; profile `documented` spells them as the guide's samples do, with "
            "schemaVersion `1` where these leave the value open.",
            "observed",
            f"{RECORDED}; {GUIDE}: Selling API events",
            (),
            "documented_events",
        ),
        Difference(
            "event.types",
            "Which events there are",
            "The guide has ten; the EventBridge reference has other names too.",
            "",
            "The guide's ten.",
            "decision",
            f"{GUIDE}: Selling API events; EventBridge reference",
        ),
        Difference(
            "event.order",
            "Order, and how often",
            "Best effort.",
            "Several *Opportunity Updated* in one second.",
            "Each cause is told once to each receiver, in the order of causes: that is not always "
            "the order of the guide's list of scenarios. Profile `production-like` delivers half "
            "of them up to 30 seconds late, on the namespace's clock, and every fourth once more: "
            "a copy has the id and the time of the first, and a place (`Seq`) of its own.",
            "decision",
            f"{GUIDE}: Selling API events",
            (),
            "events_unordered",
        ),
        Difference(
            "event.creator",
            "*Engagement Member Added* for an engagement's creator",
            "Not listed for CreateEngagement, listed for StartEngagementFromOpportunityTask.",
            "",
            "Told in both cases, right after *Engagement Created*.",
            "decision",
            f"{GUIDE}: Selling API events",
            ("CreateEngagement", "StartEngagementFromOpportunityTask"),
        ),
        Difference(
            "event.delivery",
            "Delivery",
            "EventBridge's default bus in us-east-1.",
            "",
            "Events are recorded with their cause and listed by the desk's ListEvents; nothing is "
            "sent anywhere.",
            "decision",
            f"{GUIDE}: Selling API events; {SAMPLES}",
        ),
    ),
)
