"""A journal's writer and reader on a memory log: the same promises as the real ones. Decides nothing."""

from collections.abc import AsyncIterator, Sequence
from typing import cast

from hawker.contracts.commands import Command
from hawker.contracts.envelope import Envelope
from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Outgoing, Position, Recorded
from hawker.contracts.topics import LANES
from hawker.kafka.errors import Fenced, OutcomeUnknown, Unavailable
from hawker.testing.log import MemoryLog, Message
from hawker.testing.points import Point, Visit, nothing_happens

PAGE_RECORDS_MAX = 500

type Write = tuple[str, int, Message, Envelope]
"""Where to, and what."""


class MemoryJournalWriter:
    """The only writer of journal partition `partition`. Opened once, used until it fails, then thrown away."""

    def __init__(self, log: MemoryLog, partition: int, visit: Visit = nothing_happens) -> None:
        self._log = log
        self._partition = partition
        self._visit = visit
        self._name = log.topics.transactional_id(partition)
        self._epoch: int | None = None
        self._turn = partition

    async def open(self) -> None:
        """Fence the former owner and abort its open transaction. Raises Unavailable."""
        assert self._epoch is None, "a writer is opened once"
        try:
            await self._visit(Point.WRITER_OPENING)
            epoch = self._log.begin_epoch(self._name)
            await self._visit(Point.WRITER_OPENED)
        except (TimeoutError, ConnectionError) as fault:
            raise Unavailable(str(fault)) from fault
        self._epoch = epoch

    async def commit(self, facts: Sequence[Outgoing[Fact]], commands: Sequence[Outgoing[Command]]) -> Position | None:
        """All or nothing: the position after the last fact. Raises Fenced or OutcomeUnknown, and then this writer is of no more use; OversizeError leaves it as it was."""
        assert self._epoch is not None, "open() first; a writer that failed is thrown away"
        writes = [*self._facts(facts), *self._commands(commands)]
        if not writes:
            return None
        epoch, self._epoch = self._epoch, None  # Ours again after success only.
        try:
            ends = await self._transact(epoch, writes)
        except Fenced:
            raise
        except Exception as fault:
            raise OutcomeUnknown(f"the transaction did not end as it should: {fault!r}") from fault
        self._epoch = epoch
        return ends[len(facts) - 1] if facts else None

    async def close(self) -> None:
        """Never raises. An open transaction stays open, as it does when a connection goes."""
        self._epoch = None
        await self._visit(Point.CLOSING)

    async def _transact(self, epoch: int, writes: Sequence[Write]) -> Sequence[Position]:
        """The position after each record."""
        await self._visit(Point.COMMIT_BEGINS)
        ends = []
        for write in writes:
            ends.append(self._log.send(self._name, epoch, *write) + 1)
            await self._visit(Point.RECORD_SENT)
        await self._visit(Point.COMMIT_ASKED)
        self._log.commit(self._name, epoch)
        await self._visit(Point.COMMIT_DONE)
        return ends

    def _facts(self, facts: Sequence[Outgoing[Fact]]) -> list[Write]:
        topic = self._log.topics.journal
        return [(topic, self._partition, self._log.through_the_codec(topic, fact.message), fact.envelope) for fact in facts]

    def _commands(self, commands: Sequence[Outgoing[Command]]) -> list[Write]:
        """One partition of each topic; the next transaction takes the next one."""
        chosen: dict[str, int] = {}
        writes: list[Write] = []
        for command in commands:
            topic = self._log.topics.commands(LANES[command.message.marketplace])
            partition = command.partition
            if partition is None:
                partition = chosen.setdefault(topic, self._turn % self._log.count(topic))
            writes.append((topic, partition, self._log.through_the_codec(topic, command.message), command.envelope))
        self._turn += bool(chosen)
        return writes


class MemoryJournalReader:
    """Reads what is committed, from any place, as often as one likes."""

    def __init__(self, log: MemoryLog, visit: Visit = nothing_happens) -> None:
        self._log = log
        self._visit = visit

    async def end(self, partition: int) -> Position:
        """The last stable offset. Raises Unavailable."""
        await self._pass(Point.END_ASKED)
        return self._log.partition(self._log.topics.journal, partition).stable_end

    async def read(self, partition: int, start: Position, end: Position) -> AsyncIterator[Sequence[Recorded[Fact]]]:
        """Committed facts from `start` up to `end`, in order, page by page. Raises Unavailable."""
        place = self._log.partition(self._log.topics.journal, partition)
        for first in range(start, end, PAGE_RECORDS_MAX):
            await self._pass(Point.PAGE_READ)
            if page := list(place.committed(first, min(end, first + PAGE_RECORDS_MAX))):
                yield cast("list[Recorded[Fact]]", page)  # The journal's codec knows facts alone.

    async def _pass(self, point: Point) -> None:
        try:
            await self._visit(point)
        except (TimeoutError, ConnectionError) as fault:
            raise Unavailable(str(fault)) from fault
