"""One shard and its owner: acquire, then turn after turn until told to stop. The protocol is the design's, to the letter.

    open the writer (fences the former owner) -> replay the journal to its end -> seek the inputs from the journal -> run

Any error inside a turn throws writer and state away; whoever owns the owner acquires again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from hawker.contracts.partitioning import partition_of
from hawker.contracts.recorded import Recorded, Undecodable
from orchestrator.core.checksum import checksum
from orchestrator.core.decide import Input
from orchestrator.core.state import Shard
from orchestrator.core.turn import Turn, take_turn
from orchestrator.shard.measures import forget_shard, tell_acquired, tell_turn
from orchestrator.shard.pace import gather_seconds
from orchestrator.shard.recover import recover
from orchestrator.shard.seams import Clock, Inbox, JournalReader, JournalWriter, Outbox, Pause
from orchestrator.shard.suspicion import Suspicion

INPUTS_MAX = 500
"""Inputs of one turn."""
TIMERS_MAX = 500
IDLE_SECONDS_MAX = 0.5
"""How long an idle shard listens before it looks whether it should stop; an input or a timer ends the wait at once."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ports:
    """The world, as a shard's owner sees it."""

    writer: Callable[[int], JournalWriter]
    reader: JournalReader
    inbox: Callable[[int], Inbox]
    outbox: Outbox
    clock: Clock
    pause: Pause
    partition_count: int


class Owner:
    """Runs shard `partition` until `stop()` or an error. Used once."""

    def __init__(self, partition: int, ports: Ports, suspicion: Suspicion) -> None:
        self._partition = partition
        self._ports = ports
        self._suspicion = suspicion
        self._source = f"orchestrator/{partition}"
        self._writer = ports.writer(partition)
        self._inbox = ports.inbox(partition)
        self._left: Sequence[Recorded[Input]] = ()
        self._inputs_before = 0
        self._stopping = False
        self.shard = Shard()

    def stop(self) -> None:
        """End after the turn that runs."""
        self._stopping = True

    async def run(self) -> None:
        """Raises Fenced, OutcomeUnknown or Unavailable; the state is void then. Returns when stopped."""
        try:
            await self._acquire()
            while not self._stopping:
                await self._turn()
            log.info("shard drained", shard=self._partition, checksum=checksum(self.shard), positions=dict(self.shard.positions))
        finally:
            forget_shard(self._partition)
            await self._writer.close()
            await self._inbox.close()

    async def _acquire(self) -> None:
        began = self._ports.clock.now()
        await self._writer.open()
        self.shard = await recover(self._ports.reader, self._partition)
        await self._inbox.seek(self.shard.positions)
        tell_acquired(self._partition, self.shard, self._seconds_since(began))
        log.info("shard acquired", shard=self._partition, jobs_live=self.shard.live_count, positions=dict(self.shard.positions))

    async def _turn(self) -> None:
        inputs = self._left or await self._gather()
        batch = inputs[: self._suspicion.inputs_max(INPUTS_MAX)]
        try:
            taken = await self._write(batch)
        except Exception as fault:
            if _is_ours(fault):
                self._suspicion.failed(batch)
            raise
        self._suspicion.passed(batch[:taken])
        self._left = inputs[taken:]
        self._inputs_before = len(batch)

    async def _gather(self) -> Sequence[Recorded[Input]]:
        """What came, misrouted inputs sent on. Waits for company under load, and for the next timer when idle."""
        if seconds := gather_seconds(self._inputs_before):
            await self._ports.pause(seconds)
        inputs = await self._inbox.take(INPUTS_MAX, self._wait_seconds())
        return [recorded for recorded in inputs if not await self._sent_on(recorded)]

    def _wait_seconds(self) -> float:
        due_at = self.shard.timers.next_due
        if due_at is None:
            return IDLE_SECONDS_MAX
        return min(IDLE_SECONDS_MAX, max(0.0, (due_at - self._ports.clock.now()).total_seconds()))

    async def _sent_on(self, recorded: Recorded[Input]) -> bool:
        """An outside client may hash keys differently: such a record goes to its own shard, and is not handled here."""
        if isinstance(recorded.message, Undecodable):
            return False
        if partition_of(recorded.message.tenant_id, self._ports.partition_count) == self._partition:
            return False
        await self._ports.outbox.forward(recorded)
        return True

    async def _write(self, inputs: Sequence[Recorded[Input]]) -> int:
        """One turn, decided and committed. How many of the inputs it took."""
        now = self._ports.clock.now()
        turn = self._decide(inputs, now)
        for recorded, reason in turn.rejected:
            await self._ports.outbox.dead_letter(recorded, reason)
        if turn.facts:
            await self._writer.commit(turn.facts, turn.commands)
            tell_turn(self._partition, self.shard, turn, self._seconds_since(now))
            await self._inbox.hint(self.shard.positions)
        return turn.inputs_taken

    def _seconds_since(self, began: datetime) -> float:
        return max(0.0, (self._ports.clock.now() - began).total_seconds())

    def _decide(self, inputs: Sequence[Recorded[Input]], now: datetime) -> Turn:
        due = self.shard.timers.take_due(now, TIMERS_MAX)
        return take_turn(self.shard, inputs, due, now, self._source, self._suspicion.rejected)


def _is_ours(fault: Exception) -> bool:
    """Whether the input may be to blame, rather than the log."""
    return isinstance(fault, AssertionError | LookupError | ValueError | TypeError | AttributeError)
