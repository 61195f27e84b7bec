"""Every choice, in the order in which the reference shows them. Must not hold one itself."""

from typing import Final

from cosell.selling.differences import Subject
from cosell.selling.differences.answers import ANSWERS, PAGES
from cosell.selling.differences.engagements import ENGAGEMENTS, SNAPSHOTS
from cosell.selling.differences.entities import ENTITIES, SPEND
from cosell.selling.differences.opportunities import MEMBERS, UPDATES
from cosell.selling.differences.quotas import QUOTAS
from cosell.selling.differences.requests import ACCOUNTS, REQUESTS
from cosell.selling.differences.reviews import REVIEWS, SANDBOX, SUMMARY
from cosell.selling.differences.shapes import SHAPES
from cosell.selling.differences.tasks import EVENTS, TASKS

SUBJECTS: Final[tuple[Subject, ...]] = (
    MEMBERS,
    UPDATES,
    SPEND,
    ENTITIES,
    REVIEWS,
    SUMMARY,
    ENGAGEMENTS,
    SNAPSHOTS,
    TASKS,
    EVENTS,
    SANDBOX,
    ACCOUNTS,
    PAGES,
    REQUESTS,
    QUOTAS,
    ANSWERS,
    SHAPES,
)
