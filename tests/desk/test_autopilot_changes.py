"""Rules of the autopilot that come, change and go while something awaits AWS."""

from tests.engaging import engaged, invited
from tests.harness import ACCOUNT, OTHER, World
from tests.piloting import BOX, DAY_S, HOUR_S, advanced, answered, next_due, status, submitted
from tests.sharing import target
from tests.submitting import CO_SELL, created, submittable

# --- reviews -------------------------------------------------------------------------------------


def test_what_waits_already_meets_a_new_rule(still: World) -> None:
    id = submitted(still)
    advanced(still, HOUR_S)
    still.desk("PutAutopilot", DelaySeconds=60)
    assert next_due(still) == "2030-01-01T01:01:00.000Z"
    assert advanced(still, 60)["Fired"] == 1
    assert status(still, id) == "Approved"


def test_rule_that_takes_the_place_of_another_brings_its_own_wait(still: World) -> None:
    still.desk("PutAutopilot", Id="one", DelaySeconds=10)
    id = submitted(still)
    still.desk("PutAutopilot", Id="one", Outcome="Rejected", DelaySeconds=DAY_S)
    assert advanced(still, DAY_S - 1)["Fired"] == 0
    assert status(still, id) == "Submitted"
    advanced(still, 1)
    assert status(still, id) == "Rejected"


def test_rule_that_goes_takes_its_reviews_along_and_brings_them_back(still: World) -> None:
    still.desk("PutAutopilot", DelaySeconds=HOUR_S)
    id = submitted(still)
    still.desk("DeleteAutopilot", Id="review")
    assert next_due(still) is None
    advanced(still, 30 * DAY_S)
    assert status(still, id) == "Submitted"
    still.desk("PutAutopilot", DelaySeconds=HOUR_S)
    advanced(still, HOUR_S)
    assert status(still, id) == "Approved"


def test_what_a_change_does_not_concern_waits_on(still: World) -> None:
    still.desk("PutAutopilot", DelaySeconds=HOUR_S)
    ids = [submitted(still, title) for title in ("shop", "bad shop")]
    advanced(still, 60)
    still.desk("PutAutopilot", TitlePattern="^bad", Outcome="Rejected", DelaySeconds=HOUR_S)
    still.desk("PutAutopilot", Catalog="AWS")
    still.desk("PutAutopilot", Act="Accept")
    still.desk("PutAutopilot", DelaySeconds=HOUR_S)
    assert advanced(still, HOUR_S - 60)["Fired"] == 1
    assert [status(still, id) for id in ids] == ["Approved", "Submitted"]
    assert advanced(still, 60)["Fired"] == 1
    assert status(still, ids[1]) == "Rejected"


def test_rule_that_goes_leaves_its_reviews_to_the_next(still: World) -> None:
    still.desk("PutAutopilot", Id="late", Outcome="Rejected", DelaySeconds=DAY_S)
    still.desk("PutAutopilot", Id="soon", TitlePattern="shop", DelaySeconds=60)
    id = submitted(still, "shop")
    still.desk("DeleteAutopilot", Id="soon")
    assert next_due(still) == "2030-01-02T00:00:00.000Z"
    advanced(still, DAY_S)
    assert status(still, id) == "Rejected"


def test_what_is_in_review_meets_a_new_rule_that_decides(still: World) -> None:
    still.desk("PutAutopilot", Id="take-up", Outcome="In review")
    id = submitted(still)
    advanced(still)
    assert (status(still, id), next_due(still)) == ("In review", None)
    still.desk("PutAutopilot", Id="decide", DelaySeconds=60)
    advanced(still, 60)
    assert status(still, id) == "Approved"


def test_rules_concern_what_every_account_submitted_in_both_catalogs(still: World) -> None:
    waiting = []
    for account in (ACCOUNT, OTHER, "999988887777"):
        for catalog in ("AWS", "Sandbox"):
            partner = still.client(account)
            draft = partner.create_opportunity(Catalog=catalog, **submittable())
            partner.start_engagement_from_opportunity_task(
                Catalog=catalog, Identifier=draft["Id"], AwsSubmission=CO_SELL
            )
            waiting.append((account, catalog, draft["Id"]))
    still.desk("PutLag", Seconds=60)
    still.desk("PutAutopilot", DelaySeconds=60)
    assert advanced(still, 60)["Fired"] == len(waiting)
    for account, catalog, id in waiting:
        read = still.client(account).get_opportunity(Catalog=catalog, Identifier=id)
        assert read["LifeCycle"]["ReviewStatus"] == "Approved"


