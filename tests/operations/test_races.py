"""Calls that come at the same time: what must have happened once has happened once, whoever was
first. Tasks: tests/tasks/test_races.py; updates of one opportunity: test_update_opportunity.py.
"""

import json
from collections.abc import Callable

import pytest

from tests import submitting
from tests.deals import Deal, engaged
from tests.engaging import accepted, invitation, invited, lead, project
from tests.engaging import engaged as engagement_of
from tests.foreign import Attempt
from tests.harness import ACCOUNT, OTHER, Refused, Reply, World, answered
from tests.racing import CATALOG, DONE, asks, at_once, jobs, outcome, outcomes, together
from tests.relating import MARKETPLACE
from tests.sharing import joined, target

# --- opportunities -------------------------------------------------------------------------------


def test_submitted_at_once_an_opportunity_is_submitted_once(world: World) -> None:
    deal = engaged(world)
    asked = {"Identifier": deal.id, **submitting.CO_SELL}
    assert together(world, "SubmitOpportunity", [asked] * 4) == {DONE: 1, "ACTION_NOT_PERMITTED": 3}
    assert deal.status == "Submitted"
    assert len(deal.invitations()) == 1


def test_decisions_at_once_agree(world: World) -> None:
    """One approves and one rejects: the invitation of AWS and its seat say the same in the end."""
    deal = engaged(world)
    deal.submit()

    def decide(result: str) -> Callable[[], Reply]:
        def call() -> Reply:
            try:
                deal.review(result)
            except Refused as refused:
                return Reply(refused.status, {}, json.dumps(refused.body).encode())
            return Reply(200, {}, b"")

        return call

    replies = at_once([decide("Approved"), decide("Rejected")] * 2)
    assert outcomes(replies)[DONE] == 1
    approved = deal.status == "Approved"
    assert DONE in map(outcome, replies[0 if approved else 1 :: 2])
    assert [one["Status"] for one in deal.invitations()] == ["ACCEPTED" if approved else "REJECTED"]
    assert ("aws" in deal.members()) is approved


def test_associated_at_once_there_are_never_more_than_the_limit(world: World) -> None:
    deal = engaged(world)
    bodies = [
        related(deal, "AwsMarketplaceSolutions", f"{MARKETPLACE}/Solution/soln-{number}")
        for number in range(14)
    ]
    assert together(world, "AssociateOpportunity", bodies) == {DONE: 10, "TOO_MANY_VALUES": 4}
    found = deal.read()["RelatedEntityIdentifiers"]["AwsMarketplaceSolutions"]
    assert len(set(found)) == len(found) == 10


def test_offer_and_offer_set_at_once_are_one_of_the_two(world: World) -> None:
    deal = engaged(world)
    bodies = [
        related(deal, "AwsMarketplaceOffers", f"{MARKETPLACE}/Offer/offer-abc"),
        related(deal, "AwsMarketplaceOfferSets", f"{MARKETPLACE}/OfferSet/offerset-abc"),
    ]
    assert together(world, "AssociateOpportunity", bodies) == {DONE: 1, "TOO_MANY_VALUES": 1}
    found = deal.read()["RelatedEntityIdentifiers"]
    assert sorted(len(found[type]) for type in found if "Offer" in type) == [0, 1]


def related(deal: Deal, type: str, identifier: str) -> dict[str, str]:
    return {
        "OpportunityIdentifier": deal.id,
        "RelatedEntityType": type,
        "RelatedEntityIdentifier": identifier,
    }


