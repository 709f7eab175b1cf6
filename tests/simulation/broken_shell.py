"""Mistakes in the shell: in what is fenced, replayed, sought, committed and kept, and in which order."""

import asyncio
from collections.abc import Awaitable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hawker.contracts.commands import Command, ExecuteTask
from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Outgoing, Position, Recorded
from hawker.kafka.errors import OutcomeUnknown
from hawker.testing import log as memory
from hawker.testing.journal import MemoryJournalWriter, Write
from hawker.testing.points import Point
from orchestrator.core import turn
from orchestrator.core.decide import Input
from orchestrator.core.state import Shard
from orchestrator.core.timers import Timers
from orchestrator.shard import keeper, owner
from orchestrator.shard.owner import Owner
from orchestrator.shard.recover import Recovered, recover, recover_from
from orchestrator.shard.seams import JournalReader, SnapshotStore
from tests.simulation.broken import Mutation, all_of, replaced

_COMMIT = MemoryJournalWriter.commit
_KEEP = turn._keep
_MEET = turn._meet
FAR = 10**9


async def _replay_before_fencing(self: Owner) -> None:
    self.shard = await recover(self._ports.reader, self._partition)
    await self._writer.open()
    await self._inbox.seek(self.shard.positions)


async def _begin_at_the_end(self: Owner) -> None:
    await self._writer.open()
    self.shard = await recover(self._ports.reader, self._partition)
    await self._inbox.seek({"sim.requests": FAR, "sim.outcomes": FAR})


async def _replay_nothing(self: Owner) -> None:
    await self._writer.open()
    await self._inbox.seek(self.shard.positions)


async def _abort_and_go_on(self: Owner) -> None:
    await self._acquire()
    while not self._stopping:
        try:
            await self._turn()
        except OutcomeUnknown:
            self._writer = self._ports.writer(self._partition)
            await self._writer.open()


async def _forget_what_a_turn_left(self: Owner) -> None:
    inputs = await self._gather()
    await self._write(inputs)
    self._inputs_before = len(inputs)


async def _decide_what_is_astray(self: Owner, recorded: Recorded[Input]) -> bool:
    await asyncio.sleep(0)
    return False


async def _commit_without_looking_at_the_sends(self: MemoryJournalWriter, epoch: int, writes: Sequence[Write]) -> Sequence[Position]:
    await self._visit(Point.COMMIT_BEGINS)
    ends = []
    for write in writes:
        try:
            await self._visit(Point.RECORD_SENT)
        except ConnectionError:
            continue
        ends.append(self._log.send(self._name, epoch, *write) + 1)
    await self._visit(Point.COMMIT_ASKED)
    self._log.commit(self._name, epoch)
    return ends


def _send_commands_first(
    self: MemoryJournalWriter, facts: Sequence[Outgoing[Fact]], commands: Sequence[Outgoing[Command]]
) -> Awaitable[Position | None]:
    for topic, partition, message, envelope in self._commands(commands):
        assert isinstance(message, ExecuteTask), "a command"
        self._log.append(topic, "any", message, envelope, partition=partition)
    return _COMMIT(self, facts, ())


def _never_fence(self: memory.MemoryLog, producer: str, epoch: int) -> None:
    """As if every process had a transactional id of its own."""


def _read_what_was_aborted(self: memory.Partition, start: int, end: int) -> Iterator[Recorded[memory.Message]]:
    for entry in self.entries[start : min(end, self.stable_end)]:
        if entry.recorded is not None:
            yield entry.recorded


async def _recover_without_timers(reader: JournalReader, partition: int, store: SnapshotStore | None) -> Recovered:
    recovered = await recover_from(reader, partition, store)
    recovered.shard.timers = Timers()
    return recovered


def _write_no_cause(shard: Shard, fact: Fact, value: bytes, cause: turn.Cause, number: int, taken: turn.Turn) -> None:
    _KEEP(shard, fact, value, cause, number, taken)
    written = taken.facts[-1]
    taken.facts[-1] = Outgoing(written.message, replace(written.envelope, cause=None))


def meet_what_was_met(
    shard: Shard, recorded: Recorded[Input], now: datetime, source: str, taken: turn.Turn, unread: Collection[str]
) -> None:
    known = shard.positions.pop(recorded.topic, 0)
    _MEET(shard, recorded, now, source, taken, unread)
    shard.positions[recorded.topic] = max(known, shard.positions.get(recorded.topic, 0))


def _seek_nowhere() -> Mutation:
    async def acquire(self: Owner) -> None:
        await self._writer.open()
        self.shard = await recover(self._ports.reader, self._partition)
        await self._inbox.seek({})

    return replaced(Owner, "_acquire", acquire)


MISTAKES: Mapping[str, Mutation] = {
    "replay before fencing": replaced(Owner, "_acquire", _replay_before_fencing),
    "replay nothing": replaced(Owner, "_acquire", _replay_nothing),
    "begin with the newest input": replaced(Owner, "_acquire", _begin_at_the_end),
    "positions from nowhere": all_of(_seek_nowhere(), replaced(turn, "_meet", meet_what_was_met)),
    "abort a lost commit and go on": replaced(Owner, "run", _abort_and_go_on),
    "forget what a full turn left": replaced(Owner, "_turn", _forget_what_a_turn_left),
    "decide for another shard's tenant": replaced(Owner, "_sent_on", _decide_what_is_astray),
    "commit without awaiting the sends": replaced(MemoryJournalWriter, "_transact", _commit_without_looking_at_the_sends),
    "commands outside the transaction": replaced(MemoryJournalWriter, "commit", _send_commands_first),
    "a transactional id of one's own": replaced(memory.MemoryLog, "_check", _never_fence),
    "read uncommitted": replaced(memory.Partition, "committed", _read_what_was_aborted),
    "timers are not recovered": replaced(owner, "recover_from", _recover_without_timers),
    "facts without their cause": replaced(turn, "_keep", _write_no_cause),
    "fenced once, fenced for ever": replaced(keeper, "FENCED_SECONDS_MAX", float(FAR)),
}
