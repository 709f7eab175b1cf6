"""A loop whose time only passes when nothing is left to do: a day of waiting takes no time, and the same run is the same again."""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

STEPS_AT_ONE_MOMENT_MAX = 200_000
"""A loop that goes round more often without time passing is caught in a circle."""
STEPS_MAX = 500_000
"""Of a whole run: a hundred times what one takes. What takes more never comes to its end, though time passes."""
MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)


class StuckError(RuntimeError):
    """Nothing will ever happen again, or the same over and over."""


class _NoSockets:
    """Stands where a loop has its selector. Waiting is jumping to the next timer."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop = loop
        self._steps = 0
        self._steps_at_one_moment = 0

    def select(self, timeout: float | None) -> Sequence[object]:
        self._steps += 1
        self._steps_at_one_moment = 0 if timeout is None or timeout > 0 else self._steps_at_one_moment + 1
        if (why := self._why_stuck(timeout)) is not None:
            self._loop.give_up(StuckError(why))
            self._steps = self._steps_at_one_moment = 0  # So many more for whoever tidies up.
        self._loop.pass_time(timeout or 0.0)
        return ()

    def _why_stuck(self, timeout: float | None) -> str | None:
        if timeout is None:
            return "everything waits for everything"
        if self._steps_at_one_moment > STEPS_AT_ONE_MOMENT_MAX:
            return "a circle without time"
        return "a circle in time" if self._steps > STEPS_MAX else None


class VirtualLoop(asyncio.BaseEventLoop):
    def __init__(self) -> None:
        super().__init__()
        self._seconds = 0.0
        self._clock_resolution = 1e-9
        self._selector = _NoSockets(self)
        self.main: asyncio.Task[Any] | None = None  # Any: asyncio's own words
        self.stuck: StuckError | None = None

    def give_up(self, why: StuckError) -> None:
        """Ends the main task, which then tidies up. Raises `why` where that does not end either, or there is none."""
        if self.main is None or self.stuck is not None:
            raise why
        self.stuck = why
        self.main.cancel()

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
    """Runs the coroutine to its end in a time of its own. Raises StuckError when it has none."""

    async def watched() -> T:
        loop = cast("VirtualLoop", asyncio.get_running_loop())  # The runner made it.
        loop.main = asyncio.current_task()
        try:
            return await main
        except asyncio.CancelledError:
            raise loop.stuck or asyncio.CancelledError from None

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(watched())
