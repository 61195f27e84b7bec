"""The types of what an opportunity can be associated with, against the model."""

from cosell.selling import related
from cosell.selling.contract import CONTRACT
from tests.property.test_contract import SHAPES


def test_types_are_the_models() -> None:
    types = set(related.LIMITS)
    assert types == set(CONTRACT.enum("RelatedEntityType"))
    assert types == set(SHAPES["RelatedEntityIdentifiers"]["members"])
    assert types == {*related.NEEDED, *related.OFFERS}


def test_awss_summary_repeats_what_a_submission_needs_one_of() -> None:
    assert set(related.NEEDED) == set(SHAPES["AwsOpportunityRelatedEntities"]["members"])
