"""What a process of this program counts: the metrics, told of its kinds of task and its build.

Must not count by itself, nor decide whether anybody is to.
"""

from typing import TYPE_CHECKING, Final

from cosell import __version__
from cosell.observing import processes
from cosell.observing.watching import COUNTS, Watching
from cosell.store import Store

if TYPE_CHECKING:
    from cosell.observing.metrics import Metrics

_HELP: Final = (
    "The processes of a server count in files: let TMPDIR name a directory that can be written and"
    " has room, and start the server anew; or use --no-metrics."
)


def begin(store: Store, counted: str | OSError | None, watching: Watching) -> "Metrics | None":
    """Metrics of this process, and of all that count in the directory `counted`, if there is one;
    they watch from here on. None, which is told, where there is no such directory for the reason
    that is given instead, or no room in it. Once in a process, before anybody else imports
    prometheus_client."""
    processes.tell_nothing()
    # A tenth of a second and more: only who counts waits for it.
    from cosell.observing.metrics import Build, Metrics, Tasks
    from cosell.selling.contract import CONTRACT
    from cosell.selling.workflows import kinds

    tasks = Tasks({one.kind: one.at_work for one in kinds.WORKFLOWS}, kinds.count)
    try:
        if isinstance(counted, OSError):
            raise counted
        metrics = Metrics(store, tasks, Build(__version__, CONTRACT.model_date), counted)
    except OSError as error:
        watching.go_without(COUNTS, error, _HELP)
        return None
    watching.add(COUNTS, metrics.answered)
    watching.count_by(metrics)
    return metrics
