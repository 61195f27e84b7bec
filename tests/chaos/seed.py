"""One seed from its plan to what it found: clients, trouble, and then the truth.

Must not know what the database is, nor what has to be true.
"""

import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.chaos import truths
from tests.chaos.client import Client, Journal
from tests.chaos.deals import follow
from tests.chaos.ground import Ground
from tests.chaos.memory import Miss, Space, Tally
from tests.chaos.plan import STORIES, Plan, Trouble, begin, drawn
from tests.chaos.points import DIED, PASSED
from tests.chaos.truths_kept import check_kept

TEND_S = 0.003
STUCK_S = 60.0
FOLLOW_S = 0.02
MEMORY = Path("/dev/shm")


@dataclass
class Outcome:
    """What became of a seed: what is wrong ('' for nothing), and what it went through."""

    seed: int
    wrong: str = ""
    folder: str = ""
    seconds: float = 0.0
    tasks: int = 0
    tally: Tally = field(default_factory=Tally)
    passed: Counter[str] = field(default_factory=Counter)
    died: Counter[str] = field(default_factory=Counter)


class _Over(Exception):
    """Something was found: there is nothing left to do."""


class Run:
    """A seed that is being run."""

    def __init__(self, plan: Plan, ground: Ground, folder: Path) -> None:
        self.plan, self.ground, self.folder = plan, ground, folder
        self.journal = Journal()
        self.spaces: list[Space] = []
        self.wrong: list[str] = []
        self._following = threading.Event()

    def client(self, name: str) -> Client:
        random = Random(f"chaos {self.plan.seed} {name}")
        return Client(name, self.ground.port, random, self.journal)

    def go(self) -> None:
        """Everything: `wrong` has what was found."""
        try:
            self.ground.begin(self.folder, self.plan, self.journal)
            self.journal.answered_at = time.monotonic()  # from here on somebody should be
            self._live()
            self._while_tended(self._check)
            self.ground.end()
            check_kept(self.ground, self.spaces)
        except _Over:
            pass  # `wrong` has why
        except Exception as error:  # whatever it is, it is what the seed found
            self.wrong.append(_told(error))
        finally:
            self.journal.stopping.set()
            self.ground.clear_away()

    def _live(self) -> None:
        """Clients go through their scripts while trouble comes."""
        self._while_tended(self._begin)
        follower = self._thread(self._follow)
        clients = [
            self._thread(lambda n=number: self._script(n))  # type: ignore[misc]
            for number in range(len(self.plan.scripts))
        ]
        self._tend(clients, list(self.plan.troubles))
        self._following.set()
        self._tend([follower], [])

    def _begin(self) -> None:
        with self.client("begin") as client:
            for place in self.plan.places:
                self.spaces.append(begin(client, place))

    def _script(self, number: int) -> None:
        """One client: its stories, one after the other."""
        place, names = self.plan.scripts[number]
        space = self.spaces[place]
        with self.client(f"client-{number + 1}") as client:
            for turn, name in enumerate(names):
                self.journal.note(client.name, f"--- {name}")
                client.random.seed(f"chaos {self.plan.seed} {client.name} {turn} {name}")
                made = STORIES[name].run(client, space)
                self.spaces += [] if made is None else [made]

    def _follow(self) -> None:
        """Ask again and again for the events that came after the last one seen."""
        spaces, done = self.spaces[: len(self.plan.places)], False
        with self.client("follower") as client:
            while not done:
                done = self._following.is_set()
                for space in spaces:
                    follow(client, space)
                time.sleep(FOLLOW_S)

    def _check(self) -> None:
        """Bring everything to its end, then ask whether it is as it must be."""
        with self.client("truth") as client:
            for space in self.spaces:
                truths.settle(client, space)
            for space in self.spaces:
                truths.check(client, space)

    # --- threads, and who looks after the servers meanwhile ---------------------------------------

    def _thread(self, work: Callable[[], None]) -> threading.Thread:
        def guarded() -> None:
            try:
                work()
            except BaseException as error:
                if not self.journal.stopping.is_set():  # else it is what follows from the first
                    self.journal.stopping.set()
                    self.wrong.append(_told(error))

        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        return thread

    def _while_tended(self, work: Callable[[], None]) -> None:
        self._tend([self._thread(work)], [])

    def _tend(self, threads: list[threading.Thread], troubles: list[Trouble]) -> None:
        """Look after the servers, and make trouble when it is due, until the threads end."""
        since = self.journal.answered
        while any(one.is_alive() for one in threads):
            self.ground.tend()
            if troubles and self.journal.answered - since >= troubles[0].after_calls:
                self._make(troubles.pop(0))
                since = self.journal.answered
            if time.monotonic() - self.journal.answered_at > STUCK_S:
                raise Miss("nobody is answered any more")
            time.sleep(TEND_S)
        if self.wrong:
            raise _Over

    def _make(self, trouble: Trouble) -> None:
        time.sleep(trouble.delay_ms / 1_000)
        self.journal.note("chaos", f"{trouble}")
        if self.ground.make(trouble):
            self.journal.tally.kills[trouble.act] += 1


def _told(error: BaseException) -> str:
    if isinstance(error, Miss):
        return str(error)
    import traceback

    return "".join(traceback.format_exception(error))


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder that is gone afterwards; in memory where there is one: no machine is switched off
    here, and a killed process leaves its files whole either way."""
    parent = MEMORY if MEMORY.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="cosell-chaos-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_seed(seed: int, ground: Ground, keep: Path | None) -> Outcome:
    """Carry out what a seed decides."""
    return carry_out(drawn(seed, ground.acts), ground, keep)


def carry_out(plan: Plan, ground: Ground, keep: Path | None) -> Outcome:
    """Carry out a plan; what it leaves is kept in a folder of `keep` if something is wrong."""
    began = time.monotonic()
    with _scratch() as folder:
        run = Run(plan, ground, folder)
        run.go()
        outcome = Outcome(plan.seed, "\n".join(run.wrong), tally=run.journal.tally)
        outcome.passed = Counter(_lines(folder / PASSED))
        outcome.died = Counter(_lines(folder / DIED))
        outcome.tasks = sum(len(space.tasks) for space in run.spaces if space.whole)
        if run.wrong and keep is not None:
            outcome.folder = str(_kept(run, keep))
    outcome.seconds = time.monotonic() - began
    return outcome


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def _kept(run: Run, keep: Path) -> Path:
    """What the seed leaves, for whoever looks into it."""
    folder = keep / f"seed-{run.plan.seed}"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(run.folder, folder)
    (folder / "plan.txt").write_text(f"{run.plan.told()}\n")
    (folder / "story.log").write_text("\n".join(run.journal.lines) + "\n")
    (folder / "wrong.txt").write_text("\n".join(run.wrong) + "\n")
    return folder
