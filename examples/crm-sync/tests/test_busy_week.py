"""All at once, as production has it: lists that lag, quotas, slow tasks, events late and twice."""

import pytest

from cosell.testing import World
from crm_sync.crm import ACCEPT, ACCEPTED, WAITS, Crm
from crm_sync.events import handler
from crm_sync.sync import sync_once


@pytest.mark.cosell(profile="production-like")
def test_a_busy_week(cosell: World, crm: Crm) -> None:
    cosell.clock.freeze()  # time passes by waiting alone
    referred = {cosell.aws.refer().OpportunityId for _ in range(6)}
    submitted = cosell.given.opportunity("Submitted")

    for _ in range(8):
        sync_once(crm)
        for invitation in crm.invitations(WAITS):
            crm.decide(invitation.id, ACCEPT)
        cosell.events.deliver_all(handler)
        cosell.clock.advance(hours=12)

    assert {one.state for one in crm.invitations()} == {ACCEPTED}
    assert {deal.opportunity_id for deal in crm.deals()} == {*referred, submitted.Id}
    assert crm.deal(submitted.Id).review_status == "Approved"
    assert {call.outcome for call in cosell.calls.refused} == {"ThrottlingException"}
