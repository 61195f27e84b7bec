"""The selling model, and what Partner Central does that its model does not say.

Must not hold business rules: only shapes, as they are checked and rendered.
"""

from cosell import packaged
from cosell.contract import Additions
from cosell.contract.load import load
from cosell.selling import values

_LISTS = (
    ("ListEngagementByAcceptingInvitationTasksResponse", "TaskSummaries"),
    ("ListEngagementFromOpportunityTasksResponse", "TaskSummaries"),
    ("ListEngagementInvitationsResponse", "EngagementInvitationSummaries"),
    ("ListEngagementMembersResponse", "EngagementMemberList"),
    ("ListEngagementResourceAssociationsResponse", "EngagementResourceAssociationSummaries"),
    ("ListEngagementsResponse", "EngagementSummaryList"),
    ("ListOpportunitiesResponse", "OpportunitySummaries"),
    ("ListOpportunityFromEngagementTasksResponse", "TaskSummaries"),
    ("ListProspectingFromEngagementTasksResponse", "TaskSummaries"),
    ("ListResourceSnapshotJobsResponse", "ResourceSnapshotJobSummaries"),
    ("ListResourceSnapshotsResponse", "ResourceSnapshotSummaries"),
    ("ListSolutionsResponse", "SolutionSummaries"),
    ("ListTagsForResourceResponse", "Tags"),
    ("GetEngagementInvitationResponse", "ExistingMembers"),
    ("GetResourceSnapshotResponse", "TargetMemberAccounts"),
    ("RelatedEntityIdentifiers", "AwsMarketplaceOffers"),
    ("RelatedEntityIdentifiers", "AwsMarketplaceOfferSets"),
    ("RelatedEntityIdentifiers", "AwsMarketplaceProducts"),
    ("RelatedEntityIdentifiers", "AwsMarketplaceSolutions"),
    ("RelatedEntityIdentifiers", "AwsProducts"),
    ("RelatedEntityIdentifiers", "Solutions"),
)
_ALWAYS_THERE = ("Customer", "LifeCycle", "Marketing", "Project", "RelatedEntityIdentifiers")
_EMAIL = "jane@example.com"
_AMOUNT = "must be an amount without commas or blanks, such as 2500.00"
_DATE = "must be a date such as 2026-12-31"
_OPPORTUNITY = "must be an opportunity's id, not its ARN: such as O1234567"
_ARN = "must be an ARN such as arn:aws:partnercentral:us-east-1:111122223333:catalog/AWS/"
_MARKETPLACE = (
    "must be an ARN such as arn:aws:aws-marketplace:us-east-1:111122223333:AWSMarketplace/"
)
_TAG_TEXT = "must have letters, digits, spaces and _ . : / = + - @ only"
# What a shape's pattern asks, as it is told to people. An example comes last, after "such as".
WORDS = {
    "Amount": _AMOUNT,
    "AwsAccount": "must be an account's 12 digits, such as 111122223333",
    "AwsMarketplaceProductArn": f"{_MARKETPLACE}SaaSProduct/prod-1",
    "AwsMarketplaceSolutionArn": f"{_MARKETPLACE}Solution/soln-1",
    "ContextIdentifier": "must be a context's number, such as 1",
    "Date": _DATE,
    "DunsNumber": "must be the 9 digits of a D-U-N-S number, such as 123456789",
    "Email": f"must be an e-mail address in lower case, such as {_EMAIL}",
    "EngagementArnOrIdentifier": (
        "must be an engagement's ARN, or its id such as eng-0123456789abcd"
    ),
    "EngagementCustomerProjectDetailsTargetCompletionDateString": _DATE,
    "EngagementIdentifier": "must be an engagement's id, not its ARN: such as eng-0123456789abcd",
    "EngagementInvitationArnOrIdentifier": (
        "must be an invitation's ARN, or its id such as engi-0123456789abc"
    ),
    "EngagementInvitationIdentifier": (
        "must be an invitation's id, not its ARN: such as engi-0123456789abc"
    ),
    "CompanyWebsiteUrl": "must be the address of a website, such as https://www.example.com",
    "MonetaryAmount": _AMOUNT,
    "MonetaryValueAmountString": _AMOUNT,
    "OpportunityIdentifier": _OPPORTUNITY,
    "PhoneNumber": "must be a phone number with its country's code, such as +12065550100",
    "ProspectingTaskIdentifier": "must be a task's id, such as task-0123456789abcd",
    "RejectionReasonString": "must have 1 to 80 characters that can be printed, on one line",
    "ResourceArn": f"{_ARN}opportunity/O1234567",
    "ResourceIdentifier": _OPPORTUNITY,
    "ResourceSnapshotJobIdentifier": (
        "must be a snapshot job's id, not its ARN: such as job-0123456789abc"
    ),
    "ResourceSnapshotJobRoleIdentifier": (
        "must be a role's name, or its ARN such as arn:aws:iam::111122223333:role/Sharing"
    ),
    "ResourceTemplateName": (
        "must have 3 to 80 letters and digits, such as OpportunitySummaryView"
    ),
    "SenderContactEmail": f"must be an e-mail address such as {_EMAIL}",
    "SolutionIdentifier": "must be a solution's id, such as S-0000001",
    "TagKey": _TAG_TEXT,
    "TagValue": _TAG_TEXT,
    "TaggableResourceArn": f"{_ARN}opportunity/O1234567",
    "TaskArn": f"{_ARN}opportunity-from-engagement-task/task-0123456789abc",
    "TaskArnOrIdentifier": "must be a task's ARN, or its id such as task-0123456789abc",
    "TaskIdentifier": "must be a task's id, such as task-0123456789abc",
}

ADDITIONS = Additions(
    # Seen on the wire, absent from the model: see differences `opportunity.needs` and
    # `spend.frequency-none`.
    values={
        "PaymentFrequency": ("None",),
        "PrimaryNeedFromAws": ("Do Not Need Support from AWS Sales Rep",),
    },
    closed={
        "CatalogIdentifier": ("AWS", "Sandbox"),
        ("Project", "CustomerUseCase"): values.use_cases(),
    },
    # EstimationUrl is a business rule (an Amount beside it excuses any URL); the two ARN patterns
    # contradict what the service sends.
    unpatterned=frozenset({"EstimationUrl", "SolutionArn", "EngagementInvitationArn"}),
    nulls=frozenset({("Project", "ExpectedContractDuration")}),
    empty_lists=frozenset(_LISTS),
    objects=frozenset(("GetOpportunityResponse", member) for member in _ALWAYS_THERE),
    words=WORDS,
)

CONTRACT = load(packaged.read(__spec__, "model.json"), ADDITIONS)
