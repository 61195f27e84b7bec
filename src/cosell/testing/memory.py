"""What a world looks at before the desk forgets it: its calls, and what became of its faults.

Must not know which calls make the desk forget; who watches the world's way tells.
"""

from typing import TYPE_CHECKING

from cosell.http import BUILT, HttpRequest, HttpResponse
from cosell.testing.calling import request_id
from cosell.testing.failing import now
from cosell.testing.place import Here
from cosell.testing.unread import Unread

if TYPE_CHECKING:
    from cosell.testing.world import World


class Memory:
    """What one world has to know in time."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._unread = Unread(self._read_on)
        self._rows = 0  # that the world will leave, if it begins anew
        self.called = 0
        """When a call of the world's was over last."""
        self.becomes_another = False
        """Whether it is about to start from a scene, and to leave its calls behind."""

    def about_to_forget(self, fault: str | None) -> None:
        """The desk is about to forget a fault or (None) all of them, the lag and the calls."""
        world = self._world
        if fault is None and isinstance(world.place, Here):
            self._rows = world.place.rows(world.name)
        if fault is None and self.may_have_calls():
            world.calls.about_to_begin_anew(is_left_behind=self.becomes_another)
        if "faults" in vars(world):
            world.faults.about_to_forget(fault)

    def has_forgotten(self, fault: str | None) -> None:
        """It has."""
        world = self._world
        if fault is None:
            self._unread.begin_anew()
            world.desk.acted_in.clear()
        if "faults" in vars(world):
            world.faults.has_forgotten(fault)
        if fault is None and "calls" in vars(world):
            world.calls.begun_anew()
        if fault is None and isinstance(world.place, Here):
            world.place.begin_anew(world.name, self._rows)

    def has_kept(self, fault: str | None) -> None:
        """It refused."""
        if fault is None and "calls" in vars(self._world):
            self._world.calls.goes_on()

    def was_called(self, request: HttpRequest, response: HttpResponse | None) -> None:
        """A call on the world's way is over, answered or not."""
        self.called = now()
        if BUILT in request.headers and response is not None:
            self._world.own_requests.add(request_id(response))
        self._unread.add(request, response)

    def take_first(self) -> str:
        """The request id of a call that has to be in the desk's journal when that is read first;
        '' if there is none, and from then on."""
        first, self._unread.first = self._unread.first, ""
        return first

    def _read_on(self) -> None:
        self._world.calls.read_on()

    def may_have_calls(self) -> bool:
        """Whether there is anything to read, as far as this process knows: on a server others may
        have called, and a call that a signal cut off may have been answered all the same."""
        world = self._world
        if "calls" in vars(world) or self._unread.came or world.way.waiting(since=0):
            return True
        return not isinstance(world.place, Here)
