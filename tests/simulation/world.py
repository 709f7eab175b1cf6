"""One seed is one run: several orchestrators, workers, browsers, sellers and all that can go wrong, then calm, then the reckoning."""

import asyncio
from collections import Counter
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import cast

from hawker.contracts.topics import Lane, Topics
from hawker.testing.group import MemoryGroup
from hawker.testing.log import MemoryLog
from hawker.testing.snapshots import MemorySnapshots, Shelf
from orchestrator.shard.keeper import Keeper
from tests.invariants.ledger import BrokenError
from tests.simulation import endings
from tests.simulation.awaits import Places
from tests.simulation.browsers import Browser
from tests.simulation.faults import Fault
from tests.simulation.marketplace import StandIn
from tests.simulation.operators import Operator
from tests.simulation.people import Seller
from tests.simulation.poison import Poison
from tests.simulation.processes import Process, Shared
from tests.simulation.projector import Projector
from tests.simulation.scene import Scene
from tests.simulation.tuning import tuned
from tests.simulation.virtual import StuckError, VirtualClock, VirtualLoop, run_virtually
from tests.simulation.watch import Watch
from tests.simulation.workers import Worker

SHARDS = 3
PROCESSES = 3
DRAIN_SECONDS = 5.0
DRAIN_SECONDS_MAX = 1500.0
"""Once nothing goes wrong any more, everything has ended within this; the longest life is four rounds, each of a lease and a rest."""


@dataclass
class Run:
    """What came of a seed."""

    seed: int
    problem: BaseException | None
    fired: Counter[Fault]
    trace: list[str]
    commits: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    digest: str = ""


def simulate(seed: int, *, traced: bool = False, without: AbstractSet[Fault] = frozenset(), hunted: set[Places] | None = None) -> Run:
    """Never raises for what the orchestrator does wrong; the run says it. `hunted`: die once at each place that is not in it, and add it."""
    try:
        return run_virtually(_simulate(lambda: Scene(seed, traced=traced, without=without, hunted=hunted)))
    except StuckError as stuck:
        return Run(seed, StuckError(f"seed {seed} hangs: {stuck}"), Counter(), [])


async def _simulate(on_stage: Callable[[], Scene]) -> Run:
    scene = on_stage()
    poison = Poison(scene)
    with tuned(scene), poison.poured():
        world = World(scene, poison)
        try:
            await world.play()
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is what this seed found
            scene.fail(fault)
        finally:
            world.abandon()
            await scene.end()
    watch = world.watch
    ends = Counter(str(job.end) for ledger in watch.ledgers for job in ledger.jobs.values())
    return Run(scene.seed, scene.problem, scene.faults.fired, scene.trace, watch.commits, ends, watch.digest())


