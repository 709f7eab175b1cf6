"""Whether this process stood still: a machine that was suspended, a container without a CPU. Knows nothing of commands or the log.

Who stands still for longer than the group's patience has lost its partitions, and does not know it yet when it wakes: its commands are
with somebody else, who looks first and acts. So what was under way must not go on, and nothing may begin until the group has spoken.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BEATS = 4
"""In the time that counts as standing still."""


class StoodStillError(TimeoutError):
    """The process stood still in the middle of what was guarded."""


class Pulse:
    """`still_seconds_max`: a longer gap is standing still. `quiet_seconds`: how long nothing is steady afterwards.

    It beats in the loop's own timer callbacks, which come before any task that waited for something meanwhile.
    """

    def __init__(self, still_seconds_max: float, quiet_seconds: float, changed: Callable[[], None]) -> None:
        self._still_seconds_max = still_seconds_max
        self._quiet_seconds = quiet_seconds
        self._changed = changed
        self._guarded: set[asyncio.Task[object]] = set()
        self._struck: set[asyncio.Task[object]] = set()
        self._beat_at = 0.0
        self._steady_from = 0.0
        self._next: asyncio.TimerHandle | None = None

    @property
    def is_steady(self) -> bool:
        return asyncio.get_running_loop().time() >= self._steady_from

    def start(self) -> None:
        self._beat_at = asyncio.get_running_loop().time()
        self._beat()

    def stop(self) -> None:
        if self._next is not None:
            self._next.cancel()

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Raises StoodStillError inside, at the first await after the process stood still."""
        task = asyncio.current_task()
        assert task is not None, "only a task awaits"
        self._guarded.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if task in self._struck and task.uncancel() == 0:
                raise StoodStillError from None
            raise
        finally:
            self._guarded.discard(task)
            self._struck.discard(task)

    def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        if now - self._beat_at > self._still_seconds_max:
            self._strike(now)
        self._beat_at = now
        self._next = loop.call_later(self._still_seconds_max / BEATS, self._beat)

    def _strike(self, now: float) -> None:
        self._steady_from = now + self._quiet_seconds
        asyncio.get_running_loop().call_later(self._quiet_seconds, self._tell)
        for task in self._guarded - self._struck:
            self._struck.add(task)
            task.cancel()

    def _tell(self) -> None:
        """A timer may come early by a part of its loop's grain, and who is told finds it steady: nobody tells them again."""
        loop = asyncio.get_running_loop()
        remaining_seconds = self._steady_from - loop.time()
        if remaining_seconds > 0:
            loop.call_later(remaining_seconds, self._tell)
        else:
            self._changed()
