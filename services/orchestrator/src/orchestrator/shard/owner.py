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
from orchestrator.shard.recover import recover_from
from orchestrator.shard.seams import Clock, Inbox, JournalReader, JournalWriter, Outbox, Pause, SnapshotStore
from orchestrator.shard.snapshots import LAST_JOBS_MAX, Place, Snapshots
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
    snapshots: SnapshotStore | None = None


class Owner:
    """Runs shard `partition` until `stop()` or an error. Used once."""

    def __init__(self, partition: int, ports: Ports, suspicion: Suspicion) -> None:
        self._partition = partition
        self._ports = ports
        self._suspicion = suspicion
        self._source = f"orchestrator/{partition}"
        self._writer = ports.writer(partition)
        self._inbox = ports.inbox(partition)
        self._snapshots = Snapshots(partition, ports.snapshots, ports.clock, ports.pause)
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
            await self._own()
            await self._snapshots.last(self.shard)
        finally:
            await self._snapshots.stop()

    async def _own(self) -> None:
        try:
            await self._acquire()
            while not self._stopping:
                await self._turn()
            log.info("shard drained", shard=self._partition, checksum=self._checksum(), positions=dict(self.shard.positions))
        finally:
            forget_shard(self._partition)
            await self._writer.close()
            await self._inbox.close()

    def _checksum(self) -> str | None:
        """Not of a very large shard: the group waits for us. Its snapshots carry theirs."""
        return checksum(self.shard) if len(self.shard.jobs) <= LAST_JOBS_MAX else None

    async def _acquire(self) -> None:
        began = self._ports.clock.now()
        await self._writer.open()
        recovered = await recover_from(self._ports.reader, self._partition, self._ports.snapshots)
        self.shard = recovered.shard
        self._snapshots.begin(recovered.facts)
        await self._inbox.seek(self.shard.positions)
        tell_acquired(self._partition, self.shard, self._seconds_since(began))
        log.info("shard acquired", shard=self._partition, jobs_live=self.shard.live_count, positions=dict(self.shard.positions))

    async def _turn(self) -> None:
        inputs = self._left or await self._gather()
        taken = await self._one_by_one(inputs[:1]) if self._suspicion.is_cautious else await self._write(inputs[:INPUTS_MAX])
        self._inputs_before = min(len(inputs), INPUTS_MAX)
        self._left = inputs[taken:]

    async def _one_by_one(self, inputs: Sequence[Recorded[Input]]) -> int:
        """A timer, an input and a dispatch, each committed alone: if one breaks the shard, it is known which."""
        await self._write((), timers_max=1, dispatches_max=0)
        taken = await self._write(inputs, timers_max=0, dispatches_max=0)
        await self._write((), timers_max=0, dispatches_max=1)
        return taken

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

    async def _write(self, inputs: Sequence[Recorded[Input]], timers_max: int = TIMERS_MAX, dispatches_max: int | None = None) -> int:
        """One turn, decided and committed. How many of the inputs it took."""
        turn = Turn()
        try:
            await self._commit(turn, inputs, timers_max, dispatches_max)
        except Exception as fault:
            if _is_ours(fault):
                self._suspicion.failed(turn.begun)
            raise
        self._suspicion.passed(turn.begun)
        return turn.inputs_taken

    async def _commit(self, turn: Turn, inputs: Sequence[Recorded[Input]], timers_max: int, dispatches_max: int | None) -> None:
        now = self._ports.clock.now()
        due = self.shard.timers.take_due(now, timers_max)
        take_turn(self.shard, inputs, due, now, self._source, suspects=self._suspicion.suspects, dispatches_max=dispatches_max, turn=turn)
        for letter in turn.put_aside:
            await self._ports.outbox.dead_letter(letter.recorded, letter.reason, subject=letter.subject, origin=letter.origin)
        if turn.facts:
            position = await self._writer.commit(turn.facts, turn.commands)
            place = None if position is None else Place(position, turn.facts[-1].envelope.id)
            self._snapshots.turn_ended(self.shard, place, len(turn.facts))
            tell_turn(self._partition, self.shard, turn, self._seconds_since(now))
            await self._inbox.hint(self.shard.positions)
        self._tell_broken(turn)

    def _tell_broken(self, turn: Turn) -> None:
        """The log names places and kinds, never what an input said."""
        for letter in turn.put_aside:
            log.warning("an input was put aside", shard=self._partition, origin=letter.origin, why=letter.reason)
        for why in turn.broken_timers:
            log.error("a timer that belongs to no job broke; it rings again later", shard=self._partition, why=why)

    def _seconds_since(self, began: datetime) -> float:
        return max(0.0, (self._ports.clock.now() - began).total_seconds())


def _is_ours(fault: Exception) -> bool:
    """Whether the input may be to blame, rather than the log."""
    return isinstance(fault, AssertionError | ArithmeticError | AttributeError | LookupError | RecursionError | TypeError | ValueError)