def test_what_the_desk_decided_meets_no_new_rule(still: World) -> None:
    for outcome in ("Approved", "Rejected", "Action Required"):
        id = submitted(still, outcome)
        still.desk("ReviewOpportunity", **BOX, OpportunityIdentifier=id, Outcome=outcome)
    still.client().create_opportunity(**BOX, **submittable())
    still.desk("PutAutopilot", DelaySeconds=60)
    assert next_due(still) is None


def test_drawn_waits_begin_again_only_with_another_seed(still: World) -> None:
    rule = {"DelaySeconds": 60, "DelaySecondsMax": DAY_S}
    seed = still.desk("PutAutopilot", **rule)["Rules"][0]["Seed"]
    ids = [submitted(still, title) for title in ("one", "two")]
    due = next_due(still)
    assert still.desk("PutAutopilot", **rule)["Rules"][0]["Seed"] == seed
    assert next_due(still) == due
    still.desk("DeleteAutopilot")
    still.desk("PutAutopilot", **rule, Seed=seed)
    assert next_due(still) == due
    still.desk("PutAutopilot", **rule, Seed=seed + 1)
    assert next_due(still) != due
    assert advanced(still, DAY_S)["Fired"] == 2
    assert [status(still, id) for id in ids] == ["Approved", "Approved"]


def test_opportunity_that_follows_another_is_left_to_it(still: World) -> None:
    """What a partner received is decided when the sender's is, and not by a rule of its own."""
    leader = submitted(still)
    engagement = still.client().list_engagement_resource_associations(
        **BOX, ResourceIdentifier=leader
    )["EngagementResourceAssociationSummaries"][0]["EngagementId"]
    invitation = invited(still, engagement, OTHER)
    task = still.client(OTHER).start_engagement_by_accepting_invitation_task(
        **BOX, Identifier=invitation
    )
    follower = still.client(OTHER).get_opportunity(**BOX, Identifier=task["OpportunityId"])
    assert follower["LifeCycle"]["ReviewStatus"] == "Submitted"
    still.desk("PutAutopilot", DelaySeconds=60)
    assert advanced(still, 60)["Fired"] == 1
    follower = still.client(OTHER).get_opportunity(**BOX, Identifier=task["OpportunityId"])
    assert follower["LifeCycle"]["ReviewStatus"] == status(still, leader) == "Approved"


# --- invitations ---------------------------------------------------------------------------------


def test_invitation_that_waits_already_meets_a_new_rule(still: World) -> None:
    invitations = [invited(still, engaged(still, Title=one)["Id"], "aws") for one in "ab"]
    to_a_partner = invited(still, engaged(still)["Id"], OTHER)
    still.desk("PutAutopilot", Act="Accept", TitlePattern="a", DelaySeconds=60)
    still.desk("DeleteAutopilot")
    assert advanced(still, 60)["Fired"] == 0
    still.desk("PutAutopilot", Act="Accept", TitlePattern="a", DelaySeconds=60)
    still.desk("PutAutopilot", Act="Accept", DelaySeconds=HOUR_S)
    assert advanced(still, 60)["Fired"] == 1
    assert [answered(still, one) for one in invitations] == ["ACCEPTED", "PENDING"]
    assert advanced(still, HOUR_S)["Fired"] == 1
    assert answered(still, invitations[1]) == "ACCEPTED"
    assert answered(still, to_a_partner) == "PENDING"


def test_invitation_of_a_submission_meets_no_new_rule(still: World) -> None:
    id = created(still)
    engagement = engaged(still)["Id"]
    still.client().create_resource_snapshot(**target(engagement, id))
    still.client().submit_opportunity(**BOX, Identifier=id, **CO_SELL)
    still.desk("PutAutopilot", Act="Accept", DelaySeconds=60)
    assert next_due(still) is None
