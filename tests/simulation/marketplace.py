"""Workers, browsers and stand-in marketplaces of the simulation. Effects are counted, and made once by looking first."""

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import FailureKind
from hawker.contracts.outcomes import AccountThrottled, Outcome, PluginConnected, PluginDisconnected
from hawker.contracts.recorded import Recorded
from hawker.contracts.topics import Lane
from hawker.contracts.words import Marketplace, TaskKind
from hawker.testing.log import MemoryLog, Message
from hawker.testing.publisher import MemoryPublisher
from tests.simulation.faults import Fault
from tests.simulation.scene import Scene
from tests.simulation.virtual import VirtualClock
from tests.support.stories import failed, succeeded

REACHES = frozenset({TaskKind.DIRECT_HTTP, TaskKind.PLUGIN_HTTP})

type Effect = tuple[str, int]
"""What a step leaves at a marketplace, whichever attempt did it: job and position."""


@dataclass
class StandIn:
    """All marketplaces. `effects` over one are what no seller forgives; `uncertain` is the workers' own index.

    Real workers note each step that they begin. These note it only when a command came again after a worker's death,
    so that all other doubt is the orchestrator's to remember.
    """

    effects: Counter[Effect] = field(default_factory=Counter)
    delivered: set[str] = field(default_factory=set)
    uncertain: set[Effect] = field(default_factory=set)
    acting: defaultdict[Effect, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """One attempt of a step acts at a time: an old one may come again beside a new one."""
    sessions: dict[tuple[str, str], str] = field(default_factory=dict)
    """The browsers that are connected, by tenant and account."""


class Worker:
    """Carries out the commands of one lane; a command's place is done when its outcome is in the log."""

    def __init__(self, lane: Lane, log: MemoryLog, stand_in: StandIn, scene: Scene) -> None:
        self._topic = log.topics.commands(lane)
        self._log = log
        self._stand_in = stand_in
        self._scene = scene
        self._clock = VirtualClock(asyncio.get_running_loop())
        self._publisher = MemoryPublisher(log, f"{lane}-worker")
        self._running: dict[int, set[int]] = {number: set() for number in range(log.count(self._topic))}
        self._next = dict.fromkeys(self._running, 0)

    async def run(self) -> None:
        while True:
            work = [self._scene.spawn(self._serve(number), f"{self._topic}/{number}") for number in self._running]
            await asyncio.sleep(self._scene.chance.uniform(10, 30))
            while not self._scene.strikes(Fault.WORKER_CRASH, self._topic):
                await asyncio.sleep(self._scene.chance.uniform(10, 30))
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            self._next = {number: min(running, default=self._next[number]) for number, running in self._running.items()}
            self._running = {number: set() for number in self._running}

    async def _serve(self, number: int) -> None:
        """One partition, from what is done on. Whatever was begun and is not done is begun again after a crash."""
        place = self._log.partition(self._topic, number)
        place.news.add(news := asyncio.Event())
        async with asyncio.TaskGroup() as attempts:
            while True:
                news.clear()
                for recorded in place.committed(self._next[number], place.stable_end):
                    self._running[number].add(recorded.offset)
                    self._next[number] = recorded.offset + 1
                    attempts.create_task(self._carry(number, recorded))
                await news.wait()

    async def _carry(self, number: int, recorded: Recorded[Message]) -> None:
        assert isinstance(recorded.message, ExecuteTask), "the topic holds commands alone"
        await self._attempt(recorded.message)
        self._running[number].discard(recorded.offset)

    async def _attempt(self, command: ExecuteTask) -> None:
        outcome = await self._carry_out(command)
        self._scene.tell("worker", f"{command.command_id} {command.operation}: {type(outcome).__name__}")
        if self._scene.strikes(Fault.OUTCOME_LOST, command.command_id):
            return
        if self._scene.strikes(Fault.OUTCOME_LATE, command.command_id):
            await asyncio.sleep(self._scene.chance.uniform(30, 90))
        await self._say(command, outcome, ".outcome")
        if self._scene.strikes(Fault.OUTCOME_TWICE, command.command_id):
            await asyncio.sleep(self._scene.chance.expovariate(0.2))
            await self._say(command, outcome, ".outcome")

    async def _say(self, command: ExecuteTask, outcome: Outcome, suffix: str) -> None:
        await self._publisher.publish(
            self._log.topics.outcomes, command.tenant_id, outcome, id=command.command_id + suffix, time=self._clock.now()
        )

    async def _carry_out(self, command: ExecuteTask) -> Outcome:
        await self._takes_time()
        waited_ms = max(0, round((self._clock.now() - command.dispatched_at).total_seconds() * 1000))
        outcome = await self._try(command)
        return outcome.model_copy(update={"waited_ms": waited_ms})

    async def _try(self, command: ExecuteTask) -> Outcome:
        """A command that comes again is not refused: nobody would look for what the first delivery may have left."""
        if command.command_id in self._stand_in.delivered and command.kind in REACHES:
            self._stand_in.uncertain.add((command.job_id, command.position))
            return await self._act(command)
        self._stand_in.delivered.add(command.command_id)
        if self._clock.now() >= command.deadline:
            return failed(command)
        if command.session is not None and self._stand_in.sessions.get((command.tenant_id, command.account_id)) != command.session:
            return failed(command, FailureKind.NOT_CONNECTED)
        if self._scene.strikes(Fault.THROTTLED, command.command_id):
            return await self._throttle(command)
        for fault, kind in ((Fault.TRANSIENT, FailureKind.TRANSIENT), (Fault.REJECTED, FailureKind.REJECTED)):
            if self._scene.strikes(fault, command.command_id):
                return failed(command, kind)
        return await self._act(command) if command.kind in REACHES else succeeded(command)

    async def _throttle(self, command: ExecuteTask) -> Outcome:
        seconds = self._scene.chance.uniform(0.2, 10)
        until = self._clock.now() + timedelta(seconds=seconds)
        throttled = AccountThrottled(
            tenant_id=command.tenant_id, account_id=command.account_id, marketplace=command.marketplace, until=until
        )
        await self._say(command, throttled, ".throttled")
        return failed(command, FailureKind.THROTTLED, retry_after_seconds=seconds)

    async def _act(self, command: ExecuteTask) -> Outcome:
        """Never after the deadline; so what comes after a lease's end is not overtaken by what came before."""
        effect = command.job_id, command.position
        async with self._stand_in.acting[effect]:
            return await self._act_alone(command, effect)

    async def _act_alone(self, command: ExecuteTask, effect: Effect) -> Outcome:
        stand_in = self._stand_in
        if (command.look_first or effect in stand_in.uncertain) and stand_in.effects[effect]:
            return succeeded(command)
        await self._takes_time()
        if self._clock.now() >= command.deadline:
            return failed(command, FailureKind.UNKNOWN)
        stand_in.effects[effect] += 1
        if stand_in.effects[effect] > 1:
            self._scene.fail(AssertionError(f"no effect twice: {command.command_id} {command.operation}"))
        if self._scene.strikes(Fault.ANSWER_LOST, command.command_id):
            return failed(command, FailureKind.UNKNOWN)
        await self._takes_time()
        return succeeded(command)

    async def _takes_time(self) -> None:
        if self._scene.strikes(Fault.SLOW, "marketplace"):
            await asyncio.sleep(self._scene.chance.uniform(1, 40))
        else:
            await asyncio.sleep(self._scene.chance.uniform(0.005, 0.2))


class Browser:
    """One seller's. It comes, goes, and comes back; its going is not always told."""

    def __init__(self, tenant_id: str, log: MemoryLog, stand_in: StandIn, scene: Scene) -> None:
        self._tenant_id = tenant_id
        self._log = log
        self._stand_in = stand_in
        self._scene = scene
        self._clock = VirtualClock(asyncio.get_running_loop())
        self._publisher = MemoryPublisher(log, "plugin-bridge")
        self._count = 0

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._scene.chance.uniform(0, 3))
            session, epoch = await self._connect()
            await asyncio.sleep(self._scene.chance.uniform(5, 20))
            while not self._scene.strikes(Fault.BROWSER_LEAVES, self._tenant_id):
                await asyncio.sleep(self._scene.chance.uniform(5, 20))
            await self._leave(session, epoch)
            await asyncio.sleep(self._scene.chance.uniform(0, 20))

    async def _connect(self) -> tuple[str, int]:
        self._count += 1
        session, epoch = f"{self._tenant_id}-{self._count}", self._count
        self._stand_in.sessions[self._tenant_id, "main"] = session
        partition = self._scene.chance.randrange(self._log.count(self._log.topics.commands(Lane.PLUGIN)))
        about = {"session": session, "epoch": epoch, "partition": partition}
        await self._say(PluginConnected.model_validate({**self._account(), **about}), f"{session}.connected")
        return session, epoch

    async def _leave(self, session: str, epoch: int) -> None:
        self._stand_in.sessions.pop((self._tenant_id, "main"))
        if self._scene.chance.random() < 0.7:
            gone = PluginDisconnected.model_validate({**self._account(), "session": session, "epoch": epoch})
            await self._say(gone, f"{session}.gone")

    def _account(self) -> dict[str, str]:
        return {"tenant_id": self._tenant_id, "account_id": "main", "marketplace": Marketplace.FLEA}

    async def _say(self, outcome: Outcome, name: str) -> None:
        await asyncio.sleep(self._scene.chance.uniform(0, 0.5))
        await self._publisher.publish(self._log.topics.outcomes, self._tenant_id, outcome, id=name, time=self._clock.now())
