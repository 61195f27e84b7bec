"""No row of any table of rules is without a test that drives it."""

from cosell.selling.rules import opportunity_members, update_by_aws
from cosell.selling.rules.content import field_of
from cosell.selling.rules.tables import TABLES
from tests.operations import (
    test_create_opportunity_rules,
    test_engaging_rows,
    test_rows,
    test_rows_of_names,
    test_rows_of_tasks,
    test_submit_rows,
    test_update_opportunity_rules,
)


def test_every_rule_of_every_table_is_driven_by_a_test() -> None:
    """A rule stands in one of the tables of tests, whose rows are refused in the rule's words."""
    driven = {
        *(row.rule for row in test_rows.ROWS),
        *(row.rule for row in test_rows_of_names.ROWS),
        *(row.rule for row in test_rows_of_tasks.ROWS),
        *(row.rule for row in test_submit_rows.ROWS),
        *(row.rule for row in test_engaging_rows.ROWS),
        *(row.rule for row in test_create_opportunity_rules.ROWS),
        *(case.rule for case in test_update_opportunity_rules.CASES),
        *(row.rule for row in test_update_opportunity_rules.CONTENT),
        *(f"update.{field_of(member.path)}" for member in opportunity_members.MEMBERS),
        "update.last-modified-date",  # of test_update_opportunity_order.py
        "update.renewal-itself",  # of test_update_opportunity_rules.py
        "opportunity.postal-form",  # of test_postal_codes.py
        *(rule.id for rule in update_by_aws.EMPTIED),  # of desk/test_emptied_by_aws.py
        "summary.product-code",  # of desk/test_spend_insights.py
    }
    rules = {rule.id for table in TABLES for rule in table.rules}
    assert rules - driven == set(), "without a test"
    assert driven - rules == set(), "no rule any more"
