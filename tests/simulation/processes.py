"""An orchestrator's process in the simulation: the real shell on the memory log, and everything that can befall a process."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from hawker.testing.group import MemoryGroup, MemoryMember
from hawker.testing.inbox import MemoryInbox
from hawker.testing.journal import MemoryJournalReader, MemoryJournalWriter
from hawker.testing.log import MemoryLog
from hawker.testing.points import Point
from hawker.testing.publisher import DeadLetter, MemoryOutbox
from hawker.testing.snapshots import MemorySnapshots, Shelf
from orchestrator.core.state import Shard
from orchestrator.shard.keeper import Keeper
from orchestrator.shard.owner import Ports
from orchestrator.shard.service import Service
from orchestrator.snapshots.head import Head
from tests.simulation.awaits import Life, Places, Stepped, running_in
from tests.simulation.faults import Fault
from tests.simulation.scene import Scene
from tests.simulation.virtual import VirtualClock

SESSION_SECONDS = 10.0
"""After so long the group takes a silent process for dead."""
SKEW_SECONDS_MAX = 2.0
"""Two clocks are never further apart than a lease's grace allows, as guarantees.md asks of an operator."""
STOP_SECONDS_MAX = 300.0
COMMIT_SECONDS_MIN = 0.001
"""No two turns of a shard are at one moment."""
ASKED = {
    Point.WRITER_OPENING,
    Point.END_ASKED,
    Point.PAGE_READ,
    Point.SEEKING,
    Point.TAKING,
    Point.PUBLISHING,
    Point.SNAPSHOTS_ASKED,
    Point.SNAPSHOT_LOADING,
    Point.SNAPSHOT_SAVING,
    Point.SNAPSHOT_SAVED,
}


@dataclass
class Shared:
    """What all processes have in common, beside the log."""

    letters: list[DeadLetter]
    shelf: Shelf[Head]
    has_snapshots: bool


class WatchedService(Service):
    """The real one; it only tells whose task is whose, and lets a life interfere."""

    def __init__(self, ports: Ports, keepers: dict[asyncio.Task[None], Keeper], life: Life) -> None:
        super().__init__(ports)
        self._watched = keepers
        self._life = life

    def _begin(self, partition: int) -> None:
        super()._begin(partition)
        keeper = self._keepers[partition]
        self._watched[self._tasks[partition]] = keeper
        work = keeper.run

        async def run() -> None:
            await Stepped(work(), self._life)

        keeper.run = run  # type: ignore[method-assign]  # the same, seen await by await

    def end_at_once(self) -> None:
        for task in self._tasks.values():
            task.cancel()


class Seat:
    """The member as the process sees it: a dead process does not say good-bye."""

    def __init__(self, member: MemoryMember, is_dead: Callable[[], bool]) -> None:
        self._member = member
        self._is_dead = is_dead

    async def start(self) -> None:
        await self._member.start()

    async def wait(self) -> None:
        await self._member.wait()

    async def stop(self) -> None:
        if not self._is_dead():
            await self._member.stop()


