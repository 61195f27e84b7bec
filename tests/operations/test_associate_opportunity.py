"""AssociateOpportunity and DisassociateOpportunity: each type, each refusal, each limit."""

import itertools
from typing import Any

import pytest

from cosell.selling import values
from tests.harness import ACCOUNT, OTHER, World, opportunity
from tests.refusal import refusal
from tests.relating import ENTITIES, GIVEN, MARKETPLACE, Deal

CATALOGS = ("AWS", "Sandbox")
FIELD = "relatedEntityIdentifier"
LIMITS = {
    "Solutions": 10,
    "AwsProducts": 20,
    "AwsMarketplaceSolutions": 10,
    "AwsMarketplaceProducts": 10,
    "AwsMarketplaceOffers": 1,
    "AwsMarketplaceOfferSets": 1,
}
NOT_FOUND = "ResourceNotFoundException"
OLD_ID = "bbbbaaaa-abcd-1111-abcd-666666666666"


def many(world: World, type: str, count: int) -> list[str]:
    """So many entities of a type that can be associated."""
    if type == "AwsProducts":
        return sorted(values.aws_products())[:count]
    if type == "Solutions":
        for number in range(count):
            world.desk(
                "PutSolution", Catalog="Sandbox", AccountId=ACCOUNT, Identifier=f"S-{number}"
            )
        return [f"S-{number}" for number in range(count)]
    return [f"{ENTITIES[type]}{number}" for number in range(count)]


# --- associate -----------------------------------------------------------------------------------


@pytest.mark.parametrize("catalog", CATALOGS)
@pytest.mark.parametrize("type", ENTITIES)
def test_associated_entity_is_shown_and_can_be_taken_away(
    world: World, catalog: str, type: str
) -> None:
    deal = Deal(world, catalog)
    before = deal.read()
    deal.associate(type)
    after = deal.read()
    assert deal.related() == {type: [ENTITIES[type]]}
    assert after["LastModifiedDate"] > before["LastModifiedDate"]
    deal.disassociate(type)
    last = deal.read()
    assert deal.related() == {}
    assert last["LastModifiedDate"] > after["LastModifiedDate"]
    for one in (before, after, last):
        del one["LastModifiedDate"], one["RelatedEntityIdentifiers"], one["ResponseMetadata"]
    assert before == after == last
    told = [(one["detail-type"], one["detail"]["opportunity"]) for one in world.events()]
    assert told == [
        (f"Opportunity {act}", {"identifier": deal.id}) for act in ("Created", "Updated", "Updated")
    ]


def test_entities_stand_in_the_order_of_their_association(world: World) -> None:
    deal = Deal(world)
    for id in GIVEN:
        deal.associate("Solutions", id)
    for product in ("AWSAmplify", "AmazonEC2Linux", "AWSAppFabric"):
        deal.associate("AwsProducts", product)
    deal.associate("AwsMarketplaceProducts")
    deal.disassociate("Solutions", GIVEN[0])
    deal.disassociate("AwsProducts", "AmazonEC2Linux")
    deal.associate("Solutions", GIVEN[0])
    assert deal.related() == {
        "Solutions": [GIVEN[1], GIVEN[0]],
        "AwsProducts": ["AWSAmplify", "AWSAppFabric"],
        "AwsMarketplaceProducts": [ENTITIES["AwsMarketplaceProducts"]],
    }
    assert Deal(world).related() == {}


@pytest.mark.parametrize("type", ENTITIES)
def test_associating_once_more_changes_nothing(world: World, type: str) -> None:
    deal = Deal(world)
    deal.associate(type)
    before, events = deal.read(), len(world.events())
    for _ in "12":
        deal.associate(type)
    after = deal.read()
    assert after["LastModifiedDate"] == before["LastModifiedDate"]
    assert deal.related() == {type: [ENTITIES[type]]}
    assert len(world.events()) == events


def test_solution_that_is_associated_stays_so_when_it_is_no_longer_active(world: World) -> None:
    deal = Deal(world)
    deal.associate("Solutions")
    world.desk(
        "PutSolution", Catalog="Sandbox", AccountId=ACCOUNT, Identifier=GIVEN[0], Status="Inactive"
    )
    deal.associate("Solutions")
    assert deal.related() == {"Solutions": [GIVEN[0]]}
    deal.disassociate("Solutions")
    assert deal.not_associated("Solutions", GIVEN[0]).fields == [(FIELD, "INVALID_RESOURCE_STATE")]


