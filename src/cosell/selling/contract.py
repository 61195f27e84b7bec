"""The selling model, and what Partner Central does that its model does not say.

Must not hold business rules: only shapes, as they are checked and rendered.
"""

from importlib.resources import files

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
)

CONTRACT = load((files(__package__) / "model.json").read_bytes(), ADDITIONS)
