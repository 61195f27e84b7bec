"""Choices about engagements, contexts, invitations, snapshots and jobs."""

from typing import Final

from cosell.selling.differences import SILENT, Difference, Subject
from cosell.selling.rules.sources import (
    EVENTS,
    GUIDE,
    PARTNERS,
    RECORDED,
    REFERENCE,
)

ENGAGEMENTS: Final = Subject(
    "Engagements and invitations",
    (
        Difference(
            "engagement.contexts",
            "Contexts of a new engagement",
            "CustomerProject only.",
            "A Lead context at creation was accepted.",
            "Both; a ProspectingResult context is made by a prospecting task and by nobody else. "
            "A second context of the same type is allowed.",
            "observed",
            RECORDED,
            ("CreateEngagement", "CreateEngagementContext"),
        ),
        Difference(
            "engagement.context-owner",
            "Who may update a context",
            SILENT,
            "",
            "Any member. A Lead's `Interaction` is added to those that are there, the eleventh is "
            "`TOO_MANY_VALUES`; a status that is left out stays.",
            "not documented",
            f"{REFERENCE}: UpdateEngagementContext",
            ("UpdateEngagementContext",),
        ),
        Difference(
            "engagement.lead-updates",
            "AWS updates a lead",
            "New interactions, another score and other customer information come with *Engagement "
            "Updated*; how often and when, it does not say.",
            "",
            "The desk does so with UpdateLead: interactions are added, a customer's members and "
            "those of its address stand over the earlier ones, the partner's QualificationStatus "
            "stays. An invitation that is still open says what it said.",
            "not documented",
            f"{GUIDE}: Working with your leads",
        ),
        Difference(
            "engagement.lead-score",
            "LeadReadinessScore and MarketplaceEngagementScore",
            "Valid values are High, Medium and Low; the model has plain text.",
            "",
            "The desk takes these three alone. What a partner says in a lead's Insights is kept as "
            "it was sent.",
            "not documented",
            f"{REFERENCE}: LeadInsights, ProspectingInsights",
            ("CreateEngagement", "CreateEngagementContext", "UpdateEngagementContext"),
        ),
        Difference(
            "engagement.members",
            "Ten members",
            "Ten members, nine invited.",
            "",
            "Members and pending invitations together are ten at most, else "
            "ServiceQuotaExceededException; asked again at acceptance.",
            "decision",
            PARTNERS,
            ("CreateEngagementInvitation",),
        ),
        Difference(
            "engagement.dates",
            "TargetCompletionDate of a context or an invitation",
            SILENT,
            "",
            "May be in the past.",
            "not documented",
            "",
            ("CreateEngagementContext", "CreateEngagementInvitation"),
        ),
        Difference(
            "invitation.lead-expiry",
            "When an invitation to a lead expires",
            "15 days for invitations, in ExpirationDate.",
            "Null in GetEngagementInvitation, five years in the event.",
            "As observed, and null in the list too: it expires after 1,825 days, which its event "
            "tells. Profile `documented` tells the date in both.",
            "observed",
            RECORDED,
            (
                "CreateEngagementInvitation",
                "GetEngagementInvitation",
                "ListEngagementInvitations",
            ),
            "lead_expiry_shown",
        ),
        Difference(
            "invitation.expiration-date",
            "ExpirationDate of an invitation that was answered",
            SILENT,
            "Null.",
            "Null, in lists and in GetEngagementInvitation.",
            "observed",
            RECORDED,
            ("GetEngagementInvitation", "ListEngagementInvitations"),
        ),
        Difference(
            "invitation.rejection-reason",
            "RejectionReason",
            "Required in the guide, optional in the model.",
            "",
            "Optional.",
            "decision",
            f"{GUIDE}: Working with opportunities from AWS",
            ("RejectEngagementInvitation",),
        ),
        Difference(
            "invitation.accept-alone",
            "AcceptEngagementInvitation of an invitation to an opportunity",
            "Such invitations are accepted by StartEngagementByAcceptingInvitationTask.",
            "",
            "Succeeds: the account becomes a member, and gets no opportunity. There is no way to "
            "one from there: the opportunity of AWS's referral stays unseen, and a "
            "StartEngagementByAcceptingInvitationTask afterwards ends FAILED with "
            "EngagementInvitationConflict.",
            "not documented",
            REFERENCE,
            ("AcceptEngagementInvitation", "StartEngagementByAcceptingInvitationTask"),
        ),
        Difference(
            "invitation.referral-context",
            "The engagement of a referral",
            SILENT,
            "",
            "It has a CustomerProject context `1`. Before acceptance opportunity, engagement and "
            "snapshots are not found for the receiver.",
            "not documented",
        ),
    ),
)