def test_other_solution_description_is_kept_beside_a_solution(world: World) -> None:
    partner = world.client()
    request = opportunity()
    request["Project"]["OtherSolutionDescription"] = "What we do besides"
    id = partner.create_opportunity(Catalog="Sandbox", **request)["Id"]
    deal = Deal(world, id=id)
    deal.associate("Solutions")
    assert deal.read()["Project"]["OtherSolutionDescription"] == "What we do besides"


@pytest.mark.parametrize("status", ["Inactive", "Draft"])
def test_solution_that_is_not_active_is_refused(world: World, status: str) -> None:
    put = {"Catalog": "Sandbox", "AccountId": ACCOUNT, "Identifier": "S-5"}
    world.desk("PutSolution", **put, Status=status)
    deal = Deal(world)
    refused = deal.not_associated("Solutions", "S-5")
    assert (refused.code, refused.reason) == ("ValidationException", "BUSINESS_VALIDATION_FAILED")
    message = f"Only an Active solution can be associated; this one is {status}"
    assert refused.errors == [(FIELD, "INVALID_RESOURCE_STATE", message)]
    assert deal.related() == {}
    world.desk("PutSolution", **put, Status="Active")
    deal.associate("Solutions", "S-5")


@pytest.mark.parametrize(
    ("type", "identifier"),
    [
        ("Solutions", "S-1"), ("Solutions", "Other"), ("Solutions", "s-1234567"),
        ("Solutions", f"arn:aws:partnercentral:us-east-1:{ACCOUNT}:catalog/Sandbox/solution/S-1"),
        ("AwsProducts", "Amazon EC2 Linux"), ("AwsProducts", "amazonec2linux"),
        ("AwsProducts", "S-1234567"),
    ],
)  # fmt: skip
def test_entity_that_nobody_knows_is_not_found(world: World, type: str, identifier: str) -> None:
    assert Deal(world).not_associated(type, identifier).code == NOT_FOUND


def test_solution_of_another_account_or_catalog_is_not_found(world: World) -> None:
    for put in (
        {"Catalog": "Sandbox", "AccountId": OTHER},
        {"Catalog": "AWS", "AccountId": ACCOUNT},
    ):
        world.desk("PutSolution", **put, Identifier="S-5")
    assert Deal(world).not_associated("Solutions", "S-5").code == NOT_FOUND
    Deal(world, "AWS").associate("Solutions", "S-5")
    Deal(world, account=OTHER).associate("Solutions", "S-5")


def test_solution_that_was_given_is_not_found_where_none_is(world: World) -> None:
    world.desk("PutProfile", Profile="newly-onboarded")
    assert Deal(world).not_associated("Solutions", GIVEN[0]).code == NOT_FOUND


@pytest.mark.parametrize(
    ("type", "tail"),
    [
        ("AwsMarketplaceSolutions", "Solution/soln-Abc_1-2"),
        ("AwsMarketplaceProducts", "AmiProduct/prod-1"),
        ("AwsMarketplaceProducts", "ContainerProduct/prod-abc"),
        ("AwsMarketplaceProducts", f"AmiProduct/{OLD_ID}"),
        ("AwsMarketplaceProducts", f"SaaSProduct/{OLD_ID.upper()}"),
        ("AwsMarketplaceSolutions", f"Solution/{OLD_ID}"),
        ("AwsMarketplaceOffers", f"Offer/{OLD_ID}"),
        ("AwsMarketplaceOfferSets", f"OfferSet/{OLD_ID}"),
        ("AwsMarketplaceOffers", "Offer/offer-sampleOffer32"),
        ("AwsMarketplaceOfferSets", "OfferSet/offerset-sampleOfferSet32"),
    ],
)
def test_any_well_formed_marketplace_entity_is_taken_by_arn_or_by_id(
    world: World, type: str, tail: str
) -> None:
    for name, other in itertools.permutations((f"{MARKETPLACE}/{tail}", tail.rpartition("/")[2])):
        deal = Deal(world)
        deal.associate(type, name)
        deal.associate(type, other)  # the same entity
        asked = {"Catalog": "Sandbox", "Identifier": deal.id}
        shown = world.post("GetOpportunity", asked).document["RelatedEntityIdentifiers"]
        assert shown[type] == [name]
        deal.disassociate(type, other)
        assert deal.related() == {}


