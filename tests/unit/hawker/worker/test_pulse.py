"""A process that stood still: what it was doing does not go on, and nothing is steady for a while. On both loops that we run on."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from contextvars import Context
from threading import Timer
from typing import Any

import pytest
import uvloop

from hawker.worker.pulse import Pulse, StoodStillError
from tests.support.stillness import stand_still

STILL_SECONDS_MAX = 0.2
LONG_SECONDS = 0.6
EARLY = 0.9

type Main = Callable[[], Coroutine[Any, Any, None]]  # Any: what a coroutine yields and is sent is its loop's business


class EarlyLoop(asyncio.SelectorEventLoop):
    """Its timers come early, as uvloop's do by a part of a millisecond; here by enough to be seen."""

    def call_later[*Args](
        self, delay: float, callback: Callable[[*Args], object], *args: *Args, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return super().call_later(delay * EARLY, callback, *args, context=context)


LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
    "early": EarlyLoop,
}


@pytest.fixture(params=LOOPS)
def run(request: pytest.FixtureRequest) -> Callable[[Main], None]:
    def runs(main: Main) -> None:
        with asyncio.Runner(loop_factory=LOOPS[request.param]) as runner:
            runner.run(asyncio.wait_for(main(), 30))

    return runs


class Story:
    """One guarded task that waits for a byte, and acts once it has come."""

    def __init__(self, quiet_seconds: float = 0.0) -> None:
        self.acted = False
        self.changed = asyncio.Event()
        self.pulse = Pulse(STILL_SECONDS_MAX, quiet_seconds, self.changed.set)
        self._reads, self.writes = os.pipe()

    async def act_on_a_byte(self) -> None:
        came = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._reads, came.set)
        try:
            with self.pulse.guarded():
                await came.wait()
                self.acted = True
        finally:
            asyncio.get_running_loop().remove_reader(self._reads)

    async def begin(self) -> asyncio.Task[None]:
        self.pulse.start()
        acting = asyncio.create_task(self.act_on_a_byte())
        await asyncio.sleep(0)
        return acting

    def close(self) -> None:
        self.pulse.stop()
        os.close(self._reads)
        os.close(self.writes)

    async def stand_still(self) -> None:
        """The answer comes meanwhile, and lies there when the process wakes."""
        Timer(LONG_SECONDS / 2, os.write, (self.writes, b"!")).start()
        stand_still(LONG_SECONDS)
        await asyncio.sleep(0)


def test_what_was_under_way_does_not_go_on_although_its_answer_lies_there(run: Callable[[Main], None]) -> None:
    async def main() -> None:
        story = Story()
        acting = await story.begin()
        await story.stand_still()
        with pytest.raises(StoodStillError):
            await acting
        assert not story.acted
        story.close()

    run(main)


def test_who_never_stood_still_acts(run: Callable[[Main], None]) -> None:
    async def main() -> None:
        story = Story()
        acting = await story.begin()
        await asyncio.sleep(LONG_SECONDS)
        os.write(story.writes, b"!")
        await acting
        assert story.acted
        story.close()

    run(main)


def test_a_cancelled_task_stays_cancelled_although_the_process_stood_still(run: Callable[[Main], None]) -> None:
    async def main() -> None:
        story = Story()
        acting = await story.begin()
        acting.cancel()
        await story.stand_still()
        with pytest.raises(asyncio.CancelledError):
            await acting
        story.close()

    run(main)


def test_a_time_limit_that_ends_in_the_same_moment_is_a_time_limit(run: Callable[[Main], None]) -> None:
    async def main() -> None:
        story = Story()
        story.pulse.start()

        async def within_a_limit() -> None:
            async with asyncio.timeout(LONG_SECONDS / 2):
                await story.act_on_a_byte()

        acting = asyncio.create_task(within_a_limit())
        await asyncio.sleep(0)
        await story.stand_still()
        with pytest.raises(TimeoutError):
            await acting
        assert not story.acted
        story.close()

    run(main)


def test_nothing_is_steady_for_a_while_and_then_it_is_told(run: Callable[[Main], None]) -> None:
    async def main() -> None:
        story = Story(quiet_seconds=0.3)
        story.pulse.start()
        assert story.pulse.is_steady
        await story.stand_still()
        await asyncio.sleep(STILL_SECONDS_MAX / 2)
        assert not story.pulse.is_steady
        await story.changed.wait()
        assert story.pulse.is_steady
        story.close()

    run(main)
