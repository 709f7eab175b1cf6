"""One seed is one run: several orchestrators, workers, browsers, sellers and all that can go wrong, then calm, then the reckoning."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Recorded
from hawker.contracts.topics import Lane, Topics
from hawker.contracts.words import JobStatus
from hawker.testing.group import MemoryGroup
from hawker.testing.journal import MemoryJournalReader
from hawker.testing.log import MemoryLog, Message
from orchestrator.core.checksum import checksum
from orchestrator.shard.keeper import Keeper
from orchestrator.shard.owner import Owner
from orchestrator.shard.recover import cause_of, recover
from tests.invariants.ledger import BrokenError, Ledger, check_outcome
from tests.invariants.live_state import Fold
from tests.invariants.read_models import check_rows
from tests.simulation.faults import Fault
from tests.simulation.marketplace import Browser, StandIn, Worker
from tests.simulation.people import WAIT_SECONDS, Seller
from tests.simulation.processes import Process
from tests.simulation.scene import Scene
from tests.simulation.tuning import tuned
from tests.simulation.virtual import VirtualLoop, run_virtually

SHARDS = 3
PROCESSES = 3
WAIT = timedelta(seconds=WAIT_SECONDS)
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
    """Over all that was written: the same seed gives the same."""


def simulate(seed: int, *, traced: bool = False, without: AbstractSet[Fault] = frozenset()) -> Run:
    """Never raises for what the orchestrator does wrong; the run says it."""
    return run_virtually(_simulate(seed, traced=traced, without=without))


async def _simulate(seed: int, *, traced: bool, without: AbstractSet[Fault]) -> Run:
    scene = Scene(seed, traced=traced, without=without)
    with tuned(scene):
        world = World(scene)
        try:
            await world.play()
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is what this seed found
            scene.fail(fault)
        finally:
            world.abandon()
            await scene.end()
    ends = Counter(str(job.end) for ledger in world.ledgers for job in ledger.jobs.values())
    return Run(seed, scene.problem, scene.faults.fired, scene.trace, world.commits, ends, world.digest())


class World:
    def __init__(self, scene: Scene) -> None:
        self.commits = 0
        self.ledgers = [Ledger(partition, SHARDS) for partition in range(SHARDS)]
        self._folds = [Fold() for _ in range(SHARDS)]
        self._scene = scene
        self._log = MemoryLog(Topics("sim"), shards=SHARDS, command_partitions=2)
        self._log.on_commit = self._committed
        self._group = MemoryGroup(SHARDS)
        self._keepers: dict[asyncio.Task[None], Keeper] = {}
        self._owners: dict[int, Owner] = {}
        self._processes: list[Process] = []
        tenants = [f"tenant-{n}" for n in range(scene.chance.randint(1, 4))]
        stand_in = StandIn()
        self._sellers = [Seller(tenant, self._log, scene) for tenant in tenants]
        self._browsers = [Browser(tenant, self._log, stand_in, scene) for tenant in tenants]
        self._workers = [Worker(lane, self._log, stand_in, scene) for lane in Lane]

    async def play(self) -> None:
        scene = self._scene
        for number in range(PROCESSES):
            self._start(f"owner-{number}")
        selling = [scene.spawn(seller.run(), seller.tenant_id) for seller in self._sellers]
        players = [*(w.run() for w in self._workers), *(b.run() for b in self._browsers), *(s.interfere() for s in self._sellers)]
        for player in players:
            scene.spawn(player, "player")
        scene.spawn(self._weather(), "weather")
        await self._within(scene.chance.uniform(20, 90))
        await asyncio.wait(selling)
        self._calm()
        await self._drain()
        await self._close()

    def abandon(self) -> None:
        """Whatever still runs is over."""
        for process in self._processes:
            if not process.task.done():
                process.kill()

    def digest(self) -> str:
        return "".join(checksum(fold.shard)[:8] for fold in self._folds)

    def _start(self, name: str) -> None:
        self._scene.tell(name, "starts")
        self._processes.append(Process(name, self._log, self._group, self._scene, self._keepers))

    async def _weather(self) -> None:
        """What befalls everybody; and the dead are replaced."""
        chance = self._scene.chance
        while True:
            await asyncio.sleep(chance.uniform(1, 6))
            self._replace_the_dead()
            if self._scene.strikes(Fault.REBALANCE, "group"):
                await self._group.rebalance()
            if self._scene.strikes(Fault.CLOCK_JUMP, "clock"):
                cast("VirtualLoop", asyncio.get_running_loop()).pass_time(chance.uniform(1, 120))  # The run is on no other loop.

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
        for _ in range(int(DRAIN_SECONDS_MAX / DRAIN_SECONDS)):
            if not self._open_ends():
                return
            await self._resume_the_paused()
            await self._within(DRAIN_SECONDS)
        raise BrokenError(f"everything ends: after {DRAIN_SECONDS_MAX} s of calm there still is {self._open_ends()[:5]}")

    async def _resume_the_paused(self) -> None:
        """More than once: a wish to pause may still have been on its way."""
        sellers = {seller.tenant_id: seller for seller in self._sellers}
        for ledger in self.ledgers:
            for name, job in list(ledger.jobs.items()):
                if job.paused:
                    await sellers[job.account[0]].resume(name)

    def _open_ends(self) -> list[str]:
        expected = set().union(*(seller.expected for seller in self._sellers))
        known = {name for ledger in self.ledgers for name in (*ledger.jobs, *ledger.batches, *ledger.refused)}
        jobs = [name for ledger in self.ledgers for name, job in ledger.jobs.items() if job.end is None]
        batches = [name for ledger in self.ledgers for name, batch in ledger.batches.items() if not batch.ended]
        return [*(f"{name} that nobody answered" for name in expected - known), *jobs, *batches]

    async def _close(self) -> None:
        """All stop as they are told to; what is left is the journal, and it folds to what they knew."""
        for process in self._processes:
            await process.stop()
        reader = MemoryJournalReader(self._log)
        for partition, fold in enumerate(self._folds):
            fold.compare_wholly(await recover(reader, partition))
            end = await reader.end(partition)
            check_rows([one async for page in reader.read(partition, 0, end) for one in page], self.ledgers[partition])
            jobs = self.ledgers[partition].jobs
            late = [name for name, job in jobs.items() if job.end is JobStatus.EXPIRED and job.wait >= WAIT]
            if late:
                raise BrokenError(f"nothing is forgotten until it expires: {late}")
        await self._within(0.0)

    def _committed(self, name: str, records: Sequence[Recorded[Message]]) -> None:
        """After each transaction, while its writer has not heard of it yet."""
        self.commits += 1
        facts = cast("list[Recorded[Fact]]", [one for one in records if one.topic == self._log.topics.journal])  # Its codec knows no other.
        commands = [one.message for one in records if isinstance(one.message, ExecuteTask)]
        try:
            self._check(int(name.rpartition(".")[2]), facts, commands)
        except Exception as broken:  # noqa: BLE001 - the owner must not take it for its own
            self._scene.fail(broken)

    def _check(self, partition: int, facts: Sequence[Recorded[Fact]], commands: Sequence[ExecuteTask]) -> None:
        if self._scene.traced:
            for recorded in facts:
                self._scene.tell(f"journal/{partition}", f"{recorded.offset} {recorded.message!r}"[:200])
        keeper = self._keepers[cast("asyncio.Task[None]", asyncio.current_task())]  # An owner commits in its keeper's task.
        assert keeper.owner is not None, "it commits"
        if self._owners.get(partition) is not keeper.owner:
            self._owners[partition] = keeper.owner
            self._folds[partition].has_new_owner()
        for recorded in facts:
            if (cause := cause_of(recorded.envelope.cause)) is not None:
                check_outcome(recorded.message, self._log.message(cause[0], partition, cause[1]))
        self.ledgers[partition].see(facts, commands)
        self._folds[partition].see(facts)
        self._folds[partition].compare(keeper.owner.shard)