def test_an_arn_names_its_entity_whatever_form_the_id_has(world: World) -> None:
    deal, name = Deal(world), f"{MARKETPLACE}/SaaSProduct/product-12345"
    deal.associate("AwsMarketplaceProducts", name)
    for other in ("product-12345", OLD_ID, name.replace("SaaS", "Ami")):
        assert deal.not_disassociated("AwsMarketplaceProducts", other).fields == [
            (FIELD, "INVALID_VALUE")
        ]
    deal.disassociate("AwsMarketplaceProducts", name)
    assert deal.related() == {}


@pytest.mark.parametrize("type", [one for one in ENTITIES if one.startswith("AwsMarketplace")])
def test_marketplace_entity_that_is_not_well_formed_is_refused(world: World, type: str) -> None:
    deal, good = Deal(world), ENTITIES[type]
    others = [one for one in ENTITIES.values() if one.startswith("arn:") and one != good]
    wrong = [
        "x", " ", f"{good} ", f"{good}/more", good.replace("111122223333", ""),
        good.replace("us-east-1", "everywhere"), good.replace("aws-marketplace", "partnercentral"),
        good.rpartition("/")[0], good.rpartition("/")[0] + "/", good.rpartition("-")[2],
        good.replace("AWSMarketplace", "Marketplace"), OLD_ID[1:], f"{OLD_ID}0", *others,
        *(one.rpartition("/")[2] for one in others),
    ]  # fmt: skip
    for identifier in wrong:
        refused = deal.not_associated(type, identifier)
        assert refused.reason == "BUSINESS_VALIDATION_FAILED"
        assert refused.fields == [(FIELD, "INVALID_VALUE")], identifier
        assert f"{MARKETPLACE}/" in refused.message
    assert deal.related() == {}


@pytest.mark.parametrize("type", ENTITIES)
def test_name_that_only_ends_as_an_entity_s_does_is_another(world: World, type: str) -> None:
    deal, name = Deal(world), ENTITIES[type]
    id = name.rpartition("/")[2]
    others = [
        f"nonsense/{id}",
        f"/{id}",
        f"arn:aws:partnercentral:us-east-1:{OTHER}:catalog/x/{id}",
    ]
    if name != id:
        others.append(name.replace("111122223333", OTHER))  # somebody else's, by its ARN
    deal.associate(type)
    for other in others:
        assert deal.not_disassociated(type, other).fields == [(FIELD, "INVALID_VALUE")]
    for other in others[:3]:  # of the rest one more may be had
        deal.not_associated(type, other)
    assert deal.related() == {type: [name]}


@pytest.mark.parametrize(("type", "limit"), LIMITS.items())
def test_no_more_entities_than_the_limit(world: World, type: str, limit: int) -> None:
    *entities, surplus = many(world, type, limit + 1)
    deal = Deal(world)
    for entity in entities:
        deal.associate(type, entity)
    refused = deal.not_associated(type, surplus)
    assert refused.reason == "BUSINESS_VALIDATION_FAILED"
    message = f"An opportunity has at most {limit} associated {type}"
    assert refused.errors == [(FIELD, "TOO_MANY_VALUES", message)]
    deal.associate(type, entities[-1])  # it has this one
    assert deal.related() == {type: entities}
    deal.disassociate(type, entities[0])
    deal.associate(type, surplus)
    assert deal.related() == {type: [*entities[1:], surplus]}


def test_an_opportunity_has_an_offer_or_an_offer_set(world: World) -> None:
    for one, other in itertools.permutations(("AwsMarketplaceOffers", "AwsMarketplaceOfferSets")):
        deal = Deal(world)
        deal.associate(one)
        refused = deal.not_associated(other, ENTITIES[other])
        assert refused.fields == [(FIELD, "TOO_MANY_VALUES")]
        assert "either an offer or an offer set" in refused.message
        deal.disassociate(one)
        deal.associate(other)
        assert deal.related() == {other: [ENTITIES[other]]}


