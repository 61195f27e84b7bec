"""Random walks, a few and short ones; `make soak` takes many and long ones."""

from hypothesis import HealthCheck, settings

from tests.databases import ON_POSTGRES
from tests.property.walks import Walk

# After each act everybody looks at everything: some 2,000 calls in a walk, each of which goes to
# PostgreSQL about five times. A walk takes several times as long there, and must end when others
# want the machine too, before pytest's watchdog ends the run.
WALKS = 5 if ON_POSTGRES else 10

Walk.TestCase.settings = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=WALKS,
    stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
)
TestWalks = Walk.TestCase
