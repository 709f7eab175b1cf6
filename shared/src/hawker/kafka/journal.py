"""The journal: one shard's writer, in transactions that an epoch guards, and the reader that replays it. Decides nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

from aiokafka.errors import (  # type: ignore[import-untyped]  # aiokafka ships no types
    InvalidProducerEpoch,
    KafkaError,
    ProducerFenced,
)
from pydantic import BaseModel

from hawker.contracts.codec import FACTS, encode
from hawker.contracts.commands import Command
from hawker.contracts.envelope import to_headers
from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Outgoing, Position, Recorded, Undecodable
from hawker.contracts.topics import LANES, Lane
from hawker.kafka import client
from hawker.kafka.errors import Fenced, OutcomeUnknown, Unavailable, UnreadableFact
from hawker.kafka.records import read
from hawker.kafka.settings import KafkaSettings

TRANSACTION_SECONDS_MIN = 15.0
"""After its time-out the broker aborts an open transaction, and readers go past it."""
SESSION_MARGIN_SECONDS = 5.0
"""An owner that slept past that time-out looks fenced; it must have lost its membership by then, or nobody would take its place."""
SEND_SECONDS_MAX = 7.0
COMMIT_SECONDS_MAX = 7.0
"""Sending and committing end before the broker would abort: its abort looks like a fence to us."""
METADATA_SECONDS_MAX = 10.0
PAGE_RECORDS_MAX = 200
"""Reading them keeps the loop for some 20 ms; then others have it."""
PAGE_SECONDS_MAX = 30.0
"""A replay that gets nothing for this long has failed."""
_POLL_MS = 50
"""Only for pages that end in control records alone: they wake nobody."""


@dataclass(frozen=True, slots=True)
class _Write:
    topic: str
    partition: int
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


@dataclass(slots=True)
class _Turns:
    """Whose turn it is among each command topic's partitions; shards begin at different ones."""

    first: int
    counts: dict[str, int] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)

    def take(self, topic: str) -> int:
        turn = self.taken.get(topic, self.first)
        self.taken[topic] = turn + 1
        return turn % self.counts[topic]


class KafkaJournalWriter:
    """The only writer of journal partition `partition`. Opened once, used until it fails, then thrown away.

    There is no abort-and-go-on: after a failed send aiokafka's sequence numbers are wrong, and it would commit what is left.
    """

    def __init__(self, settings: KafkaSettings, partition: int, *, encoder: Callable[[BaseModel], bytes] = encode) -> None:
        self._settings = settings
        self._partition = partition
        self._encode = encoder
        self._topics = settings.topics
        self._turns = _Turns(first=partition)
        self._producer: client.Producer | None = None

    async def open(self) -> None:
        """Fence the former owner and settle its open transaction. Raises Unavailable."""
        assert self._producer is None, "a writer is opened once"
        name = self._topics.transactional_id(self._partition)
        timeout_ms = int(1000 * max(TRANSACTION_SECONDS_MIN, self._settings.session_timeout_seconds + SESSION_MARGIN_SECONDS))
        producer = client.producer(self._settings, name, transactional_id=name, transaction_timeout_ms=timeout_ms)
        await client.open_client(producer)
        try:
            await self._learn_topics(producer)
        except BaseException:
            await client.close_client(producer)
            raise
        self._producer = producer

    async def commit(self, facts: Sequence[Outgoing[Fact]], commands: Sequence[Outgoing[Command]]) -> Position | None:
        """All or nothing: the position after the last fact. Raises Fenced or OutcomeUnknown, and then this writer is of no more use.

        Raises OversizeError before anything is begun: that alone leaves the writer as it was.
        """
        assert self._producer is not None, "open() first; a writer that failed is thrown away"
        writes = [self._fact(fact) for fact in facts] + self._commands(commands)
        if not writes:
            return None
        producer, self._producer = self._producer, None  # Ours again after success only, whatever happens in between.
        try:
            written = await _transact(producer, writes)
            self._producer = producer
        except Exception as fault:
            raise _verdict(fault) from fault
        finally:
            if self._producer is None:
                await client.close_client(producer)
        return _end(written[len(facts) - 1]) if facts else None

    async def close(self) -> None:
        """Let go of the connection; never raises."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await client.close_client(producer)

    async def _learn_topics(self, producer: client.Producer) -> None:
        """Another partition count than the journal's would put tenants on wrong shards: then nothing is written."""
        shards = await _partition_count(producer, self._topics.journal)
        if shards != self._settings.shards:
            raise Unavailable(f"{self._topics.journal} has {shards} partitions, but HAWKER_KAFKA_SHARDS says {self._settings.shards}")
        for topic in map(self._topics.commands, Lane):
            self._turns.counts[topic] = await _partition_count(producer, topic)

    def _fact(self, fact: Outgoing[Fact]) -> _Write:
        return self._write(self._topics.journal, self._partition, fact)

    def _commands(self, commands: Sequence[Outgoing[Command]]) -> list[_Write]:
        """One partition of each topic, because each more costs a marker; the next transaction takes the next one."""
        chosen: dict[str, int] = {}
        writes = []
        for command in commands:
            topic = self._topics.commands(LANES[command.message.marketplace])
            partition = command.partition
            if partition is None or partition >= self._turns.counts[topic]:  # A bridge told of one that is not there: any bridge says so.
                partition = chosen[topic] if topic in chosen else chosen.setdefault(topic, self._turns.take(topic))
            writes.append(self._write(topic, partition, command))
        return writes

    def _write(self, topic: str, partition: int, outgoing: Outgoing[Fact] | Outgoing[Command]) -> _Write:
        message = outgoing.message
        value = self._encode(message) if outgoing.value is None else outgoing.value
        return _Write(topic, partition, message.tenant_id.encode(), value, to_headers(outgoing.envelope))


