"""What AWS does at its side of the table."""

from dataclasses import replace
from typing import cast

from cosell.calls import Call, command
from cosell.clock import iso_date
from cosell.contract import Document
from cosell.errors import business_refused
from cosell.selling import object_at, related, text_at
from cosell.selling.domain import anybodys, associations, drawn, estimates, referrals
from cosell.selling.domain.acting import as_aws
from cosell.selling.rules import check, refer
from cosell.selling.rules import find as rows
from cosell.selling.rules.content import Content
from cosell.selling.rules.spend import spend_of
from cosell.selling.workflows import kinds, tasks, watching
from cosell.store import Tx

_WORDS = ("Message", "SenderContacts", "ReceiverResponsibilities")
_APART = frozenset({"Catalog", "ReceiverAccountId", "ClientToken", *_WORDS})  # of no opportunity


@command("ReferOpportunity")
def refer_opportunity(call: Call, tx: Tx) -> Document:
    """AWS refers an opportunity to a partner; what is not said has realistic defaults."""
    receiver = text_at(call.input, "ReceiverAccountId")
    referrals.ensure_partner(call, tx, receiver)
    content = referrals.completed(call, call.input, drawn.draw(call, tx, "referral"))
    if not call.input.keys() <= _APART:  # what is ours alone is as it has to be
        ensure_referable(call, tx, content)
    said = object_at(call.input, related.MEMBER)
    content = {**content, related.MEMBER: associations.of_referral(call, tx, receiver, said)}
    words = {name: call.input[name] for name in _WORDS if name in call.input}
    made = referrals.refer(as_aws(call), tx, receiver, content, words)
    invitation = made.invitation.document
    return {
        "EngagementId": invitation["EngagementId"],
        "EngagementInvitationArn": invitation["Arn"],
        "EngagementInvitationId": made.invitation.id,
        "OpportunityId": made.opportunity.id,
    }


def ensure_referable(call: Call, tx: Tx, content: Document, within: str = "") -> None:
    """The rules that even AWS cannot leave aside: what an invitation has to say, and no value that
    does not exist. `within` is the path of the content in the request (`referral.`)."""
    facts = Content(content, iso_date(call.now), lambda _: True)
    errors = check(refer.CONTENT, facts)
    spend = spend_of(object_at(content, "Project"), estimates.known(call, tx))
    errors += check(refer.SPEND, spend)
    if errors:
        raise business_refused(*(replace(one, path=within + one.path) for one in errors))


@command("AdvanceTask")
def advance_task(call: Call, tx: Tx) -> Document:
    """Run the next steps of a task, whatever the pace; one that has ended stays as it is. A Catalog
    that is given is the one in which the task is looked for."""
    id = text_at(call.input, "TaskIdentifier")
    if call.catalog:
        found = anybodys.find(rows.ANY_TASK, call, lambda call: kinds.find(call, tx, id))
    else:
        found = rows.ensure(rows.TASK, watching.find(call, tx, id))
    task = tasks.step_at_once(call, tx, *found, cast("int", call.input.get("Steps", 1)))
    return watching.described(found._replace(task=task))
