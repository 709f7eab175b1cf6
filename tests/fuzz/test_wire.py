"""Records that only a foreign client can write, through a real broker: no reader of the log stands still before them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiokafka.producer.message_accumulator as accumulator  # type: ignore[import-untyped]  # aiokafka ships no types
import aiokafka.producer.producer as sender  # type: ignore[import-untyped]  # the same
import pytest
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy  # type: ignore[import-untyped]  # the same

from hawker.contracts.codec import encode
from hawker.contracts.envelope import Envelope, to_headers
from hawker.contracts.limits import MESSAGE_BYTES_MAX
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.contracts.topics import Topics
from hawker.contracts.words import Marketplace
from hawker.kafka import client
from hawker.kafka.dead_letters import DeadLetters
from hawker.kafka.inbox import KafkaInbox
from hawker.kafka.journal import KafkaJournalWriter
from hawker.kafka.settings import KafkaSettings
from tests.integration.kafka import log
from tests.support import dead_letters

SHARD = 1
TENANT = log.tenant_of(SHARD)


class Bytes(str):
    """A header name that is no text."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:  # noqa: ARG002 - aiokafka asks for no other
        return b"\xff\xfe\xfd"


@pytest.fixture
def kafka(kafka_bootstrap: str, topics: Topics) -> KafkaSettings:
    return KafkaSettings(bootstrap=kafka_bootstrap, topic_prefix=topics.prefix, shards=4, command_partitions=4)


@pytest.fixture
async def stranger(kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[client.Producer]:
    for room in (sender, accumulator):  # Its fast builder takes plain text alone.
        monkeypatch.setattr(room, "DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy)
    producer = client.producer(kafka, "stranger", linger_ms=50, max_request_size=32 * 1024 * 1024)
    await client.open_client(producer)
    yield producer
    await client.close_client(producer)


async def write(
    producer: client.Producer, topic: str, name: str, *, odd: bool, value: bytes | None = None, key: bytes | None = None
) -> None:
    message = log.request(name, TENANT)
    envelope = Envelope(id=name, type=message.type_name, source="stranger", time=datetime.now(UTC))
    headers = [*to_headers(envelope), *([(Bytes("x"), b"1")] if odd else [])]
    await (await producer.send(topic, encode(message) if value is None else value, key or TENANT.encode(), SHARD, headers=headers))


async def taken(inbox: KafkaInbox, count: int) -> list[Recorded[object]]:
    found: list[Recorded[object]] = []
    async with asyncio.timeout(log.PATIENCE_SECONDS):
        while len(found) < count:
            found += await inbox.take(500, 5)
    return found


async def test_a_header_whose_name_is_no_text_stops_no_shard(kafka: KafkaSettings, stranger: client.Producer) -> None:
    """Aiokafka raised at such a record, at every reading anew, and lost those before it."""
    await asyncio.gather(*(write(stranger, kafka.topics.requests, f"r-{n}", odd=n == 1) for n in range(4)))
    inbox = KafkaInbox(kafka, SHARD)
    await inbox.seek({})
    try:
        found = await taken(inbox, 4)
    finally:
        await inbox.close()
    assert sorted(recorded.envelope.id for recorded in found) == ["r-0", "r-1", "r-2", "r-3"]
    assert not any(isinstance(recorded.message, Undecodable) for recorded in found)


async def test_a_record_far_larger_than_ours_is_a_dead_letter(kafka: KafkaSettings, stranger: client.Producer) -> None:
    """Compressed, it passes the broker's limit; its key alone was more than a dead letter may hold."""
    await write(stranger, kafka.topics.requests, "bomb", odd=True, value=b"0" * 3_000_000, key=b"k" * 2_000_000)
    inbox = KafkaInbox(kafka, SHARD)
    await inbox.seek({})
    try:
        (found,) = await taken(inbox, 1)
    finally:
        await inbox.close()
    letter = found.message
    assert isinstance(letter, Undecodable)
    async with log.publishing(kafka) as publisher:
        await DeadLetters(publisher, kafka.topics.dead_letters).put_recorded(
            Recorded(found.topic, found.partition, found.offset, found.envelope, letter)
        )
    (reason,) = await dead_letters.reasons(kafka, at_least=1)
    assert str(MESSAGE_BYTES_MAX) in reason


async def test_a_session_on_a_partition_that_is_not_there_stops_no_journal(kafka: KafkaSettings) -> None:
    """Aiokafka refused the whole transaction, and the shard acquired again and again."""
    writer = KafkaJournalWriter(kafka, SHARD)
    await writer.open()
    try:
        await writer.commit(
            [log.fact("f")],
            [log.command("lost", Marketplace.FLEA, partition=1_000_000), log.command("found", Marketplace.FLEA, partition=3)],
        )
    finally:
        await writer.close()
