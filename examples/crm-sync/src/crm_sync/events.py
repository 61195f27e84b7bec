"""EventBridge events of Partner Central, as a Lambda function gets them.

An event says only where to look: it may come twice, late, or before an older one, so each leads to
a reading of what is true now. Must not take anything but ids from an event.
"""

import os
from typing import Any

from crm_sync import invitations, opportunities
from crm_sync.crm import Crm
from crm_sync.partner_central import CATALOG

SOURCE = "aws.partnercentral-selling"


def handler(event: dict[str, Any], context: object) -> dict[str, str]:
    """Work on an event. It counts as seen when that is done; if AWS refuses meanwhile, the error
    makes EventBridge deliver it again."""
    with Crm(os.environ["CRM_SYNC_DATABASE"]) as crm:
        if event["source"] != SOURCE or event["detail"]["catalog"] != CATALOG:
            return {"status": "not ours"}
        if crm.has_seen(event["id"]):
            return {"status": "seen before"}
        _work(crm, event["detail-type"], event["detail"])
        crm.saw(event["id"])
        return {"status": "done"}


def _work(crm: Crm, kind: str, detail: dict[str, Any]) -> None:
    if kind.startswith("Opportunity "):
        opportunities.refresh(crm, detail["opportunity"]["identifier"])
    elif kind.startswith("Engagement Invitation "):
        invitations.take_in(crm)