SNAPSHOTS: Final = Subject(
    "Snapshots and their jobs",
    (
        Difference(
            "snapshot.unchanged",
            "A snapshot of an opportunity that did not change",
            "A job makes none.",
            "CreateResourceSnapshot of one answered 200.",
            "CreateResourceSnapshot always makes the next revision; jobs and tasks make one only "
            "if the content differs from the latest.",
            "observed",
            RECORDED,
            ("CreateResourceSnapshot",),
        ),
        Difference(
            "snapshot.content",
            "What counts as a change",
            "Changes of the template's fields.",
            "",
            "Type, stage, review status, close date, next steps, team, needs, customer, delivery "
            "models, spend, duration, use case, sales activities, OtherSolutionDescription, and "
            "related entities but for Marketplace offers and offer sets. Not title, problem, "
            "marketing, software revenue, comments.",
            "decision",
            EVENTS,
            ("UpdateOpportunity", "StartResourceSnapshotJob"),
        ),
        Difference(
            "snapshot.by-aws",
            "Revisions without a job",
            "An approval, a rejection and an update by AWS are followed by one.",
            "",
            "The service writes these itself, whether or not a job runs; never two revisions with "
            "the same content. They are where AWS was asked for the review; of what was never "
            "submitted and AWS updates, where that was shown last.",
            "documented",
            EVENTS,
        ),
        Difference(
            "snapshot.full-view",
            "`AwsOpportunitySummaryFullView`",
            "Made by AWS, for the opportunity's owner alone.",
            "",
            "The first at approval of what was submitted or follows another, at an accepted "
            "referral or invitation whose opportunity is Approved from the start, or once AWS has"
            " said something of the opportunity or of the one that it follows. From then on it is"
            " as the summary whenever AWS decides or says something, also untold, where that "
            "follows a new status or stage, or changes the opportunity itself, and when the owner "
            "submits; what the owner alone changes of what is copied is shown with the next of "
            "these. It is where AWS was asked"
            " for the review, the follower's where it follows; of what was never submitted, where"
            " that was shown last, and the first comes with what AWS says, or with what it "
            "decides or says next if it spoke before that was shown. A partner that asks for one "
            "is refused with `ACTION_NOT_PERMITTED`.",
            "documented",
            EVENTS,
            ("CreateResourceSnapshot", "CreateResourceSnapshotJob", "GetResourceSnapshot"),
        ),
        Difference(
            "snapshot.other-engagement",
            "An opportunity in an engagement that it does not come from",
            SILENT,
            "",
            "Any of the caller's opportunities can be shown in any engagement of which it is a "
            "member. In one about a lead its first snapshot adds a CustomerProject context, if "
            "there is room and the opportunity has what such a context needs.",
            "not documented",
            "",
            ("CreateResourceSnapshot",),
        ),
        Difference(
            "job.twice",
            "Two jobs for the same opportunity in an engagement",
            SILENT,
            "Two task-made jobs for one opportunity have different ids.",
            "A second CreateResourceSnapshotJob is a ConflictException; a task's own job is "
            "beside it. StartEngagementFromOpportunityTask uses its job again on resubmission.",
            "decision",
            RECORDED,
            ("CreateResourceSnapshotJob",),
        ),
        Difference(
            "job.no-role",
            "A running job without ResourceSnapshotJobRole",
            "Changes are not shared.",
            "",
            "Each change leaves `LastFailure` and no revision. The failure is over when the job "
            "runs with a role: at a start or at the next change, also if somebody else shared "
            "everything meanwhile. Whether the role may do what the job does is not asked.",
            "documented",
            PARTNERS,
            ("StartResourceSnapshotJob", "GetResourceSnapshotJob"),
        ),
        Difference(
            "job.start-stop",
            "Starting a job that runs, stopping one that stands",
            "No ConflictException is declared.",
            "",
            "The first succeeds, the second is `INVALID_RESOURCE_STATE`. Each start shares at once "
            "what is new, if the role is there by then.",
            "not documented",
            "",
            ("StartResourceSnapshotJob", "StopResourceSnapshotJob"),
        ),
    ),
)
