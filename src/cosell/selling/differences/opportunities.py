"""Choices about opportunities: their members and their updates."""

from typing import Final

from cosell.selling.differences import SILENT, Difference, Subject
from cosell.selling.rules.sources import (
    CONNECTOR,
    FIELD_LIST,
    GUIDE,
    INTEGRATION,
    RECORDED,
    REFERENCE,
    SAMPLES,
)

_CREATE = ("CreateOpportunity",)
_UPDATE = ("UpdateOpportunity",)
_WRITTEN = ("CreateOpportunity", "UpdateOpportunity")

MEMBERS: Final = Subject(
    "Members of an opportunity",
    (
        Difference(
            "opportunity.create-or-submit",
            "What is asked at creation and what at submission",
            "The model requires Catalog and ClientToken alone; the guide lists more for "
            "submission.",
            "CreateOpportunity checks customer, address, title, problem, spend and close date.",
            "So does cosell; use case, delivery models, sales activities, needs and a related "
            "entity are asked at submission. Drafts that the service makes bypass both.",
            "observed",
            INTEGRATION,
            (*_CREATE, "StartEngagementFromOpportunityTask", "SubmitOpportunity"),
        ),
        Difference(
            "opportunity.postal-formats",
            "The form of a postal code",
            "Per-country patterns, published for the retired channel.",
            "AWS's own samples break them.",
            "Its presence is asked, in countries that have postal codes. One that has no form of "
            "the list is taken with a warning: in the log, and in the journal (Warnings of GetCall "
            "and ListCalls). Profile `documented` refuses it.",
            "decision",
            FIELD_LIST,
            _WRITTEN,
            "postal_formats_refused",
        ),
        Difference(
            "opportunity.states",
            "StateOrRegion outside the United States",
            "The older channel refused any value.",
            "`New York` with country AL was accepted.",
            "Any text. Inside the United States the full names of the reference, `New York` and "
            "not `NY`.",
            "observed",
            RECORDED,
            _WRITTEN,
        ),
        Difference(
            "opportunity.use-cases",
            "CustomerUseCase",
            "A free string in the model, a list in its text, without blanks round the slash.",
            "A closed list, with blanks; anything else is `INVALID_ENUM_VALUE`.",
            "Both spellings are accepted and come back as they were sent.",
            "observed",
            INTEGRATION,
            _WRITTEN,
        ),
        Difference(
            "opportunity.secret-company",
            "CompanyName of a national security opportunity",
            "The field list does not ask for it; the API's model requires the member in every "
            "Account.",
            "",
            "The member has to be there, as in every Account, and may be empty where "
            "NationalSecurity is Yes. WebsiteUrl may be left out.",
            "documented",
            f"{FIELD_LIST}; {REFERENCE}: Account",
            ("CreateOpportunity", "UpdateOpportunity"),
        ),
        Difference(
            "opportunity.server-owned",
            "ReviewStatus, ReviewComments, ReviewStatusReason and NextStepsHistory in a request",
            "Read-only.",
            "`ReviewStatus: Approved` on creation was accepted and had no effect.",
            "Ignored on creation; on update, ReviewStatus alone can mean something: see the "
            "review.",
            "observed",
            RECORDED,
            _WRITTEN,
        ),
        Difference(
            "opportunity.next-steps-history",
            "NextStepsHistory",
            "The last 50 values of NextSteps.",
            "Null after a creation that had NextSteps.",
            "Creation makes no entry; each change appends the new value; null while empty.",
            "observed",
            RECORDED,
            _WRITTEN,
        ),
        Difference(
            "opportunity.needs",
            "`Do Not Need Support from AWS Sales Rep` in PrimaryNeedsFromAws",
            "Not in the enum.",
            "GetOpportunity answers it after a submission For Visibility Only.",
            "The same; and it is accepted when it is sent back.",
            "observed",
            RECORDED,
            ("GetOpportunity", *_WRITTEN),
            outside=("PrimaryNeedFromAws: Do Not Need Support from AWS Sales Rep",),
        ),
        Difference(
            "opportunity.other-solution",
            "OtherSolutionDescription beside a solution",
            "For when there is no solution.",
            "It was null after a solution had been associated.",
            "It stays as it was sent.",
            "decision",
            RECORDED,
            (*_WRITTEN, "AssociateOpportunity"),
        ),
        Difference(
            "opportunity.industry",
            "OtherIndustry",
            "Required when Industry is Other.",
            "Creation without it succeeded, and so did one beside another industry.",
            "Asked at submission only, never refused.",
            "observed",
            RECORDED,
            _CREATE,
        ),
        Difference(
            "opportunity.partner-identifier",
            "PartnerOpportunityIdentifier twice",
            "The older channel's test scenarios want it unique.",
            "",
            "Not asked.",
            "not documented",
            SAMPLES,
            _WRITTEN,
        ),
        Difference(
            "opportunity.revenue",
            "SoftwareRevenue at Launched",
            "Required in some programs.",
            "",
            "Never demanded: the programs of an account are not known here.",
            "decision",
            FIELD_LIST,
            _UPDATE,
        ),
        Difference(
            "opportunity.stage-default",
            "Stage of a new opportunity",
            "Qualified or later.",
            "Prospect is sent, stored and submitted.",
            "Stored as sent, else Prospect; it is never Closed Lost or Launched.",
            "observed",
            RECORDED,
            _CREATE,
        ),
        Difference(
            "opportunity.team",
            "OpportunityTeam",
            "Members that the partner names.",
            "The first one is always an `OpportunityOwner`, the account's alliance lead.",
            "The same; name and address of the lead are made up from the account's website.",
            "observed",
            RECORDED,
            _CREATE,
        ),
        Difference(
            "opportunity.never-returned",
            "Origin and Tags of CreateOpportunity",
            "Members of the request.",
            "GetOpportunity has neither.",
            "Origin shows in GetAwsOpportunitySummary, tags in ListTagsForResource.",
            "observed",
            RECORDED,
            _CREATE,
        ),
    ),
)