def test_assigned_at_once_each_has_the_place_of_its_title(world: World) -> None:
    """A full team of ten: nobody's place is lost, nobody has two, and nobody comes beside them."""

    def person(title: str, name: str) -> dict[str, str]:
        email = f"{name.lower()}@example.com"
        return {"BusinessTitle": title, "Email": email, "FirstName": name, "LastName": "Seller"}

    titles = [f"Seller {number}" for number in range(9)]
    deal = engaged(world, {"OpportunityTeam": [person(one, "Old") for one in titles]})
    newcomers = [*titles, "Another", *["PartnerAccountManager"] * 2]
    bodies = [{"Identifier": deal.id, "Assignee": person(one, "New")} for one in newcomers]
    assert together(world, "AssignOpportunity", bodies) == {DONE: 10, "TOO_MANY_VALUES": 2}
    team = deal.read()["OpportunityTeam"]
    assert [one["BusinessTitle"] for one in team] == ["OpportunityOwner", *titles]
    assert {one["FirstName"] for one in team} == {"New"}


# --- engagements ---------------------------------------------------------------------------------


@pytest.mark.parametrize("senders", [(ACCOUNT,), (ACCOUNT, OTHER)])
def test_invited_at_once_there_are_never_more_than_the_seats(
    world: World, senders: tuple[str, ...]
) -> None:
    id = engagement_of(world)["Id"]
    if OTHER in senders:
        accepted(world, invited(world, id))
    receivers = [f"30000000000{number}" for number in range(10)]
    calls = []
    for number, receiver in enumerate(receivers):
        body = {"EngagementIdentifier": id, "Invitation": invitation(receiver)}
        body["ClientToken"] = receiver
        calls += asks(world, "CreateEngagementInvitation", [body], senders[number % len(senders)])
    replies = at_once(calls)
    seats = 10 - len(senders)
    assert outcomes(replies) == {DONE: seats, "ServiceQuotaExceededException": 10 - seats}
    asked = [
        call
        for reply, receiver in zip(replies, receivers, strict=True)
        if reply.status == 200
        for call in asks(
            world, "AcceptEngagementInvitation", [{"Identifier": reply.document["Id"]}], receiver
        )
    ]
    assert outcomes(at_once(asked)) == {DONE: seats}
    members = world.client().list_engagement_members(**CATALOG, Identifier=id)
    assert len(members["EngagementMemberList"]) == 10
    assert world.client().get_engagement(**CATALOG, Identifier=id)["MemberCount"] == 10


def test_invited_at_once_a_partner_has_one_invitation(world: World) -> None:
    id = engagement_of(world)["Id"]
    bodies = [
        {"EngagementIdentifier": id, "Invitation": invitation(), "ClientToken": token}
        for token in ("one", "two", "three")
    ]
    assert together(world, "CreateEngagementInvitation", bodies) == {
        DONE: 1, "ConflictException": 2,
    }  # fmt: skip
    received = world.client(OTHER).list_engagement_invitations(
        **CATALOG, ParticipantType="RECEIVER"
    )
    assert len(received["EngagementInvitationSummaries"]) == 1


def test_accepted_and_rejected_at_once_an_invitation_is_one_of_the_two(world: World) -> None:
    made = engagement_of(world, account=OTHER)["Id"]
    named = {"Identifier": invited(world, made, ACCOUNT, OTHER)}
    calls = [
        call
        for act in ("Accept", "Reject") * 2
        for call in asks(world, f"{act}EngagementInvitation", [named])
    ]
    replies = at_once(calls)
    assert outcomes(replies) == {DONE: 1, "ConflictException": 3}
    ensure_agreed(
        world, made, named["Identifier"], (DONE in map(outcome, replies[::2]), "REJECTED")
    )


def ensure_agreed(world: World, engagement: str, id: str, expected: tuple[bool, str]) -> None:
    """The invitation, the engagement's members and its count, and what the receiver was told all
    say whether it was accepted; if it was not, it is what `expected` says."""
    is_in, otherwise = expected
    found = world.client().get_engagement_invitation(**CATALOG, Identifier=id)
    assert found["Status"] == ("ACCEPTED" if is_in else otherwise)
    sender = world.client(OTHER)
    members = sender.list_engagement_members(**CATALOG, Identifier=engagement)
    accounts = {one["AccountId"] for one in members["EngagementMemberList"]}
    assert accounts == ({ACCOUNT, OTHER} if is_in else {OTHER})
    seen = sender.get_engagement(**CATALOG, Identifier=engagement)
    assert seen["MemberCount"] == len(accounts)
    told = [
        one["detail-type"].rsplit(" ", 1)[1]
        for one in world.events()
        if one["detail-type"].startswith("Engagement Invitation ")
        and one["resources"][0].endswith(f"/{id}")
    ]
    assert told == ["Created", found["Status"].capitalize()]


