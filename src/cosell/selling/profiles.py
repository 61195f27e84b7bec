"""Profiles: named bundles of switches, for where AWS's documents and what was observed differ.

One table; a namespace has one of its rows (PutProfile). Must not hold a rule: a rule asks a switch.
"""

from typing import Final, NamedTuple

from cosell.calls import Call


class Profile(NamedTuple):
    """What a namespace does where there are two readings; each switch says which one is on."""

    stage_open_while_pending: bool = False
    """UpdateOpportunity may change Stage before submission, but not to Launched or Closed Lost
    (documented; observed: refused)."""
    visibility_drops_next_steps: bool = False
    """A submission For Visibility Only clears NextSteps (the older channel's test scenarios)."""
    duplicates_refused: bool = False
    """A second submission for the same company and title is refused (seen once; not documented)."""
    documented_events: bool = False
    """Events are spelled as in the developer guide's samples, not as they were captured."""
    solutions_given: bool = True
    """A new account has the solutions of an onboarded one."""


PROFILES: Final = {
    "observed": Profile(),
    "documented": Profile(
        stage_open_while_pending=True,
        visibility_drops_next_steps=True,
        duplicates_refused=True,
        documented_events=True,
    ),
    "newly-onboarded": Profile(solutions_given=False),
}


def profile(call: Call) -> Profile:
    """The profile of the namespace that a call is in."""
    return PROFILES[call.namespace.profile]
