"""When a task that submits an opportunity ends FAILED, beside the rows of every submission."""

import dataclasses
from typing import Any

from cosell.selling.rules import Rule, Table
from cosell.selling.rules.submit_opportunity import CUSTOMER_PROJECT, Sharing
from cosell.selling.rules.unfinished import busy

BUSY = busy("submit-task.busy", "opportunity", "OpportunityConflict")
# What a direct submission is refused for is another step's business here.
ENGAGEMENT: tuple[Rule[Sharing], ...] = (
    dataclasses.replace(
        CUSTOMER_PROJECT,
        id="submit-task.customer-project",
        field="",
        code=None,
        reason="EngagementValidationFailed",
    ),
)
_ROWS: tuple[Rule[Any], ...] = (BUSY, *ENGAGEMENT)
TABLES = (Table("Submit an opportunity in a task", ("StartEngagementFromOpportunityTask",), _ROWS),)
