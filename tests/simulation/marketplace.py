"""The stand-in marketplaces: what an attempt does there, what it is told, and how often each effect has happened."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import FailureKind
from hawker.contracts.outcomes import TaskFailed, TaskSucceeded
from hawker.contracts.words import TaskKind
from tests.simulation.faults import Fault
from tests.simulation.scene import Scene
from tests.support.stories import failed, succeeded

REACHES = frozenset({TaskKind.DIRECT_HTTP, TaskKind.PLUGIN_HTTP})

type Effect = tuple[str, int]
"""What a step leaves at a marketplace, whichever attempt did it: job and position."""
type Answer = TaskSucceeded | TaskFailed


@dataclass
class StandIn:
    """All marketplaces. `effects` over one are what no seller forgives; `noted` is the workers' own index.

    Real workers note each step that they begin. These note it only when a command came a second time,
    so that all other doubt is the orchestrator's to remember.
    """

    scene: Scene
    now: Callable[[], datetime]
    effects: Counter[Effect] = field(default_factory=Counter)
    noted: set[Effect] = field(default_factory=set)
    acting: defaultdict[Effect, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """One attempt of a step acts at a time: an old one may come again beside a new one."""
    sessions: dict[tuple[str, str], str] = field(default_factory=dict)
    """The browsers that are connected, by tenant and account."""

    async def carry_out(self, command: ExecuteTask, *, perhaps_begun: bool) -> Answer:
        """One that a worker may have begun before is not refused: nobody would look for what was left behind."""
        reaches = command.kind in REACHES
        if perhaps_begun and reaches:
            self.noted.add((command.job_id, command.position))
            return await self._act(command)
        if self.now() >= command.deadline:
            return failed(command, FailureKind.UNKNOWN if command.look_first and reaches else FailureKind.TRANSIENT)
        if command.session is not None and self.sessions.get((command.tenant_id, command.account_id)) != command.session:
            return failed(command, FailureKind.NOT_CONNECTED)
        if self._strikes(Fault.THROTTLED, command):
            return failed(command, FailureKind.THROTTLED, retry_after_seconds=self.scene.chance.uniform(0.2, 10))
        for fault, kind in ((Fault.TRANSIENT, FailureKind.TRANSIENT), (Fault.REJECTED, FailureKind.REJECTED)):
            if self._strikes(fault, command):
                return failed(command, kind)
        return await self._act(command) if reaches else succeeded(command)

    async def takes_time(self) -> None:
        if self.scene.strikes(Fault.SLOW, "marketplace"):
            await asyncio.sleep(self.scene.chance.uniform(1, 40))
        else:
            await asyncio.sleep(self.scene.chance.uniform(0.005, 0.2))

    async def _act(self, command: ExecuteTask) -> Answer:
        effect = command.job_id, command.position
        async with self.acting[effect]:
            if (command.look_first or effect in self.noted) and self.effects[effect]:
                return succeeded(command)
            await self.takes_time()
            if self.now() >= command.deadline:
                return failed(command, FailureKind.UNKNOWN)
            if self._strikes(Fault.EFFECT_LATE, command):
                await asyncio.sleep(self._until_too_late(command))
            self._happen(effect, command)
        if self._strikes(Fault.ANSWER_LOST, command):
            return failed(command, FailureKind.UNKNOWN)
        await self.takes_time()
        return succeeded(command)

    def _until_too_late(self, command: ExecuteTask) -> float:
        """What was sent in time may be carried out long after; whoever comes next has to look, and waits for it."""
        return (command.deadline - self.now() + timedelta(seconds=self.scene.chance.uniform(6, 40))).total_seconds()

    def _happen(self, effect: Effect, command: ExecuteTask) -> None:
        self.effects[effect] += 1
        if self.effects[effect] > 1:
            self.scene.fail(AssertionError(f"no effect twice: {command.command_id} {command.operation}"))

    def _strikes(self, fault: Fault, command: ExecuteTask) -> bool:
        return self.scene.strikes(fault, command.command_id)
