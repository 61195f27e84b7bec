"""PutAutopilot, GetAutopilot, DeleteAutopilot: what AWS does by itself, and when."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.databases import fresh
from tests.harness import ACCOUNT, NOW, Server, World
from tests.piloting import BOX, DAY_S, HOUR_S, advanced, life, status, submitted, titled
from tests.refusal import desk_refusal
from tests.submitting import CO_SELL, created

# --- reviews -------------------------------------------------------------------------------------


def test_autopilot_in_its_shortest_form_approves(still: World) -> None:
    [rule] = still.desk("PutAutopilot")["Rules"]
    told = {"Id": "review", "Act": "Review", "Outcome": "Approved", "DelaySeconds": 0}
    assert rule == told
    id = submitted(still)
    advanced(still)
    assert status(still, id) == "Approved"


@pytest.mark.parametrize("outcome", ["Rejected", "Action Required", "ActionRequired", "InReview"])
def test_autopilot_decides_as_it_is_told(still: World, outcome: str) -> None:
    still.desk("PutAutopilot", Outcome=outcome, Comments="Seen.", Reason="Opportunity unclear")
    id = submitted(still)
    advanced(still)
    after = life(still, id)
    expected = {"ActionRequired": "Action Required", "InReview": "In review"}.get(outcome, outcome)
    assert after["ReviewStatus"] == expected
    assert (after["ReviewComments"], after["ReviewStatusReason"]) == (
        "Seen.",
        "Opportunity unclear",
    )


def test_autopilot_rules_for_the_same_thing_need_an_id_each(still: World) -> None:
    for outcome in ("In review", "Approved"):
        put = still.desk("PutAutopilot", Outcome=outcome)
        assert (put["Id"], len(put["Rules"])) == ("review", 1)
    still.desk("DeleteAutopilot")
    still.desk("PutAutopilot", Id="take-up", Outcome="In review")
    put = still.desk("PutAutopilot", Id="approve", Outcome="Approved", DelaySeconds=HOUR_S)
    assert [rule["Id"] for rule in put["Rules"]] == ["take-up", "approve"]
    id = submitted(still)
    advanced(still)
    assert status(still, id) == "In review"
    advanced(still, HOUR_S)
    assert status(still, id) == "Approved"


def test_autopilot_waits_as_long_as_it_is_told(still: World) -> None:
    still.desk("PutAutopilot", DelaySeconds=HOUR_S)
    id = submitted(still)
    assert still.desk("GetClock")["NextDueTime"] == "2030-01-01T01:00:00.000Z"
    assert advanced(still, HOUR_S - 1)["Fired"] == 0
    assert status(still, id) == "Submitted"
    moved = advanced(still, DAY_S)
    assert (moved["Fired"], moved["NextDueTime"]) == (1, None)
    read = still.client().get_opportunity(**BOX, Identifier=id)
    assert read["LifeCycle"]["ReviewStatus"] == "Approved"
    assert read["LastModifiedDate"].isoformat() == "2030-01-01T01:00:00+00:00"


def test_autopilot_goes_by_the_title_first(still: World) -> None:
    still.desk("PutAutopilot", Outcome="Approved")
    still.desk("PutAutopilot", Outcome="Rejected", TitlePattern="(?i)^bad")
    still.desk("PutAutopilot", Outcome="ActionRequired", TitlePattern="d.* idea$", DelaySeconds=60)
    ids = {title: submitted(still, title) for title in ("Web shop", "A good idea", "BAD idea")}
    advanced(still)
    assert [status(still, id) for id in ids.values()] == ["Approved", "Submitted", "Rejected"]
    advanced(still, 60)
    assert status(still, ids["A good idea"]) == "Action Required"


def test_advance_clock_over_several_reviews_fires_them_in_order(still: World) -> None:
    still.desk("PutAutopilot", Outcome="Rejected", TitlePattern="^slow", DelaySeconds=5 * HOUR_S)
    still.desk("PutAutopilot", DelaySeconds=HOUR_S)
    made = []
    for title in ("slow", "first", "second"):
        made.append(submitted(still, title))
        advanced(still, 60)
    before = len(still.events())
    assert advanced(still, DAY_S)["Fired"] == 3
    updated = [
        (event["detail"]["opportunity"]["identifier"], event["time"])
        for event in still.events()[before:]
        if event["detail-type"] == "Opportunity Updated"
    ]
    assert updated == [
        (made[1], "2030-01-01T01:01:00Z"),
        (made[2], "2030-01-01T01:02:00Z"),
        (made[0], "2030-01-01T05:00:00Z"),
    ]


def test_autopilot_takes_up_a_review_and_decides_it_later(still: World) -> None:
    still.desk("PutAutopilot", Id="up", Outcome="In review", DelaySeconds=60)
    still.desk("PutAutopilot", Id="done", Outcome="Approved", DelaySeconds=HOUR_S)
    id = submitted(still)
    assert advanced(still, 60)["Fired"] == 1
    assert status(still, id) == "In review"
    assert advanced(still, HOUR_S - 1)["Fired"] == 0
    assert advanced(still, 1)["Fired"] == 1
    assert status(still, id) == "Approved"


def test_autopilot_that_only_takes_up_leaves_the_decision_to_the_desk(still: World) -> None:
    still.desk("PutAutopilot", Outcome="In review")
    id = submitted(still)
    advanced(still, DAY_S)
    assert status(still, id) == "In review"
    assert still.desk("GetClock")["NextDueTime"] is None


def test_autopilot_reviews_again_what_was_corrected(still: World) -> None:
    still.desk("PutAutopilot", Outcome="ActionRequired", DelaySeconds=60)
    id = submitted(still)
    advanced(still, 60)
    still.desk("PutAutopilot", Outcome="Approved", DelaySeconds=HOUR_S)
    partner = still.client()
    read = partner.get_opportunity(**BOX, Identifier=id)
    read["Customer"]["Account"]["WebsiteUrl"] = "https://shop.example.com"
    read = {name: value for name, value in read.items() if value is not None}
    known = partner.meta.service_model.operation_model("UpdateOpportunity").input_shape.members
    body = {name: read[name] for name in known if name in read}
    partner.update_opportunity(**{**body, "Identifier": id, **BOX})
    assert status(still, id) == "Submitted"
    assert advanced(still, HOUR_S)["Fired"] == 1
    assert status(still, id) == "Approved"


def test_autopilot_reviews_what_a_task_submits(still: World) -> None:
    still.desk("PutAutopilot", DelaySeconds=60)
    still.desk("PutAutopilot", Act="Accept")
    id = created(still, **titled("By a task"))
    task = still.client().start_engagement_from_opportunity_task(
        **BOX, Identifier=id, AwsSubmission=CO_SELL
    )
    assert task["TaskStatus"] == "COMPLETE"
    assert advanced(still, 60)["Fired"] == 1
    assert status(still, id) == "Approved"


def test_autopilot_leaves_alone_what_the_desk_decided(still: World) -> None:
    still.desk("PutAutopilot", DelaySeconds=HOUR_S)
    id = submitted(still)
    still.desk("ReviewOpportunity", **BOX, OpportunityIdentifier=id, Outcome="Rejected")
    assert still.desk("GetClock")["NextDueTime"] is None
    assert advanced(still, DAY_S)["Fired"] == 0
    assert status(still, id) == "Rejected"


def test_autopilot_of_one_catalog_leaves_the_other_alone(still: World) -> None:
    still.desk("PutAutopilot", Catalog="AWS")
    id = submitted(still)
    advanced(still, DAY_S)
    assert status(still, id) == "Submitted"


def test_autopilot_does_not_reach_into_other_namespaces(still: World) -> None:
    other = World(still.server)
    other.desk("PutAutopilot")
    id = submitted(still)
    advanced(still, DAY_S)
    assert status(still, id) == "Submitted"
    assert still.desk("GetAutopilot")["Rules"] == []


def test_autopilot_acts_by_itself_while_the_clock_runs(world: World) -> None:
    world.desk("PutAutopilot")
    id = submitted(world)
    until = time.monotonic() + 60
    while status(world, id) != "Approved":
        assert time.monotonic() < until
        time.sleep(0.02)


def test_autopilot_survives_a_restart(tmp_path: Path) -> None:
    server = Server(fresh(tmp_path)).start()
    world = World(server)
    world.desk("PutClock", Time=NOW, Frozen=True)
    world.desk("PutAutopilot", Outcome="Rejected", DelaySeconds=HOUR_S)
    id = submitted(world)
    server.kill()
    assert server.main is not None
    server.main.wait()
    server.start()
    try:
        assert status(world, id) == "Submitted"
        assert [rule["Id"] for rule in world.desk("GetAutopilot")["Rules"]] == ["review"]
        assert advanced(world, HOUR_S)["Fired"] == 1
        assert status(world, id) == "Rejected"
    finally:
        server.stop()


# --- the rules -----------------------------------------------------------------------------------


def test_rules_are_shown_replaced_and_cleared(still: World) -> None:
    assert still.desk("GetAutopilot") == {"Rules": []}
    asked: list[dict[str, Any]] = [
        {"Catalog": "AWS", "Outcome": "Rejected"},
        {"TitlePattern": "x"},
        {"Id": "mine", "Act": "Accept"},
        {"Catalog": "AWS", "Outcome": "Approved"},
    ]
    ids = [still.desk("PutAutopilot", **one)["Id"] for one in asked]
    assert ids == ["review-AWS", "review-2d711642", "mine", "review-AWS"]
    rules = still.desk("GetAutopilot")["Rules"]
    assert [rule["Id"] for rule in rules] == ids[:3]
    assert rules[0]["Outcome"] == "Approved"
    gone = still.desk("DeleteAutopilot", Id="mine")
    assert (gone["Deleted"], [rule["Id"] for rule in gone["Rules"]]) == (1, ids[:2])
    assert still.desk("DeleteAutopilot", Id="mine")["Deleted"] == 0
    assert still.desk("DeleteAutopilot") == {"Deleted": 2, "Rules": []}


def test_rules_say_what_was_said_and_the_defaults(still: World) -> None:
    said = {
        "Act": "Refer",
        **BOX,
        "ReceiverAccountId": ACCOUNT,
        "Referral": {"Project": {"Title": "Shop", "CustomerUseCase": None}, "Marketing": None},
    }
    kept = {
        **said,
        "Id": f"refer-Sandbox-{ACCOUNT}",
        "EverySeconds": DAY_S,
        "Referral": {"Project": {"Title": "Shop"}},
    }
    assert still.desk("PutAutopilot", **said)["Rules"] == [kept]
    assert still.desk("GetAutopilot") == {"Rules": [kept]}
    assert still.desk("DeleteAutopilot", Id="another") == {"Deleted": 0, "Rules": [kept]}


def test_put_autopilot_again_with_its_token_plans_nothing_more(still: World) -> None:
    rule = {"Act": "Refer", **BOX, "ReceiverAccountId": ACCOUNT, "ClientToken": "one"}
    first = still.desk("PutAutopilot", **rule)
    still.desk("DeleteAutopilot")
    assert still.desk("PutAutopilot", **rule) == first
    assert still.desk("GetAutopilot")["Rules"] == []
    assert still.desk("GetClock")["NextDueTime"] is None


def test_reset_namespace_clears_the_autopilot(still: World) -> None:
    still.desk("PutAutopilot", Act="Refer", **BOX, ReceiverAccountId=ACCOUNT, EverySeconds=60)
    still.desk("PutAutopilot", DelaySeconds=60)
    submitted(still)
    still.desk("ResetNamespace")
    assert still.desk("GetAutopilot")["Rules"] == []
    assert still.desk("GetClock")["NextDueTime"] is None
    still.desk("PutClock", Time=NOW, Frozen=True)
    id = submitted(still)
    assert advanced(still, DAY_S)["Fired"] == 0
    assert status(still, id) == "Submitted"


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ({"Act": "Refuse"}, [("act", "INVALID_ENUM_VALUE")]),
        ({"Outcome": "Maybe"}, [("outcome", "INVALID_ENUM_VALUE")]),
        ({"Id": "a b"}, [("id", "INVALID_STRING_FORMAT")]),
        ({"DelaySeconds": -1}, [("delaySeconds", "VALUE_OUT_OF_RANGE")]),
        ({"TitlePattern": ""}, [("titlePattern", "INVALID_STRING_FORMAT")]),
        ({"TitlePattern": "("}, [("titlePattern", "INVALID_VALUE")]),
        ({"TitlePattern": "(?=a)"}, [("titlePattern", "INVALID_VALUE")]),
        ({"EverySeconds": 60}, [("everySeconds", "INVALID_VALUE")]),
        ({"Act": "Accept", "Outcome": "Approved"}, [("outcome", "INVALID_VALUE")]),
        (
            {"Act": "Refer"},
            [
                ("catalog", "REQUIRED_FIELD_MISSING"),
                ("receiverAccountId", "REQUIRED_FIELD_MISSING"),
            ],
        ),
        (
            {"Act": "Refer", **BOX, "ReceiverAccountId": ACCOUNT, "EverySeconds": 59},
            [("everySeconds", "VALUE_OUT_OF_RANGE")],
        ),
    ],
)
def test_rule_that_cannot_be_is_refused(
    world: World, rule: dict[str, Any], fields: list[tuple[str, str]]
) -> None:
    assert desk_refusal(world, "PutAutopilot", **rule).fields == fields
    assert world.desk("GetAutopilot")["Rules"] == []


def test_referral_that_cannot_be_is_refused(world: World) -> None:
    spend = {"Amount": "0", "CurrencyCode": "USD", "Frequency": "Monthly", "TargetCompany": "AWS"}
    refused = desk_refusal(
        world,
        "PutAutopilot",
        Act="Refer",
        **BOX,
        ReceiverAccountId=ACCOUNT,
        Referral={"Project": {"ExpectedCustomerSpend": [spend]}},
    )
    assert refused.reason == "BUSINESS_VALIDATION_FAILED"
    amount = "referral.project.expectedCustomerSpend.amount"
    assert refused.fields == [(amount, "INVALID_VALUE")]


def test_autopilot_has_a_hundred_rules_at_most(world: World) -> None:
    for number in range(100):
        world.desk("PutAutopilot", Id=f"rule-{number}")
    refused = desk_refusal(world, "PutAutopilot", Id="one-more")
    assert refused.fields == [("id", "INVALID_VALUE")]
    world.desk("PutAutopilot", Id="rule-0", Outcome="Rejected")
    assert len(world.desk("GetAutopilot")["Rules"]) == 100