UPDATES: Final = Subject(
    "Updates of an opportunity",
    (
        Difference(
            "update.what-is-checked",
            "What an update is held against",
            "The update replaces the whole object.",
            "An answer of GetOpportunity can be sent back in every state, even where it breaks a "
            "rule of creation.",
            "A rule fires only if the request changes the member that it names, or one in its "
            "condition; a member that is left out is changed to null. Equal values always pass; "
            "amounts compare as numbers, lists of enum values as sets.",
            "decision",
            RECORDED,
            _UPDATE,
        ),
        Difference(
            "update.nothing",
            "An update that changes nothing",
            SILENT,
            "",
            "Succeeds, with a new LastModifiedDate and *Opportunity Updated*; it makes no "
            "revision of a snapshot.",
            "not documented",
            "",
            _UPDATE,
        ),
        Difference(
            "update.submitted",
            "What an update may take away after a submission",
            "The update replaces the whole object; what a submission needs stands with the "
            "submission.",
            "A partial update is refused for the members that it lacks.",
            "Not what the submission needed: CustomerUseCase and DeliveryModels, and "
            "SalesActivities for Co-Sell, can be changed and not emptied while AWS is involved "
            "(nor can the needs of Co-Sell, the spend and the close date). What never was there "
            "is not asked for, and the Sandbox's reviewer may empty them.",
            "decision",
            CONNECTOR,
            _UPDATE,
        ),
        Difference(
            "update.stage-while-pending",
            "Stage before submission",
            "A pending opportunity is fully editable.",
            'A changed stage is `ACTION_NOT_PERMITTED`: "You can not update the stage when '
            'Opportunity status is Pending Submission".',
            "As observed; profile `documented` allows it, but for Launched and Closed Lost.",
            "observed",
            CONNECTOR,
            _UPDATE,
            "stage_open_while_pending",
        ),
        Difference(
            "update.frozen-null",
            "Frozen members that were never set",
            "Some members are frozen once AWS has approved.",
            "Received opportunities are approved while some of these are null.",
            "Such a member may be set once; to change or clear one that is set is "
            "`ACTION_NOT_PERMITTED`, member by member.",
            "decision",
            RECORDED,
            _UPDATE,
        ),
        Difference(
            "update.review-status-omitted",
            "ReviewStatus left out of an update",
            "The update replaces the whole object.",
            "It became null in the Sandbox, and the opportunity was lost to its owner.",
            "The status stays.",
            "decision",
            CONNECTOR,
            _UPDATE,
        ),
        Difference(
            "update.action-required",
            "An update while action is required",
            "Some members can be edited; the opportunity is validated again.",
            "",
            "A change puts it back to Submitted at once. A SubmitOpportunity or a "
            "StartEngagementFromOpportunityTask after that, with the same involvement and "
            "visibility, succeeds and asks AWS for nothing new; the task sees that its job runs. "
            "With others it is a submission like any other, and refused like any other. So is the "
            "one after the correction of what the Sandbox's reviewer sent back before it was ever "
            "submitted: it has to be shown in an engagement, and AWS is invited there. One that "
            "follows another partner's takes over the decision which that one got meanwhile.",
            "decision",
            f"{GUIDE}: Working with opportunity updates",
            (*_UPDATE, "SubmitOpportunity", "StartEngagementFromOpportunityTask"),
        ),
        Difference(
            "update.stages",
            "From which stage to which",
            "An order of stages, without a word on skipping or going back.",
            "After Launched and Closed Lost changes are refused.",
            "Once approved, any open stage follows any other; from Committed on Launched is "
            "reachable; Launched and Closed Lost are left no more, and only a few members can be "
            "edited then.",
            "decision",
            REFERENCE + ": LifeCycle",
            _UPDATE,
        ),
        Difference(
            "update.close-date",
            "A TargetCloseDate that has passed meanwhile",
            "Not in the past.",
            "Today is refused too.",
            "Checked when it is changed; the stored date can always be sent back, and a submission "
            "does not look at it.",
            "decision",
            CONNECTOR,
            (*_UPDATE, "SubmitOpportunity", "StartEngagementFromOpportunityTask"),
        ),
        Difference(
            "update.last-modified",
            "What moves LastModifiedDate",
            SILENT,
            "",
            "Update, Associate, Disassociate, Assign, Submit, a review and what follows one, and "
            "the acceptance of a referral, which keeps its CreatedDate: whatever comes into a list "
            "is found by AfterLastModifiedDate. Not tags, snapshots, jobs, nor AWS's summary.",
            "not documented",
        ),
    ),
)
