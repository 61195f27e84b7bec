"""ListMembers: who is in an engagement, whoever's it is, and since when."""

import pytest

from tests.engaging import engaged, invited
from tests.harness import ACCOUNT, NOW, OTHER, World
from tests.piloting import BOX, HOUR_S, advanced
from tests.refusal import desk_refusal


def test_members_are_told_with_when_they_joined(still: World) -> None:
    engagement = engaged(still)
    id = engagement["Id"]
    advanced(still, HOUR_S)
    invitation = invited(still, id, OTHER)
    still.client(OTHER).accept_engagement_invitation(**BOX, Identifier=invitation)
    advanced(still, HOUR_S)
    asked = {"EngagementInvitationIdentifier": invited(still, id, "aws")}
    still.desk("AnswerInvitation", **BOX, **asked)
    told = still.desk("ListMembers", **BOX, EngagementIdentifier=id)
    assert told["EngagementId"] == id
    assert [(one["AccountId"], one["JoinedAt"]) for one in told["Members"]] == [
        (ACCOUNT, NOW),
        (OTHER, "2030-01-01T01:00:00.000Z"),
        ("aws", "2030-01-01T02:00:00.000Z"),
    ]
    listed = still.client().list_engagement_members(**BOX, Identifier=id)["EngagementMemberList"]
    told_by_desk = [{n: v for n, v in one.items() if n != "JoinedAt"} for one in told["Members"]]
    assert told_by_desk == listed
    assert still.desk("ListMembers", **BOX, EngagementIdentifier=engagement["Arn"]) == told


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"Catalog": "Sandbox", "EngagementIdentifier": "eng-0123456789abcd"},
            "There is no such engagement in catalog Sandbox.",
        ),
        (
            {"Catalog": "AWS", "EngagementIdentifier": ""},  # the engagement's own id
            "There is no such engagement in catalog AWS. It is in catalog Sandbox: name that one.",
        ),
    ],
)
def test_there_is_no_such_engagement(world: World, asked: dict[str, str], told: str) -> None:
    id = asked["EngagementIdentifier"] or engaged(world)["Id"]
    refused = desk_refusal(world, "ListMembers", **{**asked, "EngagementIdentifier": id})
    assert refused.code == "ResourceNotFoundException"
    assert refused.message == told