class Process:
    """From its start to its end, or its death."""

    def __init__(
        self,
        name: str,
        log: MemoryLog,
        group: MemoryGroup,
        scene: Scene,
        keepers: dict[asyncio.Task[None], Keeper],
        shared: "Shared",
    ) -> None:
        self.name = name
        self.dead = False
        self._log = log
        self._group = group
        self._scene = scene
        self._outbox = MemoryOutbox(log, self._visit)
        self._outbox.dead_letters = shared.letters
        self._snapshots = MemorySnapshots(shared.shelf, self._visit) if shared.has_snapshots else None
        self._life = Life(self._struck)
        self._told: list[frozenset[int]] = []
        self._stop = asyncio.Event()
        self._clock = VirtualClock(asyncio.get_running_loop())
        if scene.strikes(Fault.CLOCK_SKEW, name):
            self._clock.skew = timedelta(seconds=scene.chance.uniform(-SKEW_SECONDS_MAX, SKEW_SECONDS_MAX))
        self._service = WatchedService(self._ports(), keepers, self._life)
        self.member = MemoryMember(group, self._change, self._drain)
        self.task = scene.spawn(self._run(), name)

    def _ports(self) -> Ports:
        return Ports(
            writer=lambda partition: MemoryJournalWriter(self._log, partition, lambda point: self._visit(point, partition)),
            reader=MemoryJournalReader(self._log, self._visit),
            inbox=lambda partition: MemoryInbox(self._log, partition, self._visit),
            outbox=self._outbox,
            clock=self._clock,
            pause=self._pause,
            partition_count=self._log.shards,
            snapshots=self._snapshots,
        )

    def shards(self) -> dict[int, Shard]:
        """The state of what it owns."""
        return {partition: keeper.owner.shard for partition, keeper in self._service.keepers.items() if keeper.owner is not None}

    async def stop(self) -> None:
        """As a signal to end does it."""
        self._stop.set()
        await asyncio.wait([self.task], timeout=STOP_SECONDS_MAX)
        assert self.task.done(), f"{self.name} does not stop"

    def wake(self) -> None:
        self._life.awake.set()
        told, self._told = self._told, []
        for partitions in told:
            self._service.on_change(partitions)

    def set_clock_back(self) -> None:
        """As a time server does that was asked late."""
        back = self._scene.chance.uniform(0.1, SKEW_SECONDS_MAX)
        self._clock.skew = max(self._clock.skew - timedelta(seconds=back), timedelta(seconds=-SKEW_SECONDS_MAX))

    def kill(self) -> None:
        """Without a word: what it had sent is sent, what it had opened stays open, and the group learns of it late."""
        self.dead = True
        self._life.awake.set()
        self._scene.tell(self.name, "dies")
        self.task.cancel()
        self._service.end_at_once()
        self._scene.spawn(self._forgotten(), f"{self.name}'s session")

    async def _run(self) -> None:
        try:
            await self._service.run(Seat(self.member, lambda: self.dead), self._stop)
        except asyncio.CancelledError:
            if not self.dead:
                raise

    async def _forgotten(self) -> None:
        await asyncio.sleep(SESSION_SECONDS * self._scene.chance.uniform(0.3, 1))
        await self._group.evict(self.member)

    async def _freeze(self) -> None:
        """Its neighbours may own its shards when it wakes; it hears of that only then."""
        seconds = self._scene.chance.uniform(1, 40)
        self._scene.tell(self.name, f"sleeps for {seconds:.0f} s")
        if seconds > SESSION_SECONDS:
            await asyncio.sleep(SESSION_SECONDS)
            await self._group.evict(self.member)
        await asyncio.sleep(max(0.0, seconds - SESSION_SECONDS))
        self.wake()
        self._scene.tell(self.name, "wakes")
        await asyncio.sleep(self._scene.chance.uniform(0, 3))
        if self._is_left_out():
            await self.member.let_go()
        if self._is_left_out():  # It may have died meanwhile.
            await self.member.start()

    def _is_left_out(self) -> bool:
        return not self.dead and not self._stop.is_set() and not self._group.has(self.member)

    def _change(self, partitions: frozenset[int]) -> None:
        if self._life.awake.is_set() and not self.dead:
            self._service.on_change(partitions)
        else:
            self._told.append(partitions)

    async def _drain(self) -> None:
        await self._life.awake.wait()
        if not self.dead:
            await self._service.drain()

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._life.awake.wait()

    def _struck(self, places: Callable[[], Places]) -> None:
        """At each await of the shell. Nothing befalls the dead, nor who sleeps."""
        if self.dead or not self._life.awake.is_set():
            return
        scene = self._scene
        if scene.dies(self.name, places):
            self.kill()
        elif scene.strikes(Fault.FREEZE, self.name):
            scene.spawn(self._freeze(), f"{self.name} sleeps")
            self._life.awake.clear()

    async def _visit(self, point: Point, partition: int | None = None) -> None:
        """Every await of the log's doubles passes here; those that take no time are places to die at all the same."""
        await self._life.awake.wait()
        self._struck(running_in)
        await self._scene.latency(COMMIT_SECONDS_MIN if point is Point.COMMIT_ASKED else 0.0)
        await self._life.awake.wait()
        if self.dead and point is not Point.CLOSING:
            await asyncio.Event().wait()  # Until its cancelling arrives.
        self._fail(point, partition)

    def _fail(self, point: Point, partition: int | None) -> None:
        """Last before the log itself: nothing comes between."""
        where = f"{self.name} at {point}"
        if point is Point.SNAPSHOT_LOADING:
            self._scene.faults.fired[Fault.SNAPSHOTS] += 1
        if point in ASKED and self._scene.strikes(Fault.UNAVAILABLE, where):
            raise ConnectionError("the log does not answer")
        if point is Point.RECORD_SENT and self._scene.strikes(Fault.SEND_FAILED, where):
            raise ConnectionError("a send failed")
        if point is Point.COMMIT_ASKED and self._scene.strikes(Fault.COMMIT_DID_NOT, where):
            raise TimeoutError("the commit was not answered")
        if point is Point.COMMIT_DONE and self._scene.strikes(Fault.COMMIT_HAPPENED, where):
            raise TimeoutError("the commit was not answered")
        if point is Point.COMMIT_ASKED and partition is not None and self._scene.strikes(Fault.GIVEN_UP, where):
            self._log.give_up(self._log.topics.transactional_id(partition))
