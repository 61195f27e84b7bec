"""Choices about submission, AWS's review, AWS's summary, and the Sandbox."""

from typing import Final

from cosell.selling.differences import SILENT, Difference, Subject
from cosell.selling.rules.sources import (
    CONNECTOR,
    EVENTS,
    GUIDE,
    INTEGRATION,
    RECORDED,
    REFERENCE,
    SAMPLES,
)

_SUBMIT = ("SubmitOpportunity", "StartEngagementFromOpportunityTask")

REVIEWS: Final = Subject(
    "Submission and review",
    (
        Difference(
            "submit.where",
            "What SubmitOpportunity needs",
            "It is one of the steps of StartEngagementFromOpportunityTask.",
            "",
            "A snapshot of the opportunity in an engagement, the latest counts, else "
            "`INVALID_RESOURCE_STATE`; what AWS sent back is submitted where it was before: in the "
            "engagement of its own submission, or where it follows another. AWS is invited there "
            "unless it is a member or invited; no snapshot and no job are made. "
            "Missing members are told all together. Visibility is Full by default.",
            "not documented",
            f"{REFERENCE}: SubmitOpportunity",
            ("SubmitOpportunity",),
        ),
        Difference(
            "submit.all-at-once",
            "Where a submission by task fails",
            "The steps are named.",
            "Faults of several members came in one message.",
            "Everything that a submission needs is checked in the first step and again in the "
            "last, so that a refusal leaves no engagement and no invitation behind. The message "
            "is `CODE fieldName: text; …`.",
            "decision",
            CONNECTOR,
            ("StartEngagementFromOpportunityTask",),
        ),
        Difference(
            "submit.duplicates",
            "A second submission for the same customer and title",
            SILENT,
            "A duplicate was refused once, in AWS's own console.",
            "Accepted; profile `documented` refuses it.",
            "decision",
            "",
            _SUBMIT,
            "duplicates_refused",
        ),
        Difference(
            "submit.visibility-next-steps",
            "NextSteps in a submission For Visibility Only",
            "The older channel's test scenarios: not stored.",
            "",
            "Kept; profile `documented` drops them.",
            "decision",
            SAMPLES,
            _SUBMIT,
            "visibility_drops_next_steps",
        ),
        Difference(
            "submit.visibility-again",
            "From Co-Sell back to For Visibility Only",
            "Not possible.",
            "",
            "Refused; needs are not emptied either once a Co-Sell submission was made.",
            "documented",
            REFERENCE,
            _SUBMIT,
        ),
        Difference(
            "review.states",
            "Which review follows which status",
            "Names of statuses.",
            'Approved is the end: "reviewStatus is not editable if status is Approved".',
            "See the life cycle of the review. Approved and Rejected are ends; AWS can look again "
            "while action is required.",
            "decision",
            INTEGRATION,
        ),
        Difference(
            "review.invitation",
            "AWS's invitation during the review",
            "Invitations expire after 15 days.",
            "",
            "An invitation to AWS never expires and has ExpirationDate null. In review and Action "
            "Required leave it pending, Approved accepts it, Rejected rejects it. Where nothing "
            "was submitted, the desk answers it. Where a task asked AWS for a review that another "
            "engagement had in the end, AWS rejects that invitation once it has decided. Where "
            "several members submit in one engagement, the invitation of the first serves all: it "
            "stays that one's, so that a task of another names none; it is rejected with the last "
            "of them, and RejectionReason is what AWS said to its sender, else `Other`.",
            "decision",
            EVENTS,
            (
                "CreateEngagementInvitation",
                "SubmitOpportunity",
                "StartEngagementFromOpportunityTask",
            ),
        ),
        Difference(
            "review.by-aws",
            "AWS updates a partner's opportunity directly",
            "It may do so occasionally; *Opportunity Updated* comes with it.",
            "",
            "The desk does so with UpdatePartnerOpportunity: any member that its owner writes, but "
            "the partner's own identifier, in any state. Review status and involvement stay, "
            "nothing is submitted by it, and no opportunity becomes what none can be: what its "
            "owner may not empty, like the spend, AWS does not empty either; but it may take the"
            " needs for its support away, and stays involved as it was.",
            "not documented",
            f"{GUIDE}: Working with opportunity updates",
        ),
        Difference(
            "review.followers",
            "The status of an opportunity that another partner's invitation made",
            "It inherits the approval.",
            "It was Submitted or Approved, as the sender's was.",
            "It follows the sender's opportunity that was shared last in that engagement when the "
            "invitation was accepted: under review means Submitted, Approved means Approved, else "
            "Pending Submission. Approval and rejection of that one reach followers that are "
            "Submitted or In review, also where the Sandbox's reviewer decides before a "
            "submission; one that is in Action Required takes them over with its correction. What "
            "AWS said of the follower is past then: ReviewComments is null, and ReviewStatusReason "
            "is null or, rejected, `Other`; AWS's words to the sender stay the sender's. What "
            "was rejected by then is not followed: the new one has a review and a summary of its "
            "own. What is decided and said of a follower is shown in that engagement, wherever "
            "else its owner shares it. The desk's autopilot leaves followers alone until their "
            "owner submits them.",
            "observed",
            RECORDED,
            ("StartEngagementByAcceptingInvitationTask",),
        ),
        Difference(
            "review.sandbox",
            "Playing the reviewer with UpdateOpportunity",
            "In the Sandbox, ReviewStatus can be set to Approved or Action Required.",
            "To Rejected too, straight from Pending Submission too, and together with other "
            "changes, in AWS's own samples.",
            "All of these work in the Sandbox: no row about frozen members or stages is asked "
            "then, but what a stage needs is: ClosedLostReason for Closed Lost, a solution or "
            "product for Committed and Launched. Before a submission the status alone is set, by "
            "whatever way it came there; one that follows another partner's is shown where it "
            "follows. AWS's own side, the desk and its autopilot, does not review what was never "
            "submitted (`INVALID_RESOURCE_STATE`): the Sandbox's reviewer decides that one. "
            "Submitted, In review and any change in catalog AWS are `ACTION_NOT_PERMITTED`.",
            "observed",
            f"{SAMPLES}; {INTEGRATION}",
            ("UpdateOpportunity",),
        ),
    ),
)

