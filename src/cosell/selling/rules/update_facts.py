"""What the rules of an update look at: the opportunity as it stands and as it is to be.

Must not refuse anything.
"""

from typing import NamedTuple

from cosell.contract import Document
from cosell.selling import at, related, text_at
from cosell.selling.involvement import VISIBILITY_ONLY, in_force
from cosell.selling.lifecycle import CLOSED, DRAFT, OPPORTUNITY_REVIEW, follow
from cosell.selling.rules.content import Content
from cosell.selling.rules.opportunity_members import Member
from cosell.selling.rules.spend import Spend
from cosell.selling.rules.submit_opportunity import OTHER_SOLUTION, needs_support

STAGE, STATUS, NEEDS = "LifeCycle.Stage", "LifeCycle.ReviewStatus", "PrimaryNeedsFromAws"


class Update(NamedTuple):
    """An opportunity as it stands, what it is to be, what was asked for and where; whether the
    stage is open before submission (a switch of the profile)."""

    before: Document
    content: Content
    spend: Spend
    asked: Document
    catalog: str
    stage_open: bool

    @property
    def status(self) -> str:
        return text_at(self.before, STATUS)

    @property
    def stage(self) -> str:
        return text_at(self.before, STAGE)

    @property
    def reviewed(self) -> str | None:
        """The review status that the Sandbox's reviewer decides on; None for anybody's update."""
        asked = text_at(self.asked, STATUS)
        if self.catalog != "Sandbox" or asked in ("", self.status):
            return None
        return follow(OPPORTUNITY_REVIEW, self.status, f"simulate {asked}")

    @property
    def is_over(self) -> bool:
        return self.stage in CLOSED

    @property
    def standing(self) -> str:
        """What a member's change is refused for."""
        over = self.status == "Approved" and self.is_over
        return f"stage is {self.stage}" if over else f"status is {self.status}"

    @property
    def has_solution(self) -> bool:
        return related.has_any(self.before, related.SOLD)

    @property
    def has_related(self) -> bool:
        """Whether anything but an offer stands beside the opportunity, or a text instead."""
        return related.is_related(self.before, self.content.text(OTHER_SOLUTION))

    def becomes(self, *stages: str) -> bool:
        """Whether the stage moves to one of these, whoever moves it."""
        return self.content.touches(STAGE) and self.content.text(STAGE) in stages

    def moves_to(self, *stages: str) -> bool:
        """Whether the owner moves the stage to one of these."""
        return not self.reviewed and self.becomes(*stages)

    def permits(self, member: Member) -> bool:
        """Whether the state lets the member change."""
        if self.status == DRAFT or self.reviewed:
            return True
        if self.status == "Action Required":
            return member.correctable
        if self.status != "Approved":
            return False
        filled = not at(self.before, member.path)  # what was never set may be set once
        if self.is_over:
            return member.lasting or (filled and self.stage == "Launched")
        return filled or not member.frozen


def becomes_co_sell(update: Update) -> bool:
    """Whether the owner asks for AWS's support for an opportunity that AWS only looks on at."""
    return (
        not update.reviewed
        and in_force(update.before) == VISIBILITY_ONLY
        and update.content.touches(NEEDS)
        and needs_support(at(update.content.document, NEEDS))
    )
