"""What a test says wrong is told at once, by the name of the argument, and changes nothing."""

import re
from typing import Any

import pytest

from cosell.testing import World

NO_ACCOUNT = ("aws", "11112222333", "1111-2222-3333", "5", "", 7)
ASKED_OF = {
    "partner": lambda world, who: world.partner(who),
    "client": lambda world, who: world.client(who),
    "caller": lambda world, who: world.caller(who),
    "opportunity": lambda world, who: world.given.opportunity(owner=who),
    "example": lambda world, who: world.example("ListOpportunities", owner=who),
    "engagement": lambda world, who: world.given.engagement(with_=[who]),
    "lead": lambda world, who: world.given.lead(to=who),
    "solution": lambda world, who: world.given.solution(owner=who),
    "calls": lambda world, who: world.calls.by(who),
    "events": lambda world, who: world.events.to(who),
    "faults": lambda world, who: world.faults.cut(account=who),
    "refer": lambda world, who: world.aws.refer(to=who),
}


@pytest.mark.parametrize("said", NO_ACCOUNT)
@pytest.mark.parametrize("asked", ASKED_OF)
def test_an_account_that_is_none(world: World, asked: str, said: Any) -> None:
    with pytest.raises(ValueError, match=r"^account: .* is not an account id"):
        ASKED_OF[asked](world, said)
    assert not world.calls.all


def test_aws_is_no_partner_but_may_invite_and_be_invited(world: World) -> None:
    with pytest.raises(ValueError, match=r"It is AWS itself, for which the world acts: world\.aws"):
        world.partner("aws")
    assert world.given.invitation(from_="aws").SenderCompanyName == "AWS"
    assert world.given.invitation(to="aws").Receiver.Account.AwsAccountId == "aws"


WRONG: list[tuple[Any, str]] = [
    (
        lambda world: world.faults.throttle(share=0),
        "share: 0 is no share. Say a number from 0.0",
    ),
    (lambda world: world.faults.throttle(share=1e-9), "share: 1e-09 is no share"),
    (lambda world: world.faults.throttle(share=0.5, seed="x"), "seed: 'x' is no seed"),
    (lambda world: world.faults.delay("GetOpportunity", 0.0001), "seconds: 0.0001 are no sec"),
    (lambda world: world.faults.delay("GetOpportunity", 0.0015), "seconds: 0.0015 are no sec"),
    (lambda world: world.faults.delay("GetOpportunity", "1"), "seconds: '1' are no seconds"),
    (lambda world: world.faults.delay("GetOpportunity", float("nan")), "seconds: nan are no"),
    (lambda world: world.faults.delay("GetOpportunity", -1), "seconds: -1 are no seconds"),
    (lambda world: world.faults.delay(None, 1e9), "seconds: 1000000000.0 is too long. Say 300"),
    (lambda world: world.faults.fail(expires_seconds=0), "expires_seconds: 0: say whole sec"),
    (lambda world: world.faults.lag(-1), "seconds: -1: say whole seconds from 0 to 86400"),
    (lambda world: world.tasks.paced(-1), "seconds: -1: say whole seconds from 0 to 86400"),
    (lambda world: world.faults.fail(5), "There is no operation 5"),
    (lambda world: world.example(None), "There is no operation None"),
    (lambda world: world.calls.of(None), "There is no operation None"),
    (lambda world: world.calls.since("x"), "mark: 'x' is no mark"),
    (lambda world: world.calls.since(-1), "mark: -1 is no mark"),
    (lambda world: world.events.since(-2), "mark: -2 is no mark"),
    (lambda world: world.events.since(None), "mark: None is no mark"),
    (lambda world: world.events.deliver_all(print, seed="x"), "seed: 'x' is no seed"),
    (lambda world: world.start_from(None), "scene: None is neither a world nor the path"),
    (lambda world: world.clock.advance("5"), "by: '5' is no number"),
    (lambda world: world.clock.advance(days="5"), "days: '5' is no number"),
    (lambda world: world.clock.advance(days=10**9), "The clock goes no further than"),
    (lambda world: world.clock.sleep("x"), "seconds: 'x' is no number"),
    (lambda world: world.clock.sleep(float("nan")), "seconds: nan is no number"),
]


@pytest.mark.parametrize(("ask", "told"), WRONG, ids=range(len(WRONG)))
def test_a_value_that_is_none(world: World, ask: Any, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        ask(world)
    assert not world.desk("ListFaults").Faults


@pytest.mark.parametrize("milliseconds", [0, 1, 100, 299_999])
def test_delays_count_milliseconds(world: World, milliseconds: int) -> None:
    world.faults.delay("GetOpportunity", milliseconds / 1000, optional=True)
    assert world.desk("ListFaults").Faults[0].DelayMilliseconds == milliseconds


def test_a_word_that_is_none(world: World) -> None:
    with pytest.raises(TypeError, match=r"advance does not take dayz=\. Did you mean days"):
        world.clock.advance(dayz=1)  # type: ignore[call-arg]


async def _later() -> None:
    """Somebody would have to await it."""


@pytest.mark.parametrize(
    ("act", "told"),
    [(None, "None cannot be called"), (5, "5 cannot be called"), (_later, "nobody would await it")],
)
def test_what_cannot_happen_meanwhile(world: World, act: Any, told: str) -> None:
    with pytest.raises(TypeError, match=f"act: {told}"):
        world.faults.meanwhile("CreateOpportunity", act)
    assert world.example("CreateOpportunity")
    world.faults.check()