SUMMARY: Final = Subject(
    "AWS's opportunity summary",
    (
        Difference(
            "summary.when",
            "GetAwsOpportunitySummary before a submission",
            "It returns what AWS knows.",
            "It answers right after creation; InvolvementType and Visibility are absent until "
            "submission.",
            "The same. RelatedOpportunityId and Origin are always there. Contacts, spend and "
            "related entities are copied from the opportunity as it is; the team and LifeCycle "
            "appear with the approval.",
            "observed",
            CONNECTOR,
            ("GetAwsOpportunitySummary",),
        ),
        Difference(
            "summary.desk",
            "What AWS says in it",
            "Stage, next steps, insights, team.",
            "",
            "What the desk set with UpdateAwsOpportunitySummary stays over what is copied; told "
            "nothing, it says what fits the opportunity's review status and stage and how AWS is "
            "involved, also when these change, until it is told. Its involvement and visibility of "
            "a draft give way to the first submission, and bind no submission at all. An "
            "approval puts a partner development manager into the team. The contract value of a "
            "`Self` entry is the partner's own and not shown. ClosedLostReason goes when the stage "
            "is no longer Closed Lost (one told of a received opportunity without a Stage shows "
            "whenever the sender's is that), InvolvementTypeChangeReason when another "
            "InvolvementType is said.",
            "decision",
            "",
            ("GetAwsOpportunitySummary",),
        ),
        Difference(
            "summary.spend-insights",
            "What AWS's words on spend may leave out",
            "The model has a currency, a frequency, products and TotalAmountByCategory in every "
            "answer, and a ProductCode for each product; the guide's examples go without some.",
            "",
            "UpdateAwsOpportunitySummary takes them without, and completes them: USD (EUR in "
            "`aws-eusc`), Monthly, the sums of the products' amounts by category, none if there "
            "are no amounts, and the ServiceCode where there is no ProductCode. A product needs "
            "one of the two, and counts once in a category that it has twice.",
            "not documented",
            f"{GUIDE}: Working with deal sizing insights",
            ("GetAwsOpportunitySummary",),
        ),
        Difference(
            "summary.received",
            "The summary of an opportunity that another partner's invitation made",
            SILENT,
            "It showed the sender's contacts and spend.",
            "The sender's summary, with its own RelatedOpportunityId. What AWS says of this one "
            "stands over it, without the sender's reason for another stage or involvement; next "
            "steps go on in the history that it showed until then, and what nobody worded fits how "
            "AWS is involved in this one.",
            "observed",
            RECORDED,
            ("GetAwsOpportunitySummary",),
        ),
        Difference(
            "summary.told",
            "Who is told that a summary changed",
            "*Opportunity Updated* comes when the opportunity or AWS's summary of it is updated.",
            "",
            "Whoever's GetAwsOpportunitySummary answers otherwise than before: the owner of the "
            "opportunity that AWS or its owner changes, and the owners of those that have their "
            "summary from it. These are not changed themselves: their LastModifiedDate stays.",
            "not documented",
            EVENTS,
            ("GetAwsOpportunitySummary",),
        ),
    ),
)

SANDBOX: Final = Subject(
    "The Sandbox",
    (
        Difference(
            "sandbox.referral",
            "CreateOpportunity with Origin `AWS Referral`",
            "Allowed in the Sandbox.",
            "It answers an id that cannot be read, and an invitation by AWS arrives; accepting it "
            "makes the opportunity visible under that id.",
            "The same.",
            "observed",
            INTEGRATION,
            ("CreateOpportunity",),
        ),
        Difference(
            "sandbox.equal",
            "What AWS does by itself",
            "In catalog AWS, people do.",
            "",
            "Nothing happens by itself in either catalog: the desk plays AWS in both, by hand or "
            "by the rules of its autopilot.",
            "decision",
        ),
        Difference(
            "sandbox.wipe",
            "The yearly wipe",
            "Sandbox data is deleted once a year.",
            "",
            "It stays until the namespace is reset.",
            "decision",
            f"{GUIDE}: Testing in a sandbox",
        ),
        Difference(
            "sandbox.referral-values",
            "What AWS says in a referral",
            SILENT,
            "A project manager as sender contact, Services and Software Partner as "
            "responsibilities, the title cut to 40 characters as the engagement's.",
            "As observed; whatever the desk is not told has a default. Customers and projects of "
            "referrals and leads are drawn in turn from a table of examples, each namespace from "
            "its beginning, but what else is told of a customer follows from its name, where that "
            "is given; their currency is EUR in partition `aws-eusc`. A referral may lack "
            "what a partner has to say, if an invitation can be made of it, and say together what "
            "a partner may not; states, use cases, currencies, amounts and dates are checked.",
            "observed",
            RECORDED,
        ),
    ),
)
