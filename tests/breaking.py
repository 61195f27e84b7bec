"""One rule that is broken, how it comes about, and what is told of it; and an opportunity whose
document says what no call can make it say.

Must not know a rule.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from cosell import ids
from cosell.selling import Kind, truth
from cosell.store import documents, namespaces
from tests.harness import ACCOUNT, Reply, answered
from tests.scenes import TEMPLATE, Scene
from tests.submitting import CO_SELL, submittable
from tests.updating import Body, changed

Told = tuple[str, str, str]


class Row(NamedTuple):
    """`bring` breaks the rule `rule` and no other; then the refusal, or the task that FAILED,
    names this field ('' if it is told alone), this code and this message (`*` for what differs
    from time to time)."""

    rule: str
    field: str
    code: str
    message: str
    bring: Callable[[Scene], Reply]

    def ensure_in(self, scene: Scene) -> None:
        """Break the rule: AssertionError unless that is what was told, and the journal names it."""
        reply = self.bring(scene)
        self.ensure(reply)
        call = scene.desk("GetCall", RequestId=reply.headers["x-amzn-requestid"])
        assert [rule["Id"] for rule in call["Rules"]] == [self.rule]

    def ensure(self, reply: Reply) -> None:
        """AssertionError unless that is what was told, and no more."""
        [(field, code, message)] = told(reply)
        assert (field, code) == (self.field, self.code)
        pattern = re.escape(self.message).replace(r"\*", ".+")
        assert re.fullmatch(pattern, message), message


def told(reply: Reply) -> list[Told]:
    """Each field's error; or the one that stands alone; or how the task ended; nothing if all is
    well."""
    document = reply.document if reply.body else {}
    if reply.status == 200:
        failed = document.get("ReasonCode")
        return [("", failed, document["Message"])] if failed else []
    errors = document.get("ErrorList")
    if errors:
        return [(one["FieldName"], one["Code"], one["Message"]) for one in errors]
    return [("", document["__type"], document["Message"])]


class Deal:
    """An opportunity of an account that lacks nothing but what it is told to lack."""

    def __init__(self, scene: Scene, changes: Body | None = None, account: str = ACCOUNT) -> None:
        self.scene, self.account = scene, account
        body = {**submittable(), "ClientToken": ids.uuid(ids.new_random())}
        self.id: str = answered(scene.ask("CreateOpportunity", account, **body))["Id"]
        if changes:
            self.write(changes)

    def write(self, changes: Body) -> None:
        """Put values at dotted paths of its document, as they are; None takes one away."""
        with self.scene.store.write() as tx:
            ns = namespaces.find(tx, "scene").ns
            stored = documents.get(tx, ns, Kind.OPPORTUNITY, self.id)
            truth.replace(tx, stored, changed(stored.document, changes))

    def target(self, engagement: str) -> dict[str, str]:
        return {
            "EngagementIdentifier": engagement,
            "ResourceIdentifier": self.id,
            "ResourceSnapshotTemplateIdentifier": TEMPLATE,
            "ResourceType": "Opportunity",
        }

    def show(self, *contexts: Any) -> str:
        """Show it in an engagement with these contexts: the engagement's id."""
        engagement = engage(self.scene, *contexts, account=self.account)
        body = {**self.target(engagement), "ClientToken": engagement}
        answered(self.scene.ask("CreateResourceSnapshot", self.account, **body))
        return engagement

    def submit(self, **members: Any) -> Reply:
        asked = {"Identifier": self.id, **CO_SELL, **members}
        return self.scene.ask("SubmitOpportunity", self.account, **asked)

    def start(self, **submission: Any) -> Reply:
        """Start the task that submits it."""
        asked = {"Identifier": self.id, "AwsSubmission": {**CO_SELL, **submission}}
        token = ids.uuid(ids.new_random())
        operation = "StartEngagementFromOpportunityTask"
        return self.scene.ask(operation, self.account, ClientToken=token, **asked)

    def relate(self, act: str, type: str, identifier: str) -> Reply:
        """Associate or Disassociate it."""
        return self.scene.ask(
            f"{act}Opportunity",
            self.account,
            OpportunityIdentifier=self.id,
            RelatedEntityType=type,
            RelatedEntityIdentifier=identifier,
        )

    def has(self, type: str, *identifiers: str) -> "Deal":
        """Associate it with these."""
        for one in identifiers:
            answered(self.relate("Associate", type, one))
        return self

    def review(self, outcome: str) -> None:
        self.scene.desk(
            "ReviewOpportunity",
            Catalog="Sandbox",
            OpportunityIdentifier=self.id,
            Outcome=outcome,
        )


def engage(scene: Scene, *contexts: Any, account: str = ACCOUNT) -> str:
    """An engagement of the account's own: its id."""
    asked = {"Title": "Web shop", "Description": "Shared work", "Contexts": [*contexts]}
    token = ids.uuid(ids.new_random())
    return str(answered(scene.ask("CreateEngagement", account, ClientToken=token, **asked))["Id"])
