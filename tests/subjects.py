"""What an event is about, whoever is told of it. Must not know what a test expects."""

from typing import Any


def subject(event: Any) -> str:
    """An identifier: a snapshot's is its ARN, a member's names its engagement too."""
    detail, type_ = event["detail"], event["detail-type"]
    if "opportunity" in detail:
        return str(detail["opportunity"]["identifier"])
    if "engagementInvitation" in detail:
        return str(detail["engagementInvitation"]["id"])
    if "resourceSnapshot" in detail:
        return str(detail["resourceSnapshot"]["arn"])
    if type_ == "Engagement Member Added":
        return f"{detail['engagement']['id']}/{detail['engagementMember']['accountId']}"
    return str(detail["engagement"]["engagementId"])