def test_associate_repaired_fault_by_fault_tells_the_next(world: World) -> None:
    deal = Deal(world)
    deal.associate("AwsMarketplaceOfferSets")
    partner, put = deal.client, {"Catalog": "Sandbox", "AccountId": ACCOUNT, "Identifier": "S-77"}

    def told(**members: Any) -> Any:
        return refusal(partner.associate_opportunity, **members)

    asked = deal.named("Solution", "S-77") | {"OpportunityIdentifier": "1", "Catalog": "Nowhere"}
    assert told(**asked).reason == "REQUEST_VALIDATION_FAILED"
    assert {field for field, _ in told(**asked).fields} == {
        "catalog", "opportunityIdentifier", "relatedEntityType",
    }  # fmt: skip
    asked |= {"Catalog": "Sandbox", "OpportunityIdentifier": "O1", "RelatedEntityType": "Solutions"}
    assert "opportunity" in told(**asked).message
    assert told(**asked).code == NOT_FOUND
    asked["OpportunityIdentifier"] = deal.id
    assert told(**asked).code == NOT_FOUND
    assert "solution" in told(**asked).message
    for one in many(world, "Solutions", 10):
        deal.associate("Solutions", one)
    world.desk("PutSolution", **put, Status="Draft")
    assert told(**asked).fields == [(FIELD, "INVALID_RESOURCE_STATE"), (FIELD, "TOO_MANY_VALUES")]
    world.desk("PutSolution", **put, Status="Active")
    assert told(**asked).fields == [(FIELD, "TOO_MANY_VALUES")]
    deal.disassociate("Solutions", "S-0")
    partner.associate_opportunity(**asked)
    asked |= {"RelatedEntityType": "AwsMarketplaceOffers", "RelatedEntityIdentifier": "offer"}
    assert told(**asked).fields == [(FIELD, "INVALID_VALUE")]
    asked["RelatedEntityIdentifier"] = ENTITIES["AwsMarketplaceOffers"]
    assert told(**asked).fields == [(FIELD, "TOO_MANY_VALUES")]
    deal.disassociate("AwsMarketplaceOfferSets")
    partner.associate_opportunity(**asked)


# --- disassociate --------------------------------------------------------------------------------


@pytest.mark.parametrize("type", ENTITIES)
def test_entity_that_is_not_associated_is_refused(world: World, type: str) -> None:
    deal = Deal(world)
    for identifier in (ENTITIES[type], "nothing"):
        refused = deal.not_disassociated(type, identifier)
        assert refused.reason == "BUSINESS_VALIDATION_FAILED"
        message = "The opportunity is not associated with this entity"
        assert refused.errors == [(FIELD, "INVALID_VALUE", message)]
    deal.associate(type)
    deal.disassociate(type)
    assert deal.not_disassociated(type, ENTITIES[type]).fields == [(FIELD, "INVALID_VALUE")]


# --- both ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "field", "code"),
    [
        ({"RelatedEntityType": "AWSProducts"}, "relatedEntityType", "INVALID_ENUM_VALUE"),
        ({"RelatedEntityType": None}, "relatedEntityType", "REQUIRED_FIELD_MISSING"),
        ({"RelatedEntityIdentifier": ""}, FIELD, "INVALID_STRING_FORMAT"),
        ({"RelatedEntityIdentifier": "x" * 256}, FIELD, "INVALID_STRING_FORMAT"),
        ({"OpportunityIdentifier": "1"}, "opportunityIdentifier", "INVALID_STRING_FORMAT"),
        ({"Catalog": "aws"}, "catalog", "INVALID_ENUM_VALUE"),
    ],
)
@pytest.mark.parametrize("operation", ["AssociateOpportunity", "DisassociateOpportunity"])
def test_request_out_of_shape_is_refused(
    world: World, operation: str, members: dict[str, Any], field: str, code: str
) -> None:
    body = {**Deal(world).named("Solutions", GIVEN[0]), **members}
    reply = world.post(operation, body)
    assert (reply.status, reply.document["Reason"]) == (400, "REQUEST_VALIDATION_FAILED")
    assert [(one["FieldName"], one["Code"]) for one in reply.document["ErrorList"]] == [
        (field, code)
    ]


def test_opportunity_of_others_is_not_found(world: World) -> None:
    deal = Deal(world)
    deal.associate("Solutions")
    waiting = world.referred()["OpportunityId"]
    elsewhere = World(world.server)
    for where, account, catalog, id in (
        (world, OTHER, "Sandbox", deal.id), (world, ACCOUNT, "AWS", deal.id),
        (elsewhere, ACCOUNT, "Sandbox", deal.id), (world, ACCOUNT, "Sandbox", waiting),
        (world, ACCOUNT, "Sandbox", "O1"),
    ):  # fmt: skip
        foreign = Deal(where, catalog, account, id)
        assert foreign.not_associated("Solutions", GIVEN[1]).code == NOT_FOUND
        assert foreign.not_disassociated("Solutions", GIVEN[0]).code == NOT_FOUND
    assert deal.related() == {"Solutions": [GIVEN[0]]}
