"""Choices about what goes with an opportunity: spend, related entities, assignment."""

from typing import Final

from cosell.selling.differences import Difference, Subject
from cosell.selling.rules.sources import (
    GUIDE,
    INTEGRATION,
    RECORDED,
    REFERENCE,
    SAMPLES,
    SANDBOX,
)

_WRITTEN = ("CreateOpportunity", "UpdateOpportunity")

SPEND: Final = Subject(
    "Expected customer spend",
    (
        Difference(
            "spend.url-beside-amount",
            "EstimationUrl beside an Amount",
            "The model has a pattern for it.",
            "`www.amazon.com` beside an Amount was accepted.",
            "The Amount holds; a URL that is no estimate's is stored as null.",
            "observed",
            RECORDED,
            (*_WRITTEN, "CreateEngagementInvitation"),
        ),
        Difference(
            "spend.url-alone",
            "EstimationUrl without an Amount",
            "The service computes the Amount from AWS's calculator.",
            "The same.",
            "cosell cannot ask the calculator: the Amount is what the desk says of that estimate "
            "(PutEstimate), else `1000.00`.",
            "decision",
            f"{GUIDE}: Working with deal sizing insights",
            _WRITTEN,
        ),
        Difference(
            "spend.contract-answer",
            "What is kept in contract-duration mode",
            "A `Self` entry, and an `AWS` entry that the service adds.",
            "",
            "The `AWS` entry is Amount divided by months, rounded to cents, 0.01 at least; one "
            "that is sent back is ignored and made anew, but its currency must be that of the "
            "`Self` entry. ExpectedContractDuration left out of an update stays; null outside this "
            "mode does nothing. Invitations that AWS or the service makes for the opportunity, and "
            "AWS's summary, tell the `AWS` entry alone.",
            "documented",
            f"{GUIDE}: Working with deal sizing insights",
            _WRITTEN,
        ),
        Difference(
            "spend.frequency-none",
            "Frequency",
            "`Monthly` only in the model.",
            "`None` for the `Self` entry; samples send `Annual`.",
            "`None` is accepted for the `Self` entry of contract-duration mode; `Annual` is "
            "`INVALID_ENUM_VALUE`.",
            "documented",
            f"{GUIDE}: Working with deal sizing insights",
            _WRITTEN,
            outside=("PaymentFrequency: None",),
        ),
    ),
)

ENTITIES: Final = Subject(
    "Related entities, assignment, solutions",
    (
        Difference(
            "entity.when",
            "When entities can be associated",
            "At any stage.",
            "One integration reports them locked during review.",
            "At any stage and status.",
            "documented",
            f"{GUIDE}: Associating opportunities",
            ("AssociateOpportunity",),
        ),
        Difference(
            "entity.twice",
            "Associating what is associated already",
            "No ConflictException is declared.",
            "",
            "Succeeds; the entity stands there once.",
            "not documented",
            "",
            ("AssociateOpportunity",),
        ),
        Difference(
            "entity.offer-sets",
            "How many offer sets",
            "One offer; either an offer or an offer set.",
            "",
            "One offer set, too many are `TOO_MANY_VALUES`: the operation declares no quota error.",
            "not documented",
            f"{GUIDE}: Quotas",
            ("AssociateOpportunity",),
        ),
        Difference(
            "entity.marketplace",
            "AWS Marketplace products, solutions, offers and offer sets",
            "They have to exist and be public or limited.",
            "Offers come back as short ids in a recording.",
            "Any well-formed ARN or id is taken, and comes back as it was given: cosell has no "
            "Marketplace. An id without its ARN begins as today's do (`prod-`, `soln-`, `offer-`, "
            "`offerset-`), or is a UUID, as those of older products are.",
            "decision",
            f"{GUIDE}: Associating opportunities",
            ("AssociateOpportunity",),
            outside=(
                "AwsMarketplaceOfferIdentifier",
                "AwsMarketplaceOfferSetIdentifier",
                "AwsMarketplaceProductArn",
                "AwsMarketplaceSolutionIdentifier",
            ),
        ),
        Difference(
            "entity.referred",
            "What AWS refers an opportunity with",
            "An invitation keeps related entities back; an accepted referral may have some.",
            "",
            "What the desk names in ReferOpportunity, looked at as the receiver's own associations "
            "are; none, if it names none. One that a partner makes by `Origin: AWS Referral` has "
            "none.",
            "not documented",
            f"{GUIDE}: Working with opportunities from AWS",
            ("StartEngagementByAcceptingInvitationTask",),
        ),
        Difference(
            "entity.other",
            "`Other` as a solution",
            "Until Committed `Other` stands for a solution without an identifier, which "
            "OtherSolutionDescription tells; yet identifiers of solutions have the form `S-1234567`"
            " in every answer.",
            "A filled OtherSolutionDescription was enough by itself.",
            "`Other` is no solution: AssociateOpportunity does not find it. "
            "OtherSolutionDescription says the same without it.",
            "decision",
            f"{REFERENCE}: RelatedEntityIdentifiers; {RECORDED}",
            ("AssociateOpportunity",),
        ),
        Difference(
            "entity.last-one",
            "Taking away the last required entity",
            "Attach the replacement first.",
            "AWS's own sample detaches first.",
            "Possible before submission and while action is required; refused during review if "
            "nothing else stands for it, and from Committed on.",
            "decision",
            f"{REFERENCE}: DisassociateOpportunity; {SAMPLES}",
            ("DisassociateOpportunity",),
        ),
        Difference(
            "entity.solutions",
            "Solutions of a new account",
            "The guide promises `S-1234567` in every Sandbox.",
            "Some new accounts have none.",
            "`S-1234567` and `S-0059631`, both Active, in both catalogs; profile "
            "`newly-onboarded` has none. PutSolution makes others. An account that associates one "
            "or gets others keeps the two, whatever profile comes later; one that gets its first "
            "in `newly-onboarded` has that alone from then on.",
            "decision",
            SANDBOX,
            ("ListSolutions", "AssociateOpportunity"),
            "solutions_given",
        ),
        Difference(
            "entity.required",
            "What has to be associated before submission",
            "A solution, or a Marketplace solution or product.",
            "A filled OtherSolutionDescription is enough; so are AWS products with it.",
            "Any related entity or an OtherSolutionDescription; a real solution or product from "
            "Committed on.",
            "observed",
            INTEGRATION,
            ("SubmitOpportunity", "StartEngagementFromOpportunityTask"),
        ),
        Difference(
            "assign.titles",
            "BusinessTitle of the team and of an assignee",
            "PartnerAccountManager or OpportunityOwner; an assignment changes the opportunity's "
            "owner, and PartnerAccountManager is the value to update its details with.",
            "The owner stands first, the PartnerAccountManager of a request or an assignment after "
            "it; no other title was seen.",
            "CreateOpportunity keeps any title, or none. AssignOpportunity: who has a title that "
            "is in the team takes that place (of several, that of the same Email, else the first; "
            "the others stay), a PartnerAccountManager joins where there is none, and anybody else "
            "becomes the OpportunityOwner, under that title.",
            "not documented",
            f"{REFERENCE}: Contact, AssigneeContact",
            ("CreateOpportunity", "AssignOpportunity"),
        ),
        Difference(
            "assign.users",
            "AssignOpportunity to somebody",
            "The address has to belong to a Partner Central user.",
            "",
            "Anybody with a valid address: cosell has no users. The names are those that were "
            "sent.",
            "decision",
            f"{GUIDE}: Assigning opportunities",
            ("AssignOpportunity",),
        ),
    ),
)
