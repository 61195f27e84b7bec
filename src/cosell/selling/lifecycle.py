"""Every life cycle as a table: what may happen in which state, and what follows.

Two rules for this file: all transitions stand here, and nothing here knows who asks. An act that is
not in a state's row is not permitted in it. See differences `review.states`, `update.stages`
and `job.start-stop`.
"""

from typing import Final

INVITATION: Final = {
    "PENDING": {"accept": "ACCEPTED", "reject": "REJECTED", "expire": "EXPIRED"},
    "ACCEPTED": {},
    "REJECTED": {},
    "EXPIRED": {},
}

# A job that runs may be started again: it shares what it could not before. Stopping one that stands
# is refused.
JOB: Final = {
    "Stopped": {"start": "Running", "delete": "deleted"},
    "Running": {"start": "Running", "stop": "Stopped"},
}

TASK: Final = {
    "IN_PROGRESS": {"complete": "COMPLETE", "fail": "FAILED"},
    "COMPLETE": {},
    "FAILED": {},
}

# The review of an opportunity: the partner submits it, or corrects what AWS asked for, and that
# submits it again; AWS reviews it; in the Sandbox the partner simulates AWS. One that came from
# another partner follows that partner's when AWS decides. Approved and Rejected are the end.
OPPORTUNITY_REVIEW: Final = {
    "Pending Submission": {
        "submit": "Submitted",
        "simulate Approved": "Approved",
        "simulate Rejected": "Rejected",
        "simulate Action Required": "Action Required",
    },
    "Submitted": {
        "review In review": "In review",
        "review Approved": "Approved",
        "review Rejected": "Rejected",
        "review Action Required": "Action Required",
        "simulate Approved": "Approved",
        "simulate Rejected": "Rejected",
        "simulate Action Required": "Action Required",
        "follow Approved": "Approved",
        "follow Rejected": "Rejected",
    },
    "In review": {
        "review In review": "In review",
        "review Approved": "Approved",
        "review Rejected": "Rejected",
        "review Action Required": "Action Required",
        "simulate Approved": "Approved",
        "simulate Rejected": "Rejected",
        "simulate Action Required": "Action Required",
        "follow Approved": "Approved",
        "follow Rejected": "Rejected",
    },
    "Action Required": {
        "submit": "Submitted",
        "correct": "Submitted",
        "review Approved": "Approved",
        "review Rejected": "Rejected",
        "review Action Required": "Action Required",
        "simulate Approved": "Approved",
        "simulate Rejected": "Rejected",
    },
    "Approved": {},
    "Rejected": {},
}
DRAFT: Final = "Pending Submission"  # not submitted
AWAITING_AWS: Final = ("Submitted", "In review")
UNDECIDED: Final = (*AWAITING_AWS, "Action Required")
DECIDED: Final = tuple(state for state, acts in OPPORTUNITY_REVIEW.items() if not acts)
REFERRED: Final = "Approved"  # what AWS refers is so from the start


def followed_from(leader: str) -> str:
    """Where the review of an opportunity begins that follows another's: it waits while AWS has yet
    to decide on that one, and does not share its rejection."""
    if leader in UNDECIDED:
        return "Submitted"
    return leader if leader == "Approved" else DRAFT


def is_followed(leader: str) -> bool:
    """Whether an opportunity that comes from another one follows its review: a rejection is over,
    and the new one has a review of its own."""
    return leader != "Rejected"


_WORK: Final = (
    "Prospect",
    "Qualified",
    "Technical Validation",
    "Business Validation",
    "Committed",
)
CLOSED: Final = ("Closed Lost", "Launched")
MATURE: Final = ("Qualified", "Technical Validation", "Business Validation")
WON: Final = ("Committed", "Launched")

# The stage of an opportunity that AWS approved; an act is called like the stage that it leads to.
# Whether a stage asks for more (a solution, a reason) is a rule's business.
OPPORTUNITY_STAGE: Final[dict[str, dict[str, str]]] = {
    **{stage: {to: to for to in (*_WORK, *CLOSED) if to != stage} for stage in _WORK},
    **{stage: {} for stage in CLOSED},
}

# A lead's QualificationStatus is a free string, and these are the values that AWS's guide gives a
# meaning. Whoever may update the lead may set any; only one that is out of the race cannot become
# an opportunity, nor be prospected. Any other string counts as Unqualified.
LEAD: Final = {
    "Unqualified": {
        "qualify": "Qualified",
        "disqualify": "Disqualified",
        "convert": "Unqualified",
    },
    "Qualified": {
        "unqualify": "Unqualified",
        "disqualify": "Disqualified",
        "convert": "Qualified",
    },
    "Disqualified": {"unqualify": "Unqualified", "qualify": "Qualified"},
}


def is_open_lead(status: str) -> bool:
    """Whether a lead of this QualificationStatus may become an opportunity."""
    state = status if status in LEAD else "Unqualified"
    return follow(LEAD, state, "convert") is not None


PROSPECTING_TASK: Final = {
    "PENDING": {"go on": "IN_PROGRESS", "complete": "COMPLETED", "fail": "FAILED"},
    "IN_PROGRESS": {"go on": "IN_PROGRESS", "complete": "COMPLETED", "fail": "FAILED"},
    "COMPLETED": {},
    "FAILED": {},
}


def follow(table: dict[str, dict[str, str]], state: str, act: str) -> str | None:
    """The state after an act; None if the act is not permitted in this state."""
    return table[state].get(act)


def followed(table: dict[str, dict[str, str]], state: str, act: str) -> str:
    """The state after an act that nobody asked for from outside; ValueError if it is not permitted,
    which is a fault of the program."""
    after = follow(table, state, act)
    if after is None:
        raise ValueError(f"there is no {act} in state {state}")
    return after
