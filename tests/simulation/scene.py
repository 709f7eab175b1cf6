"""What all players of a run share: one source of chance, the faults, the trace, and a way to fail."""

import asyncio
from collections.abc import Callable, Coroutine
from collections.abc import Set as AbstractSet
from random import Random
from typing import Any

from tests.simulation.awaits import Places
from tests.simulation.faults import Fault, Faults

TRACE_LINES_MAX = 100_000
END_SECONDS_MAX = 300.0


class Scene:
    """One run's. `problem` is the first thing that went wrong in a way that no fault explains."""

    def __init__(self, seed: int, *, traced: bool, without: AbstractSet[Fault], hunted: set[Places] | None = None) -> None:
        self.seed = seed
        self.chance = Random(seed)
        self.faults = Faults(self.chance, Random(f"apart {seed}"), without)
        self.trace: list[str] = []
        self.problem: BaseException | None = None
        self.failed = asyncio.Event()
        self.traced = traced
        self._hunted = hunted
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()

    @property
    def seconds(self) -> float:
        return self._loop.time()

    def tell(self, who: str, what: str) -> None:
        if self.traced and len(self.trace) < TRACE_LINES_MAX:
            self.trace.append(f"{self.seconds:9.3f}  {who:<12} {what}")

    def strikes(self, fault: Fault, where: str) -> bool:
        struck = self.faults.strikes(fault)
        if struck:
            self.tell("FAULT", f"{fault} ({where})")
        return struck

    def dies(self, who: str, places: Callable[[], Places]) -> bool:
        """Whether a process dies here. One that is hunted dies once at each place at which the shell can stand."""
        if self._hunted is not None and (at := places()) not in self._hunted:
            self._hunted.add(at)
            return True
        return self.strikes(Fault.CRASH, who)

    async def latency(self, seconds_min: float = 0.0) -> None:
        """What a way through the network takes: mostly nothing worth the name, sometimes long."""
        if seconds_min:
            await asyncio.sleep(seconds_min)
        if self.strikes(Fault.SLOW, "network"):
            await asyncio.sleep(self.chance.expovariate(1.0))
        elif self.chance.random() < 0.3:
            await asyncio.sleep(self.chance.uniform(0.001, 0.03))

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:  # Any: asyncio's own words
        """A player of its own; one that raises has found something."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def fail(self, problem: BaseException) -> None:
        if self.problem is None:
            self.problem = problem
            self.tell("BROKEN", str(problem))
            self.failed.set()

    async def end(self) -> None:
        if tasks := list(self._tasks):
            for task in tasks:
                task.cancel()
            _, left = await asyncio.wait(tasks, timeout=END_SECONDS_MAX)
            if left:
                self.fail(AssertionError(f"these do not end: {[task.get_name() for task in left]}"))

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self.fail(fault)