async def _transact(producer: client.Producer, writes: Sequence[_Write]) -> Sequence[client.Written]:
    await producer.begin_transaction()
    async with asyncio.timeout(SEND_SECONDS_MAX):
        sent = [await producer.send(w.topic, w.value, w.key, w.partition, headers=w.headers) for w in writes]
        written = await asyncio.gather(*sent)  # Aiokafka commits although a send has failed; so every one is seen first.
    async with asyncio.timeout(COMMIT_SECONDS_MAX):
        await producer.commit_transaction()
    return written


def _end(last: client.Written) -> Position | None:
    """A send that was repeated because its answer was lost stands where the broker does not say."""
    return last.offset + 1 if last.offset >= 0 else None


def _verdict(fault: Exception) -> Fenced | OutcomeUnknown:
    if isinstance(fault, (ProducerFenced, InvalidProducerEpoch)):
        return Fenced("another owner has opened this journal, or the broker has given our transaction up")
    return OutcomeUnknown(f"the transaction did not end as it should: {fault!r}")


async def _partition_count(producer: client.Producer, topic: str) -> int:
    """Raises Unavailable."""
    try:
        async with asyncio.timeout(METADATA_SECONDS_MAX):
            return len(await producer.partitions_for(topic))
    except (KafkaError, TimeoutError) as fault:
        raise Unavailable(f"topic {topic} cannot be reached: {fault!r}") from fault


class KafkaJournalReader:
    """Reads what is committed, from any place, as often as one likes. Belongs to no group and keeps nothing."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._journal = settings.topics.journal

    async def end(self, partition: int) -> Position:
        """The last stable offset: everything before it is settled. Raises Unavailable."""
        place = client.TopicPartition(self._journal, partition)
        async with self._consumer() as consumer:
            try:
                async with asyncio.timeout(METADATA_SECONDS_MAX):
                    consumer.assign([place])  # Makes the topic known; else the first answer is "unknown" and costs a back-off.
                    return (await consumer.end_offsets([place]))[place]
            except (KafkaError, TimeoutError) as fault:
                raise Unavailable(f"the end of {self._journal}/{partition} is not to be had: {fault!r}") from fault

    async def read(self, partition: int, start: Position, end: Position) -> AsyncIterator[Sequence[Recorded[Fact]]]:
        """Committed facts from `start` up to `end`, in order, page by page. Raises Unavailable or UnreadableFact."""
        if start >= end:
            return
        place = client.TopicPartition(self._journal, partition)
        async with self._consumer() as consumer:
            consumer.assign([place])
            consumer.seek(place, start)
            while page := await _page(consumer, place, end):
                if facts := [_fact(record) for record in page if record.offset < end]:
                    yield facts
                await asyncio.sleep(0)  # A full prefetch would keep the loop, and the group's heartbeat shares it.

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[client.Consumer]:
        # No reset: a journal that does not reach back to `start` has a hole, and must not be folded.
        consumer = client.consumer(self._settings, f"{self._settings.topic_prefix}.journal-reader", auto_offset_reset="none")
        await client.open_client(consumer)
        try:
            yield consumer
        finally:
            await client.close_client(consumer)


async def _page(consumer: client.Consumer, place: client.TopicPartition, end: Position) -> Sequence[client.Record]:
    """Empty at the end. The position counts and not the last record: control records have offsets too, and are never given out."""
    try:
        async with asyncio.timeout(PAGE_SECONDS_MAX):
            while await consumer.position(place) < end:
                found = await consumer.getmany(place, timeout_ms=_POLL_MS, max_records=PAGE_RECORDS_MAX)
                if records := found.get(place):
                    return records
            return ()
    except (KafkaError, TimeoutError) as fault:
        raise Unavailable(f"{place.topic}/{place.partition} cannot be read: {fault!r}") from fault


def _fact(record: client.Record) -> Recorded[Fact]:
    recorded = read(record, FACTS)
    if isinstance(recorded.message, Undecodable):
        raise UnreadableFact(f"{recorded.place}: {recorded.message.reason}")
    return cast("Recorded[Fact]", recorded)  # FACTS holds the members of Fact, and no other model.
