"""What GetCall shows of a call's request and answer: all but what is sensitive."""

import json

from tests.harness import ACCOUNT, World, opportunity
from tests.journaled import calls, last, whole


def test_what_the_model_calls_sensitive_is_blotted_out_in_request_and_answer(world: World) -> None:
    client = world.client()
    secrets = ["Example Company", "https://www.example.com", "98101", "2500.00"]
    secrets += ["The customer wants to move its web shop to AWS.", "Web shop on AWS"]
    id = client.create_opportunity(Catalog="Sandbox", ClientToken="t", **opportunity())["Id"]
    client.get_opportunity(Catalog="Sandbox", Identifier=id)
    created, read = (whole(world, call) for call in calls(world))
    request, answer = json.loads(created["Request"]), json.loads(read["Response"])
    for text in (created["Request"], read["Response"]):
        assert [secret for secret in secrets if secret in text] == []
    assert request["Customer"]["Account"]["CompanyName"] == "***"
    assert request["Customer"]["Account"]["Industry"] == "Retail"
    assert request["ClientToken"] == "t"
    assert answer["Customer"]["Account"]["Address"]["PostalCode"] == "***"
    assert answer["Project"]["ExpectedCustomerSpend"][0]["Amount"] == "***"
    assert answer["Id"] == id


def test_members_that_the_model_does_not_know_are_blotted_out(world: World) -> None:
    body = {"Catalog": "AWS", "Secret": "s3cret", "Project": {"Hidden": {"Deep": "s3cret"}}}
    world.post("CreateOpportunity", body)
    shown = whole(world, last(world))["Request"]
    assert "s3cret" not in shown
    assert json.loads(shown)["Project"] == {"Hidden": "***"}


def test_what_the_desk_is_told_and_tells_of_customers_is_blotted_out(world: World) -> None:
    world.desk("PutPartner", AccountId=ACCOUNT, WebsiteUrl="https://secret.example.com")
    world.referred()
    assert world.events()
    put, _, listed = (whole(world, call) for call in calls(world))
    assert "secret.example" not in put["Request"] + put["Response"]
    assert {one["Event"] for one in json.loads(listed["Response"])["Events"]} == {"***"}


def test_the_answer_of_a_refused_call_is_shown_as_it_was(world: World) -> None:
    reply = world.post("GetOpportunity", {"Catalog": "x", "Identifier": "O1"})
    assert json.loads(whole(world, last(world))["Response"]) == reply.document


def test_an_operation_without_output_has_no_answer_to_show(world: World) -> None:
    client = world.client()
    id = client.create_opportunity(Catalog="Sandbox", **opportunity())["Id"]
    client.associate_opportunity(
        Catalog="Sandbox",
        OpportunityIdentifier=id,
        RelatedEntityType="Solutions",
        RelatedEntityIdentifier="S-1234567",
    )
    assert whole(world, last(world))["Response"] is None
