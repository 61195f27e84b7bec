"""Random walks, a few and short ones; `make soak` takes many and long ones."""

from hypothesis import HealthCheck, settings

from tests.property.walks import Walk

Walk.TestCase.settings = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=10,
    stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
)
TestWalks = Walk.TestCase
