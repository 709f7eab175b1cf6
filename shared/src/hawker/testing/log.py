"""Kafka as values in memory: partitions, offsets, epochs, transactions, the last stable offset. It awaits nothing and loses nothing."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from pydantic import BaseModel

from hawker.contracts.codec import COMMANDS, FACTS, INPUTS, decode, encode
from hawker.contracts.envelope import Envelope, from_headers, to_headers
from hawker.contracts.partitioning import partition_of
from hawker.contracts.recorded import Position, Recorded, Undecodable
from hawker.contracts.topics import Lane, Topics
from hawker.kafka.errors import Fenced

type Message = BaseModel | Undecodable


class Standing(Enum):
    OPEN = auto()
    COMMITTED = auto()
    ABORTED = auto()
    MARKER = auto()
    """A transaction's end takes an offset too; it is never given out."""


@dataclass(slots=True)
class Entry:
    standing: Standing
    recorded: Recorded[Message] | None = None


@dataclass(slots=True)
class Partition:
    """`unstable` has the first offset of each open transaction; before `start` everything was deleted."""

    entries: list[Entry] = field(default_factory=list)
    start: Position = 0
    unstable: dict[str, Position] = field(default_factory=dict)
    news: set[asyncio.Event] = field(default_factory=set)

    @property
    def stable_end(self) -> Position:
        """The last stable offset: everything before it is settled."""
        return min(self.unstable.values(), default=len(self.entries))

    def committed(self, start: Position, end: Position) -> Iterator[Recorded[Message]]:
        for entry in self.entries[max(start, self.start) : min(end, self.stable_end)]:
            if entry.standing is Standing.COMMITTED and entry.recorded is not None:
                yield entry.recorded

    def tell(self) -> None:
        for event in self.news:
            event.set()


@dataclass(slots=True)
class Transaction:
    """What one producer has sent and not yet ended."""

    entries: list[Entry] = field(default_factory=list)
    places: dict[tuple[str, int], None] = field(default_factory=dict)


type OnCommit = Callable[[str, Sequence[Recorded[Message]]], None]
"""Told the transactional id and the records, in order, at the moment at which they stand."""


class MemoryLog:
    """One cluster. Messages go through the codec on their way in, so that what is read is what bytes would give."""

    def __init__(self, topics: Topics, *, shards: int = 4, command_partitions: int = 4) -> None:
        self.topics = topics
        self.shards = shards
        self.on_commit: OnCommit = lambda name, records: None  # noqa: ARG005 - nobody listens
        counts = {spec.name: shards if spec.sharded else command_partitions for spec in topics.specs()}
        self._partitions = {topic: [Partition() for _ in range(count)] for topic, count in counts.items()}
        self._epochs: dict[str, int] = {}
        self._open: dict[str, Transaction] = {}
        self._tables = self._codec_tables()

    def _codec_tables(self) -> Mapping[str, Mapping[str, type[BaseModel]]]:
        commands = {self.topics.commands(lane): COMMANDS for lane in Lane}
        return {self.topics.journal: FACTS, self.topics.requests: INPUTS, self.topics.outcomes: INPUTS, **commands}

    def partition(self, topic: str, number: int) -> Partition:
        return self._partitions[topic][number]

    def count(self, topic: str) -> int:
        return len(self._partitions[topic])

    def delete_before(self, topic: str, partition: int, offset: Position) -> None:
        """What retention does."""
        place = self.partition(topic, partition)
        place.start = max(place.start, min(offset, place.stable_end))

    def message(self, topic: str, partition: int, offset: Position) -> Message | None:
        """Whatever lies there, committed or not; None at a marker."""
        recorded = self.partition(topic, partition).entries[offset].recorded
        return None if recorded is None else recorded.message

    def append(self, topic: str, key: str, message: BaseModel, envelope: Envelope, *, partition: int | None = None) -> Position:
        """Outside any transaction: it stands at once. By its key, unless a stranger hashes keys otherwise."""
        number = partition_of(key, self.count(topic)) if partition is None else partition
        return self._add(topic, number, self.through_the_codec(topic, message), _through_headers(envelope), Standing.COMMITTED)

    def append_unreadable(self, topic: str, partition: int, unreadable: Undecodable, envelope: Envelope) -> Position:
        return self._add(topic, partition, unreadable, envelope, Standing.COMMITTED)

    def begin_epoch(self, producer: str) -> int:
        """Fences whoever had the name before, and aborts what it left open."""
        self._settle(producer, Standing.ABORTED)
        self._epochs[producer] = self._epochs.get(producer, -1) + 1
        return self._epochs[producer]

    def give_up(self, producer: str) -> bool:
        """What a broker does after the transaction's time-out. Whether there was one."""
        was_open = producer in self._open
        if was_open:
            self.begin_epoch(producer)
        return was_open

    def send(self, producer: str, epoch: int, topic: str, partition: int, message: Message, envelope: Envelope) -> Position:
        """In the producer's transaction, which begins with its first record. The message went through the codec before. Raises Fenced."""
        self._check(producer, epoch)
        place = self.partition(topic, partition)
        transaction = self._open.setdefault(producer, Transaction())
        place.unstable.setdefault(producer, len(place.entries))
        offset = self._add(topic, partition, message, _through_headers(envelope), Standing.OPEN)
        transaction.entries.append(place.entries[-1])
        transaction.places[topic, partition] = None
        return offset

    def commit(self, producer: str, epoch: int) -> None:
        """Raises Fenced."""
        self._check(producer, epoch)
        entries = self._open[producer].entries if producer in self._open else []
        self._settle(producer, Standing.COMMITTED)
        self.on_commit(producer, [entry.recorded for entry in entries if entry.recorded is not None])

    def _check(self, producer: str, epoch: int) -> None:
        if self._epochs.get(producer) != epoch:
            raise Fenced(f"epoch {epoch} of {producer} is over")

    def _settle(self, producer: str, standing: Standing) -> None:
        transaction = self._open.pop(producer, Transaction())
        for entry in transaction.entries:
            entry.standing = standing
        for topic, number in transaction.places:
            place = self.partition(topic, number)
            del place.unstable[producer]
            place.entries.append(Entry(Standing.MARKER))
            place.tell()

    def _add(self, topic: str, number: int, message: Message, envelope: Envelope, standing: Standing) -> Position:
        place = self.partition(topic, number)
        offset = len(place.entries)
        place.entries.append(Entry(standing, Recorded(topic, number, offset, envelope, message)))
        if standing is Standing.COMMITTED:
            place.tell()
        return offset

    def through_the_codec(self, topic: str, message: BaseModel) -> Message:
        """What whoever reads its bytes would get. Raises OversizeError."""
        name: str = getattr(message, "type_name", "")
        return decode(name, encode(message), self._tables[topic])


def _through_headers(envelope: Envelope) -> Envelope:
    return from_headers(to_headers(envelope))