def test_accepted_while_it_expires_an_invitation_is_one_of_the_two(world: World) -> None:
    """The clock advances over the end of eight invitations while each is accepted."""
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    made = []
    for _ in range(8):
        id = engagement_of(world, account=OTHER)["Id"]
        made.append((id, invited(world, id, ACCOUNT, OTHER)))
    bodies = [{"Identifier": one} for _, one in made]

    def advance_clock() -> Reply:
        world.desk("AdvanceClock", To="2030-01-16T00:00:00Z")
        return Reply(200, {}, b"")

    replies = at_once([*asks(world, "AcceptEngagementInvitation", bodies), advance_clock])
    for (id, one), reply in zip(made, replies, strict=False):
        assert outcome(reply) in (DONE, "ConflictException")
        ensure_agreed(world, id, one, (reply.status == 200, "EXPIRED"))


def test_contexts_at_once_are_never_more_than_five(world: World) -> None:
    id = engagement_of(world, lead())["Id"]
    bodies = [
        {"EngagementIdentifier": id, "ClientToken": str(number), **project()} for number in range(7)
    ]
    assert together(world, "CreateEngagementContext", bodies) == {
        DONE: 4, "ServiceQuotaExceededException": 3,
    }  # fmt: skip
    found = world.client().get_engagement(**CATALOG, Identifier=id)["Contexts"]
    assert [one["Id"] for one in found] == ["1", "2", "3", "4", "5"]


def test_context_changed_at_once_changes_once(world: World) -> None:
    id = engagement_of(world, project())["Id"]
    read = world.post("GetEngagement", {**CATALOG, "Identifier": id}).document
    bodies = [
        {
            "EngagementIdentifier": id,
            "ContextIdentifier": "1",
            "EngagementLastModifiedAt": read["ModifiedAt"],
            **project(Title=f"Title {number}"),
        }
        for number in range(4)
    ]
    assert together(world, "UpdateEngagementContext", bodies) == {DONE: 1, "ConflictException": 3}


# --- snapshots and tags --------------------------------------------------------------------------


def test_snapshots_at_once_are_revisions_without_a_gap(world: World) -> None:
    asked = target(joined(world), submitting.created(world))
    bodies = [{**asked, "ClientToken": str(number)} for number in range(6)]
    replies = at_once(asks(world, "CreateResourceSnapshot", bodies))
    assert sorted(answered(one)["Revision"] for one in replies) == [1, 2, 3, 4, 5, 6]


def test_jobs_at_once_are_one(world: World) -> None:
    asked = target(joined(world), submitting.created(world))
    bodies = [{**asked, "ClientToken": str(number)} for number in range(4)]
    assert together(world, "CreateResourceSnapshotJob", bodies) == {DONE: 1, "ConflictException": 3}
    assert len(jobs(world)) == 1


def test_tags_at_once_are_never_more_than_200(world: World) -> None:
    made = world.client().create_opportunity(**CATALOG, **submitting.submittable())
    arn = world.client().get_opportunity(**CATALOG, Identifier=made["Id"])["Arn"]
    bodies = [
        {"ResourceArn": arn, "Tags": [{"Key": f"{part}-{key}", "Value": ""} for key in range(90)]}
        for part in range(4)
    ]
    sender = Attempt(world)
    replies = at_once([lambda body=body: sender.send("TagResource", body) for body in bodies])  # type: ignore[misc]
    assert outcomes(replies) == {DONE: 2, "TOO_MANY_VALUES": 2}
    assert len(world.client().list_tags_for_resource(ResourceArn=arn)["Tags"]) == 180
