"""What a process of this program counts: the metrics, told of its kinds of task and its build.

Whoever is to be counted is wired by the caller. Must not count by itself.
"""

from typing import TYPE_CHECKING

from cosell import __version__
from cosell.observing import processes
from cosell.store import Store

if TYPE_CHECKING:
    from cosell.observing.metrics import Metrics


def begin(store: Store, directory: str | None) -> "Metrics":
    """Metrics of this process, and of all that count in the directory, if there is one. Once in a
    process, before anybody else imports prometheus_client."""
    processes.tell(directory)
    # A tenth of a second and more: only who counts waits for it.
    from cosell.observing.metrics import Build, Metrics, Tasks
    from cosell.selling.contract import CONTRACT
    from cosell.selling.workflows import kinds

    tasks = Tasks({one.kind: one.at_work for one in kinds.WORKFLOWS}, kinds.count)
    return Metrics(store, tasks, Build(__version__, CONTRACT.model_date), directory)
