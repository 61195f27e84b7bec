"""SubmitOpportunity: what it needs, what it refuses and in which order."""

from typing import Any

import pytest

from tests.deals import Deal, completed, created, engaged, shown, submitted
from tests.engaging import accepted, invited, lead
from tests.harness import OTHER, World
from tests.refusal import Refusal, refusal
from tests.sharing import joined
from tests.submitting import CO_SELL, VISIBILITY_ONLY

LIMITED = {"Visibility": "Limited"}
MISSING = "REQUIRED_FIELD_MISSING"
FORBIDDEN = "ACTION_NOT_PERMITTED"
STATUS = ("lifeCycle.reviewStatus", FORBIDDEN)
NO_SUPPORT = "Do Not Need Support from AWS Sales Rep"


def refused(deal: Deal, **members: Any) -> Refusal:
    asked = {**deal.named, **CO_SELL, **members}
    return refusal(deal.partner.submit_opportunity, **asked)


def test_submission_of_what_is_not_there_is_not_found(world: World) -> None:
    deal = engaged(world)
    hidden = world.referred()["OpportunityId"]
    for account, catalog, id in (
        (OTHER, "Sandbox", deal.id),
        (deal.account, "AWS", deal.id),
        (deal.account, "Sandbox", "O1"),
        (deal.account, "Sandbox", hidden),
    ):
        foreign = Deal(world, id, "", catalog, account)
        assert refused(foreign).code == "ResourceNotFoundException"
    assert deal.status == "Pending Submission"


def test_submission_is_asked_in_the_form_of_the_model(world: World) -> None:
    told = refusal(
        world.client().submit_opportunity,
        Catalog="Nowhere",
        Identifier="1",
        InvolvementType="Cosell",
        Visibility="Some",
    )
    assert told.reason == "REQUEST_VALIDATION_FAILED"
    assert told.fields == [
        ("catalog", "INVALID_ENUM_VALUE"),
        ("identifier", "INVALID_STRING_FORMAT"),
        ("involvementType", "INVALID_ENUM_VALUE"),
        ("visibility", "INVALID_ENUM_VALUE"),
    ]


def test_submission_in_a_closed_state(world: World) -> None:
    deal = submitted(world)
    assert refused(deal).errors == [
        (
            *STATUS,
            "Only Pending Submission or action required opportunities can be submitted; this one is"
            " Submitted",
        )
    ]
    for outcome in ("InReview", "Approved"):
        deal.review(outcome)
        assert refused(deal).fields == [STATUS]
    corrected = submitted(world)
    corrected.review("ActionRequired")
    corrected.update({"Customer.Account.Address.City": "Seattle"})
    corrected.review("InReview")
    assert refused(corrected).fields == [STATUS]
    rejected = submitted(world)
    rejected.review("Rejected")
    assert refused(rejected).fields == [STATUS]
    referred = world.referred()
    world.client().start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=referred["EngagementInvitationId"]
    )
    assert refused(Deal(world, referred["OpportunityId"], "")).fields == [STATUS]


@pytest.mark.parametrize("stage", ["Launched", "Closed Lost"])
def test_submission_of_what_is_closed(world: World, stage: str) -> None:
    deal = engaged(world)
    changes = {"LifeCycle.ReviewStatus": "Action Required", "LifeCycle.Stage": stage}
    if stage == "Closed Lost":
        changes["LifeCycle.ClosedLostReason"] = "Price"
    sold = {"RelatedEntityType": "Solutions", "RelatedEntityIdentifier": "S-1234567"}
    deal.partner.associate_opportunity(Catalog="Sandbox", OpportunityIdentifier=deal.id, **sold)
    deal.update(changes)
    assert refused(deal).fields == [("lifeCycle.stage", FORBIDDEN)]


def test_limited_visibility_is_refused_for_co_sell(world: World) -> None:
    deal = engaged(world)
    [(field, code, message)] = refused(deal, **LIMITED).errors
    assert (field, code) == ("primaryNeedsFromAws", FORBIDDEN)
    assert message == "Cannot set visibility to limited on a Co-Sell opportunity"
    deal.submit(Visibility="Full")


