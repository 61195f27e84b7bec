"""TagResource and UntagResource, on opportunities and snapshot jobs, in both catalogs."""

from typing import Any

import pytest

from tests.harness import ACCOUNT, OTHER, World, opportunity
from tests.refusal import refusal
from tests.sharing import joined, shared

CATALOGS = ("AWS", "Sandbox")


def arn_of(id: str, catalog: str = "Sandbox", account: str = ACCOUNT) -> str:
    return f"arn:aws:partnercentral:us-east-1:{account}:catalog/{catalog}/opportunity/{id}"


def made(world: World, catalog: str = "Sandbox", **members: Any) -> str:
    """The ARN of a new opportunity."""
    answer = world.client().create_opportunity(Catalog=catalog, **opportunity(**members))
    return arn_of(answer["Id"], catalog)


def labels(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def many(count: int, prefix: str = "key") -> list[dict[str, str]]:
    return labels(**{f"{prefix}-{number:03}": "" for number in range(count)})


def read(world: World, arn: str) -> list[Any]:
    return list(world.client().list_tags_for_resource(ResourceArn=arn)["Tags"])


@pytest.mark.parametrize("catalog", CATALOGS)
def test_tag_resource_adds_and_replaces_and_untag_resource_takes_away(
    world: World, catalog: str
) -> None:
    partner = world.client()
    arn = made(world, catalog, Tags=labels(team="blue", kept="as it was"))
    partner.tag_resource(ResourceArn=arn, Tags=labels(team="red", new=""))
    assert read(world, arn) == labels(kept="as it was", new="", team="red")
    partner.untag_resource(ResourceArn=arn, TagKeys=["team", "absent", "new"])
    assert read(world, arn) == labels(kept="as it was")
    partner.untag_resource(ResourceArn=arn, TagKeys=["kept"])
    partner.untag_resource(ResourceArn=arn, TagKeys=["kept"])
    assert read(world, arn) == []


def test_tags_of_one_resource_are_not_those_of_another(world: World) -> None:
    partner = world.client()
    arns = [made(world, "AWS"), made(world), made(world)]
    for number, arn in enumerate(arns):
        partner.tag_resource(ResourceArn=arn, Tags=labels(number=str(number)))
    partner.untag_resource(ResourceArn=arns[0], TagKeys=["number"])
    assert [read(world, arn) for arn in arns] == [[], labels(number="1"), labels(number="2")]


def test_tags_of_a_job_are_its_own(world: World) -> None:
    partner = world.client()
    job = partner.create_resource_snapshot_job(**shared(world), Tags=labels(team="blue"))
    partner.tag_resource(ResourceArn=job["Arn"], Tags=labels(more="yes"))
    partner.untag_resource(ResourceArn=job["Arn"], TagKeys=["team"])
    assert read(world, job["Arn"]) == labels(more="yes")


def test_tags_change_nothing_of_the_opportunity(world: World) -> None:
    partner = world.client()
    arn = made(world)
    asked = {"Catalog": "Sandbox", "Identifier": arn.rpartition("/")[2]}
    before, events = partner.get_opportunity(**asked), len(world.events())
    partner.tag_resource(ResourceArn=arn, Tags=labels(team="blue"))
    partner.untag_resource(ResourceArn=arn, TagKeys=["team"])
    after = partner.get_opportunity(**asked)
    assert after["LastModifiedDate"] == before["LastModifiedDate"]
    assert len(world.events()) == events


def test_tag_resource_takes_two_hundred_and_no_more(world: World) -> None:
    partner = world.client()
    arn = made(world)
    partner.tag_resource(ResourceArn=arn, Tags=many(200))
    partner.tag_resource(ResourceArn=arn, Tags=many(200))  # the same keys
    refused = refusal(partner.tag_resource, ResourceArn=arn, Tags=labels(one="more"))
    assert (refused.code, refused.reason) == ("ValidationException", "BUSINESS_VALIDATION_FAILED")
    assert refused.errors == [("tags", "TOO_MANY_VALUES", "A resource has at most 200 tags")]
    assert read(world, arn) == many(200)
    partner.untag_resource(ResourceArn=arn, TagKeys=["key-000"])
    partner.tag_resource(ResourceArn=arn, Tags=labels(one="more"))
    assert len(read(world, arn)) == 200


def test_tag_resource_repaired_fault_by_fault_tells_the_next(world: World) -> None:
    partner = world.client()
    arn = made(world)
    partner.tag_resource(ResourceArn=arn, Tags=many(199))
    asked: dict[str, Any] = {
        "ResourceArn": arn_of("O1"),
        "Tags": [*labels(a="1"), *labels(a="2"), *labels(b="3")],
    }
    refused = refusal(partner.tag_resource, **asked)
    assert refused.reason == "REQUEST_VALIDATION_FAILED"
    assert refused.fields == [("tags[1].key", "DUPLICATE_KEY_VALUE")]
    asked["Tags"] = labels(a="1", b="3")
    assert refusal(partner.tag_resource, **asked).code == "ResourceNotFoundException"
    asked["ResourceArn"] = arn
    assert refusal(partner.tag_resource, **asked).fields == [("tags", "TOO_MANY_VALUES")]
    asked["Tags"] = labels(a="1")
    partner.tag_resource(**asked)
    assert len(read(world, arn)) == 200


def test_untag_resource_repaired_fault_by_fault_tells_the_next(world: World) -> None:
    partner = world.client()
    asked: dict[str, Any] = {"ResourceArn": arn_of("O1"), "TagKeys": ["a", "b", "a", "a"]}
    refused = refusal(partner.untag_resource, **asked)
    assert refused.reason == "REQUEST_VALIDATION_FAILED"
    assert refused.fields == [
        ("tagKeys[2]", "DUPLICATE_KEY_VALUE"), ("tagKeys[3]", "DUPLICATE_KEY_VALUE"),
    ]  # fmt: skip
    asked["TagKeys"] = ["a", "b"]
    assert refusal(partner.untag_resource, **asked).code == "ResourceNotFoundException"
    partner.untag_resource(**{**asked, "ResourceArn": made(world)})


def test_tags_of_what_is_not_the_callers_are_not_found(world: World) -> None:
    arn = made(world, Tags=labels(team="blue"))
    job = world.client().create_resource_snapshot_job(**shared(world))["Arn"]
    elsewhere = World(world.server)
    hidden = world.referred()["OpportunityId"]
    cases = [
        (world, OTHER, arn), (world, OTHER, arn.replace(ACCOUNT, OTHER)),
        (world, OTHER, job), (world, OTHER, job.replace(ACCOUNT, OTHER)),
        (elsewhere, ACCOUNT, arn), (elsewhere, ACCOUNT, job),
        (world, ACCOUNT, arn.replace("Sandbox", "AWS")),
        (world, ACCOUNT, job.replace("Sandbox", "AWS")),
        (world, ACCOUNT, arn.replace("Sandbox", "Elsewhere")),
        (world, ACCOUNT, arn_of(hidden)), (world, ACCOUNT, arn_of("O1")),
        (world, ACCOUNT, arn.replace("opportunity", "solution")),
        (world, ACCOUNT, arn.replace("us-east-1", "us-west-2")),
    ]  # fmt: skip
    for where, account, asked in cases:
        partner = where.client(account)
        for method, members in (
            (partner.tag_resource, {"Tags": labels(team="red")}),
            (partner.untag_resource, {"TagKeys": ["team"]}),
        ):
            refused = refusal(method, ResourceArn=asked, **members)
            assert refused.code == "ResourceNotFoundException", (account, asked)
    assert read(world, arn) == labels(team="blue")


@pytest.mark.parametrize(
    ("operation", "members", "field", "code"),
    [
        ("TagResource", {"Tags": []}, "tags", "NOT_ENOUGH_VALUES"),
        ("TagResource", {"Tags": many(201)}, "tags", "TOO_MANY_VALUES"),
        ("TagResource", {"Tags": None}, "tags", "REQUIRED_FIELD_MISSING"),
        ("TagResource", {"Tags": labels(**{"a*": "1"})}, "tags[0].key", "INVALID_STRING_FORMAT"),
        ("TagResource", {"Tags": labels(a="*")}, "tags[0].value", "INVALID_STRING_FORMAT"),
        ("TagResource", {"Tags": labels(a="x" * 257)}, "tags[0].value", "INVALID_STRING_FORMAT"),
        ("UntagResource", {"TagKeys": []}, "tagKeys", "NOT_ENOUGH_VALUES"),
        ("UntagResource", {"TagKeys": ["a"] * 51}, "tagKeys", "TOO_MANY_VALUES"),
        # A recording has Tags here; the model does not.
        ("UntagResource", {"Tags": labels(a="1")}, "tagKeys", "REQUIRED_FIELD_MISSING"),
    ],
)
def test_tags_out_of_shape_are_refused(
    world: World, operation: str, members: dict[str, Any], field: str, code: str
) -> None:
    reply = world.post(operation, {"ResourceArn": made(world), **members})
    assert (reply.status, reply.document["Reason"]) == (400, "REQUEST_VALIDATION_FAILED")
    assert [(one["FieldName"], one["Code"]) for one in reply.document["ErrorList"]] == [
        (field, code)
    ]


def test_tags_of_an_engagement_are_out_of_shape(world: World) -> None:
    arn = f"arn:aws:partnercentral:us-east-1::catalog/Sandbox/engagement/{joined(world)}"
    partner = world.client()
    refused = refusal(partner.tag_resource, ResourceArn=arn, Tags=labels(a="1"))
    assert refused.fields == [("resourceArn", "INVALID_STRING_FORMAT")]
    refused = refusal(partner.untag_resource, ResourceArn=arn, TagKeys=["a"])
    assert refused.fields == [("resourceArn", "INVALID_STRING_FORMAT")]