class World:
    def __init__(self, scene: Scene, poison: Poison) -> None:
        self._scene = scene
        self._log = log = MemoryLog(Topics("sim"), shards=SHARDS, command_partitions=2)
        self._group = MemoryGroup(SHARDS)
        self._keepers: dict[asyncio.Task[None], Keeper] = {}
        self.watch = Watch(log, self._keepers, scene)
        self._processes: list[Process] = []
        tenants = [f"tenant-{n}" for n in range(scene.chance.randint(1, 4))]
        stand_in = StandIn(scene, VirtualClock(asyncio.get_running_loop()).now)
        self._sellers = [Seller(tenant, log, scene) for tenant in tenants]
        self._browsers = [Browser(tenant, log, stand_in, scene) for tenant in tenants]
        self._workers = [Worker(lane, log, stand_in, scene) for lane in Lane]
        self._projectors = [Projector(partition, log, scene) for partition in range(SHARDS)]
        self._operator = Operator(log, poison, self.watch.parked, scene)
        self._shared = Shared(self._operator.letters, Shelf(), scene.faults.plans(Fault.SNAPSHOTS))

    async def play(self) -> None:
        scene = self._scene
        for number in range(PROCESSES):
            self._start(f"owner-{number}")
        selling = [scene.spawn(seller.run(), seller.tenant_id) for seller in self._sellers]
        players = [*(w.run() for w in self._workers), *(b.run() for b in self._browsers), *(s.interfere() for s in self._sellers)]
        players += [*(p.run() for p in self._projectors), self._operator.run()]
        for player in players:
            scene.spawn(player, "player")
        scene.spawn(self._weather(), "weather")
        selling += self._hurrying()
        await self._within(scene.chance.uniform(20, 90))
        await asyncio.wait(selling)
        self._calm()
        await self._drain()
        if scene.faults.plans(Fault.DAYS):
            await self._go_on_later()
        await self._close()

    def _hurrying(self) -> list[asyncio.Task[None]]:
        if not self._scene.faults.plans(Fault.HASTE):
            return []
        return [self._scene.spawn(self._sellers[0].hurry(), "haste")]

    def abandon(self) -> None:
        """Whatever still runs is over."""
        for process in self._processes:
            if not process.task.done():
                process.kill()

    def _start(self, name: str) -> None:
        self._scene.tell(name, "starts")
        self._processes.append(Process(name, self._log, self._group, self._scene, self._keepers, self._shared))

    async def _weather(self) -> None:
        """What befalls everybody; and the dead are replaced."""
        chance = self._scene.chance
        while True:
            await asyncio.sleep(chance.uniform(1, 6))
            self._replace_the_dead()
            if self._scene.strikes(Fault.REBALANCE, "group"):
                await self._group.rebalance()
            if self._scene.strikes(Fault.STORM, "group"):
                await self._storm()
            self._disturb_snapshots()
            if self._processes and self._scene.strikes(Fault.CLOCK_BACK, "clock"):
                chance.choice(self._processes).set_clock_back()
            if self._scene.strikes(Fault.CLOCK_JUMP, "clock"):
                cast("VirtualLoop", asyncio.get_running_loop()).pass_time(chance.uniform(1, 120))  # The run is on no other loop.

    def _disturb_snapshots(self) -> None:
        for kept in (kept for kept in self._shared.shelf.stored.values() if kept):
            newest = max(kept)
            head, chunks = kept[newest]
            if self._scene.strikes(Fault.SNAPSHOT_CORRUPT, f"shard {head.partition}"):
                kept[newest] = head, (bytes([chunks[0][0] ^ 1]) + chunks[0][1:], *chunks[1:])
            if self._scene.strikes(Fault.SNAPSHOT_GONE, f"shard {head.partition}"):
                del kept[newest]

    async def _storm(self) -> None:
        """While shards are given up, fenced and replayed, they are given away again."""
        for _ in range(self._scene.chance.randint(2, 6)):
            await self._group.rebalance()
            await asyncio.sleep(self._scene.chance.expovariate(20.0))

    def _replace_the_dead(self) -> None:
        for process in [process for process in self._processes if process.dead]:
            self._processes.remove(process)
            self._start(process.name)

    async def _within(self, seconds: float) -> None:
        """Returns early when something broke, and raises it."""
        try:
            async with asyncio.timeout(seconds):
                await self._scene.failed.wait()
        except TimeoutError:
            return
        raise self._scene.problem or BrokenError("it failed")

    def _calm(self) -> None:
        self._scene.tell("weather", "calm from here on")
        self._scene.faults.on = False
        for process in self._processes:
            process.wake()

    async def _drain(self) -> None:
        """Until all has ended and nothing more was written for a while: a last wish may still have been on its way."""
        commits = -1
        for _ in range(int(DRAIN_SECONDS_MAX / DRAIN_SECONDS)):
            if not self._open_ends() and commits == self.watch.commits and not self.watch.has_unanswered():
                return
            commits = self.watch.commits
            await self._resume_the_paused()
            await self._within(DRAIN_SECONDS)
        raise BrokenError(f"everything ends: after {DRAIN_SECONDS_MAX} s of calm there still is {self._open_ends()[:5]}")

    async def _resume_the_paused(self) -> None:
        """More than once: a wish to pause may still have been on its way."""
        sellers = {seller.tenant_id: seller for seller in self._sellers}
        for ledger in self.watch.ledgers:
            for name, job in list(ledger.jobs.items()):
                if job.paused:
                    await sellers[job.account[0]].resume(name)

    def _open_ends(self) -> list[str]:
        expected = set().union(*(seller.expected for seller in self._sellers)) - self._operator.discarded
        known = {name for ledger in self.watch.ledgers for name in (*ledger.jobs, *ledger.batches, *ledger.refused)}
        return [*(f"{name} that nobody answered" for name in sorted(expected - known)), *self.watch.open_ends()]

    async def _go_on_later(self) -> None:
        """What is repeated then changes nothing; what is new is carried out, by who remembers nothing of the old."""
        days = await endings.days_pass(self._scene)
        if self._scene.faults.plans(Fault.RETENTION):
            endings.delete_what_is_old(self._log, self.watch, self._scene)
        else:
            endings.say_again(self._log)
        for process in self._processes:
            process.kill()
        self._replace_the_dead()
        for seller in self._sellers:
            await seller.ask_once_more()
        await self._drain()
        endings.check_forgotten(self.watch, days)

    async def _close(self) -> None:
        """All stop as they are told to."""
        self.watch.note_ends()
        for process in self._processes:
            await process.stop()
        for worker in self._workers:
            worker.check()
        self.watch.check_forwarded()
        letters = {letter.origin for letter in self._operator.letters}
        await self.watch.reckon(self._projectors, letters, MemorySnapshots(self._shared.shelf))
        await self._within(0.0)
