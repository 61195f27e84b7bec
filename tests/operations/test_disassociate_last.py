"""Association and assignment in every status of the review, and the last entity that is needed.

Which status an opportunity is in is written into its document: what is asked here is the state's
rule, however the state came about.
"""

from typing import Any

import pytest

from cosell.selling import Kind, object_at, truth
from cosell.store import documents, namespaces
from tests.harness import Reply, opportunity
from tests.relating import ENTITIES, GIVEN
from tests.scenes import Scene

STATUSES = (
    "Pending Submission", "Submitted", "In review", "Action Required", "Approved", "Rejected",
)  # fmt: skip
STAGES = ("Prospect", "Business Validation", "Committed", "Launched", "Closed Lost")
SOLD = ("Solutions", "AwsMarketplaceSolutions", "AwsMarketplaceProducts")
OFFERS = ("AwsMarketplaceOffers", "AwsMarketplaceOfferSets")


class Standing:
    """An opportunity in a status and at a stage."""

    def __init__(self, scene: Scene, status: str, stage: str = "Prospect", other: str = "") -> None:
        self.scene = scene
        request = opportunity()
        if other:
            request["Project"]["OtherSolutionDescription"] = other
        made = scene.ask("CreateOpportunity", ClientToken=f"{id(self)}", **request)
        self.id: str = made.document["Id"]
        with scene.store.write() as tx:
            ns = namespaces.find(tx, "scene").ns
            stored = documents.get(tx, ns, Kind.OPPORTUNITY, self.id)
            life = {**object_at(stored.document, "LifeCycle"), "Stage": stage}
            changed = {**stored.document, "LifeCycle": {**life, "ReviewStatus": status}}
            truth.replace(tx, stored, changed)

    def ask(self, operation: str, type: str, identifier: str = "") -> Reply:
        return self.scene.ask(
            operation,
            OpportunityIdentifier=self.id,
            RelatedEntityType=type,
            RelatedEntityIdentifier=identifier or ENTITIES[type],
        )

    def associate(self, type: str, identifier: str = "") -> None:
        assert self.ask("AssociateOpportunity", type, identifier).status == 200

    def disassociate(self, type: str, identifier: str = "") -> str:
        """'' if it is done, else the code of the refusal."""
        reply = self.ask("DisassociateOpportunity", type, identifier)
        if reply.status == 200:
            return ""
        [error] = reply.document["ErrorList"]
        assert error["FieldName"] == "relatedEntityIdentifier"
        return str(error["Code"])

    def life(self) -> Any:
        return self.scene.ask("GetOpportunity", Identifier=self.id).document["LifeCycle"]


REFUSED = "ACTION_NOT_PERMITTED"


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("status", STATUSES)
def test_entities_and_assignees_come_in_every_status_at_every_stage(
    scene: Scene, status: str, stage: str
) -> None:
    deal = Standing(scene, status, stage)
    before = deal.life()
    for type in ENTITIES:
        if type != "AwsMarketplaceOfferSets":
            deal.associate(type)
    assignee = {
        "BusinessTitle": "PartnerAccountManager",
        "Email": "manager@example.com",
        "FirstName": "Account",
        "LastName": "Manager",
    }
    reply = scene.ask("AssignOpportunity", Identifier=deal.id, Assignee=assignee)
    assert reply.status == 200
    assert deal.life() == before
    for type in ("AwsMarketplaceOffers", "AwsProducts", "Solutions"):
        assert deal.disassociate(type) == ""
    assert deal.life() == before


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("type", [one for one in ENTITIES if one not in OFFERS])
def test_last_entity_stays_while_it_is_reviewed(scene: Scene, status: str, type: str) -> None:
    needed = status in ("Submitted", "In review")
    deal = Standing(scene, status)
    deal.associate(type)
    deal.associate("AwsMarketplaceOffers")  # which counts for nothing
    assert deal.disassociate(type) == (REFUSED if needed else "")


def test_last_entity_of_a_submission_may_be_replaced_or_described(scene: Scene) -> None:
    deal = Standing(scene, "Submitted")
    deal.associate("Solutions", GIVEN[0])
    assert deal.disassociate("Solutions", GIVEN[0]) == REFUSED
    deal.associate("Solutions", GIVEN[1])
    assert deal.disassociate("Solutions", GIVEN[0]) == ""
    deal.associate("AwsProducts")
    assert deal.disassociate("Solutions", GIVEN[1]) == ""
    assert deal.disassociate("AwsProducts") == REFUSED
    assert deal.disassociate("AwsProducts", "AWSAmplify") == "INVALID_VALUE"
    described = Standing(scene, "In review", other="What we do ourselves")
    described.associate("Solutions")
    assert described.disassociate("Solutions") == ""


@pytest.mark.parametrize("type", OFFERS)
def test_offer_goes_in_every_status_at_every_stage(scene: Scene, type: str) -> None:
    for status in STATUSES:
        for stage in STAGES:
            deal = Standing(scene, status, stage)
            deal.associate(type)
            assert deal.disassociate(type) == "", (status, stage)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("type", SOLD)
def test_last_thing_that_is_sold_stays_from_committed_on(
    scene: Scene, type: str, stage: str
) -> None:
    needed = stage in ("Committed", "Launched")
    deal = Standing(scene, "Approved", stage, other="What we do ourselves")
    deal.associate(type)
    deal.associate("AwsProducts")  # which is not sold by the partner
    assert deal.disassociate("AwsProducts") == ""
    assert deal.disassociate(type) == (REFUSED if needed else "")
    if needed:
        other = next(one for one in SOLD if one != type)
        deal.associate(other)
        assert deal.disassociate(type) == ""
        assert deal.disassociate(other) == REFUSED


@pytest.mark.parametrize("status", [one for one in STATUSES if one != "Approved"])
def test_stage_keeps_nothing_of_what_is_not_approved(scene: Scene, status: str) -> None:
    deal = Standing(scene, status, "Committed", other="What we do ourselves")
    deal.associate("Solutions")
    assert deal.disassociate("Solutions") == ""
