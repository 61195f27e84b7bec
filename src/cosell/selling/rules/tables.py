"""Every table of rules, in the order in which the reference shows them.

A module of this package that has rows is listed here, or a test says so. Must not hold rows.
"""

from typing import Final

from cosell.selling.rules import (
    Table,
    accept_task,
    assign_opportunity,
    associate_opportunity,
    convert_task,
    create_engagement_invitation,
    create_opportunity,
    disassociate_opportunity,
    engagement_context,
    enrolment,
    find,
    invitation,
    job_role,
    opportunity_content,
    postal_code,
    prospect_task,
    refer,
    resource_snapshots,
    review_opportunity,
    spend,
    submit_opportunity,
    submit_task,
    tag_resource,
    unfinished,
    update_lead,
    update_opportunity,
)

TABLES: Final[tuple[Table, ...]] = (
    *enrolment.TABLES,
    *find.TABLES,
    *create_opportunity.TABLES,
    *opportunity_content.TABLES,
    *spend.TABLES,
    *postal_code.TABLES,
    *update_opportunity.TABLES,
    *associate_opportunity.TABLES,
    *disassociate_opportunity.TABLES,
    *assign_opportunity.TABLES,
    *submit_opportunity.TABLES,
    *review_opportunity.TABLES,
    *refer.TABLES,
    *engagement_context.TABLES,
    *update_lead.TABLES,
    *create_engagement_invitation.TABLES,
    *invitation.TABLES,
    *resource_snapshots.TABLES,
    *job_role.TABLES,
    *accept_task.TABLES,
    *submit_task.TABLES,
    *convert_task.TABLES,
    *prospect_task.TABLES,
    *unfinished.TABLES,
    *tag_resource.TABLES,
)