def secret(world: World) -> Deal:
    return engaged(world, {"Customer.Account.Industry": "Government", "NationalSecurity": "Yes"})


def test_national_security_is_never_for_visibility_only(world: World) -> None:
    deal = secret(world)
    assert refused(deal, **VISIBILITY_ONLY).fields == [("nationalSecurity", FORBIDDEN)]
    deal.submit()


def test_co_sell_never_becomes_visibility_only(world: World) -> None:
    deal = submitted(world)
    deal.review("ActionRequired")
    assert refused(deal, **VISIBILITY_ONLY).fields == [("involvementType", FORBIDDEN)]
    deal.submit()


def test_what_aws_alone_made_a_co_sell_binds_no_submission(world: World) -> None:
    deal = submitted(world, **VISIBILITY_ONLY)
    deal.review("ActionRequired")
    deal.say(**CO_SELL)
    deal.submit(**VISIBILITY_ONLY)
    assert deal.summary()["InvolvementType"] == "Co-Sell"


def test_double_of_a_submission_is_refused_as_documented(world: World) -> None:
    first = submitted(world)
    second = engaged(world)
    second.submit()  # as observed: samples submit one company again and again
    world.desk("PutProfile", Profile="documented")
    third = engaged(world)
    told = refused(third)
    assert told.fields == [("project.title", "DUPLICATE_KEY_VALUE")]
    first.review("Rejected")
    second.review("Rejected")
    third.submit()
    other = engaged(world, {"Project.Title": "Another"})
    other.submit()


@pytest.mark.parametrize(
    ("changes", "members", "field"),
    [
        ({"Project.CustomerUseCase": None}, {}, "project.customerUseCase"),
        ({"Project.DeliveryModels": None}, {}, "project.deliveryModels"),
        ({"Project.DeliveryModels": []}, {}, "project.deliveryModels"),
        ({"Project.SalesActivities": None}, {}, "project.salesActivities"),
        ({"PrimaryNeedsFromAws": None}, {}, "primaryNeedsFromAws"),
        ({"PrimaryNeedsFromAws": []}, {}, "primaryNeedsFromAws"),
        ({"PrimaryNeedsFromAws": [NO_SUPPORT]}, {}, "primaryNeedsFromAws"),
        ({"Project.OtherSolutionDescription": None}, {}, "relatedEntityIdentifiers"),
        ({"Customer.Account.Industry": "Other"}, {}, "customer.account.otherIndustry"),
        ({"Project.CustomerUseCase": None}, VISIBILITY_ONLY, "project.customerUseCase"),
        ({"Project.SalesActivities": None}, VISIBILITY_ONLY, None),
        ({"PrimaryNeedsFromAws": None}, VISIBILITY_ONLY, None),
    ],
)
def test_submission_needs(
    world: World, changes: dict[str, Any], members: dict[str, str], field: str | None
) -> None:
    deal = engaged(world, changes)
    if field is None:
        deal.submit(**members)
        return
    told = refused(deal, **members)
    assert told.reason == "BUSINESS_VALIDATION_FAILED"
    assert told.fields == [(field, MISSING)]


@pytest.mark.parametrize(
    ("type", "identifier"),
    [
        ("Solutions", "S-1234567"),
        ("AwsProducts", "AmazonEC2Linux"),
        (
            "AwsMarketplaceProducts",
            "arn:aws:aws-marketplace:us-east-1:111122223333:AWSMarketplace/SaaSProduct/prod-a",
        ),
    ],
)
def test_any_related_entity_will_do(world: World, type: str, identifier: str) -> None:
    deal = engaged(world, {"Project.OtherSolutionDescription": None})
    deal.partner.associate_opportunity(
        Catalog="Sandbox",
        OpportunityIdentifier=deal.id,
        RelatedEntityType=type,
        RelatedEntityIdentifier=identifier,
    )
    deal.submit()


