"""A loop whose time only passes when nothing is left to do: a day of waiting takes no time, and the same run is the same again."""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

STEPS_AT_ONE_MOMENT_MAX = 200_000
"""A loop that goes round more often without time passing is caught in a circle."""
MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)


class StuckError(RuntimeError):
    """Nothing will ever happen again, or the same over and over."""


class _NoSockets:
    """Stands where a loop has its selector. Waiting is jumping to the next timer."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop = loop
        self._steps = 0

    def select(self, timeout: float | None) -> Sequence[object]:
        if timeout is None:
            raise StuckError("everything waits for everything")
        self._steps = 0 if timeout > 0 else self._steps + 1
        if self._steps > STEPS_AT_ONE_MOMENT_MAX:
            raise StuckError("a circle without time")
        self._loop.pass_time(timeout)
        return ()


class VirtualLoop(asyncio.BaseEventLoop):
    def __init__(self) -> None:
        super().__init__()
        self._seconds = 0.0
        self._clock_resolution = 1e-9
        self._selector = _NoSockets(self)

    def time(self) -> float:
        return self._seconds

    def pass_time(self, seconds: float) -> None:
        """Also what a clock that jumps does: what was due meanwhile is late then."""
        self._seconds += seconds

    def _process_events(self, event_list: Sequence[object]) -> None:
        """There are none: nothing here has a socket."""

    def _write_to_self(self) -> None:
        """Nothing sleeps that must be woken."""


class VirtualClock:
    """The loop's time as a time of day; `skew` is what one machine's clock is wrong by."""

    def __init__(self, loop: asyncio.AbstractEventLoop, skew: timedelta = timedelta()) -> None:
        self._loop = loop
        self.skew = skew

    def now(self) -> datetime:
        return MIDNIGHT + timedelta(seconds=self._loop.time()) + self.skew


def run_virtually[T](main: Coroutine[Any, Any, T]) -> T:  # Any: asyncio's own words
    """Runs the coroutine to its end in a time of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
