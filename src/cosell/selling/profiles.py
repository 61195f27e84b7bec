"""Profiles: named bundles of switches, for where AWS's documents and what was observed differ; and
what a profile brings with it beside them.

Two tables; a namespace has one of the names (PutProfile). Must not hold a rule: a rule asks a
switch.
"""

from typing import Final, NamedTuple

from cosell.calls import Call
from cosell.contract import Document
from cosell.store.namespaces import Pace, Throttling


class Profile(NamedTuple):
    """What a namespace does where there are two readings; each switch says which one is on."""

    stage_open_while_pending: bool = False
    """UpdateOpportunity may change Stage before submission, but not to Launched or Closed Lost
    (documented; observed: refused)."""
    visibility_drops_next_steps: bool = False
    """A submission For Visibility Only clears NextSteps (the older channel's test scenarios)."""
    duplicates_refused: bool = False
    """A second submission for the same company and title is refused (seen once; not documented)."""
    postal_formats_refused: bool = False
    """A postal code that has no form published for its country is refused (the retired channel's
    list; observed: taken, and told by the log and the journal)."""
    lead_expiry_shown: bool = False
    """GetEngagementInvitation and the list tell when an invitation to a lead expires (documented:
    the summary has the member; observed: null, and told by the event alone)."""
    documented_events: bool = False
    """Events are spelled as in the developer guide's samples, not as they were captured."""
    events_unordered: bool = False
    """Events arrive up to half a minute late, out of order and some of them twice, as EventBridge
    may deliver them."""
    solutions_given: bool = True
    """A new account has the solutions of an onboarded one."""


PROFILES: Final = {
    "observed": Profile(),
    "documented": Profile(
        stage_open_while_pending=True,
        visibility_drops_next_steps=True,
        duplicates_refused=True,
        postal_formats_refused=True,
        lead_expiry_shown=True,
        documented_events=True,
    ),
    "newly-onboarded": Profile(solutions_given=False),
    "production-like": Profile(events_unordered=True),
}


class Surroundings(NamedTuple):
    """What a profile puts when it is chosen, as PutPace, PutLag, PutQuotas and PutAutopilot do;
    each can be put otherwise afterwards. Without values: what a new namespace has."""

    pace: Pace = "Inline"
    step_s: int = 2
    lag_s: int = 0
    quotas: Throttling = "Relaxed"
    reviews: tuple[Document, ...] = ()
    """Rules of the autopilot, each with an Id of the profile's own and without a Seed."""


SURROUNDINGS: Final = {
    "production-like": Surroundings(
        pace="Paced",
        step_s=5,
        lag_s=3,
        quotas="Documented",
        reviews=(
            {
                "Id": "production-like-take-up",
                "Outcome": "In review",
                "DelaySeconds": 60,
                "DelaySecondsMax": 900,
            },
            {
                "Id": "production-like-decide",
                "Outcome": "Approved",
                "DelaySeconds": 4 * 3_600,
                "DelaySecondsMax": 48 * 3_600,
            },
        ),
    ),
}
"""Profiles that bring more than their switches."""


def profile(call: Call) -> Profile:
    """The profile of the namespace that a call is in."""
    return PROFILES[call.namespace.profile]