def received(world: World) -> Deal:
    """An opportunity that came from a partner, and lacks what the service did not write."""
    engagement = world.client(OTHER).create_engagement(
        Catalog="Sandbox", Title="Theirs", Description="Shared work"
    )["Id"]
    task = world.client().start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=invited(world, engagement, Deal.account, OTHER)
    )
    return Deal(world, task["OpportunityId"], engagement)


def test_submission_of_a_received_opportunity_tells_all_that_is_missing(world: World) -> None:
    deal = received(world)
    fields = [
        "customer.account.address.postalCode",
        "customer.account.address.stateOrRegion",
        "project.customerUseCase",
        "project.deliveryModels",
        "project.salesActivities",
        "primaryNeedsFromAws",
        "relatedEntityIdentifiers",
    ]
    assert refused(deal).fields == [(field, MISSING) for field in fields]
    completed(deal)
    deal.submit()
    assert deal.status == "Submitted"
    [asked] = deal.invitations()
    assert asked["SenderAwsAccountId"] == deal.account


def test_submission_of_what_is_shown_nowhere(world: World) -> None:
    deal = created(world)
    told = refused(deal)
    assert told.fields == [("identifier", "INVALID_RESOURCE_STATE")]
    assert "CreateResourceSnapshot" in told.message
    assert deal.status == "Pending Submission"


def test_submission_into_a_full_engagement(world: World) -> None:
    deal = engaged(world)
    for number in range(9):
        id = invited(world, deal.engagement, f"{number:012}")
        if number % 2:
            accepted(world, id, f"{number:012}")
    told = refused(deal)
    assert told.fields == [("identifier", "INVALID_RESOURCE_STATE")]
    assert "room" in told.message
    assert deal.status == "Pending Submission"


def test_submission_into_a_leads_engagement_without_a_project(world: World) -> None:
    deal = created(world)
    made = deal.partner.create_engagement(
        Catalog="Sandbox", Title="Lead", Description="A lead", Contexts=[lead()] * 5
    )
    deal = shown(deal, made["Id"])
    told = refused(deal)
    assert told.fields == [("identifier", "INVALID_RESOURCE_STATE")]
    assert "CustomerProject" in told.message


def test_what_is_refused_first(world: World) -> None:
    """Each line repairs the fault that was told before, and meets the next."""
    deal = created(
        world,
        {
            "Customer.Account.Industry": "Government",
            "NationalSecurity": "Yes",
            "Project.CustomerUseCase": None,
            "Project.DeliveryModels": None,
            "Project.OtherSolutionDescription": None,
        },
    )
    over = {"LifeCycle.Stage": "Closed Lost", "LifeCycle.ClosedLostReason": "Price"}
    deal.update({"LifeCycle.ReviewStatus": "Action Required", **over})
    foreign = Deal(world, deal.id, "", "AWS")
    assert refused(foreign, **VISIBILITY_ONLY).code == "ResourceNotFoundException"
    assert refused(deal, **VISIBILITY_ONLY).fields == [
        ("lifeCycle.stage", FORBIDDEN),
        ("nationalSecurity", FORBIDDEN),
    ]
    assert refused(deal, **LIMITED).fields == [
        ("lifeCycle.stage", FORBIDDEN),
        ("primaryNeedsFromAws", FORBIDDEN),
    ]
    assert refused(deal).fields == [("lifeCycle.stage", FORBIDDEN)]
    second = created(
        world,
        {
            "Project.CustomerUseCase": None,
            "Project.DeliveryModels": None,
            "Project.OtherSolutionDescription": None,
        },
    )
    fields = ["project.customerUseCase", "project.deliveryModels", "relatedEntityIdentifiers"]
    repairs: list[tuple[str, Any]] = [
        ("Project.CustomerUseCase", "Migration / Database Migration"),
        ("Project.DeliveryModels", ["SaaS or PaaS"]),
        ("Project.OtherSolutionDescription", "Ours"),
    ]
    for number, (path, value) in enumerate(repairs):
        assert refused(second).fields == [(field, MISSING) for field in fields[number:]]
        second.update({path: value})
    assert refused(second).fields == [("identifier", "INVALID_RESOURCE_STATE")]
    shown(second, joined(world)).submit()
