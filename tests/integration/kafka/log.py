"""What the tests of the log say and look at: small messages, and all that a topic holds."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]  # aiokafka ships no types
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType  # type: ignore[import-untyped]  # the same
from pydantic import BaseModel

from hawker.contracts.codec import encode
from hawker.contracts.commands import Command, ExecuteTask
from hawker.contracts.envelope import Envelope
from hawker.contracts.facts import Fact, JobCompleted
from hawker.contracts.outcomes import TaskSucceeded
from hawker.contracts.partitioning import partition_of
from hawker.contracts.recorded import Outgoing, Recorded
from hawker.contracts.requests import JobCancelRequested
from hawker.contracts.topics import Lane
from hawker.contracts.words import Marketplace, TaskKind
from hawker.kafka import client
from hawker.kafka.journal import KafkaJournalReader, KafkaJournalWriter
from hawker.kafka.producer import Publisher
from hawker.kafka.settings import KafkaSettings

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"
PATIENCE_SECONDS = 60.0
SETTLE_SECONDS_MAX = 3.0


def fact(name: str, tenant: str = "acme") -> Outgoing[Fact]:
    message = JobCompleted(tenant_id=tenant, at=NOW, job_id=name)
    return Outgoing(message, Envelope(id=f"fact-{name}", type=message.type_name, source="test", time=NOW, cause="requests/0/7"))


def command(name: str, marketplace: Marketplace = Marketplace.EBAY, partition: int | None = None) -> Outgoing[Command]:
    message = ExecuteTask(
        tenant_id="acme",
        account_id="main",
        marketplace=marketplace,
        job_id=name,
        position=0,
        attempt=1,
        kind=TaskKind.DIRECT_HTTP,
        operation="ebay.create_offer",
        input={},
        dispatched_at=NOW,
        timeout_seconds=30,
        deadline=NOW + timedelta(seconds=30),
    )
    return Outgoing(message, Envelope(id=message.command_id, type=message.type_name, source="test", time=NOW), partition)


def request(name: str, tenant: str = "acme") -> JobCancelRequested:
    return JobCancelRequested(tenant_id=tenant, requested_at=NOW, request_id=name, job_id="job")


def outcome(name: str, tenant: str = "acme") -> TaskSucceeded:
    return TaskSucceeded(tenant_id=tenant, job_id=name, position=0, attempt=1, waited_ms=1, took_ms=2)


def tenant_of(partition: int) -> str:
    """A tenant whose shard of four this is."""
    return next(f"tenant-{n}" for n in range(100) if partition_of(f"tenant-{n}", 4) == partition)


def noise(size: int) -> bytes:
    """Bytes that no compression makes smaller."""
    return os.urandom(size)


def encoder_with(swollen: str, size: int) -> Callable[[BaseModel], bytes]:
    """The codec, but for the message about job `swollen`, which is larger than the codec would let it be."""
    return lambda message: noise(size) if getattr(message, "job_id", "") == swollen else encode(message)


class SettlingWriter(KafkaJournalWriter):
    """A broker acknowledges a commit before its markers are written, and until then no reader sees it. Tests that look at once wait for that."""

    def __init__(self, settings: KafkaSettings, partition: int) -> None:
        super().__init__(settings, partition)
        self._kafka = settings

    async def commit(self, facts: Sequence[Outgoing[Fact]], commands: Sequence[Outgoing[Command]]) -> None:
        await super().commit(facts, commands)
        await _settle(self._kafka)


async def _settle(settings: KafkaSettings) -> None:
    """Nothing is open any more; or, where a test holds a transaction open on purpose, SETTLE_SECONDS_MAX have passed."""
    topics = settings.topics
    names = (topics.journal, *map(topics.commands, Lane))
    places = [client.TopicPartition(name, partition) for name in names for partition in range(settings.shards)]
    stable, written = (client.consumer(settings, "test", isolation_level=level) for level in ("read_committed", "read_uncommitted"))
    await asyncio.gather(client.open_client(stable), client.open_client(written))
    try:
        async with asyncio.timeout(SETTLE_SECONDS_MAX):
            while await stable.end_offsets(places) != await written.end_offsets(places):
                await asyncio.sleep(0.01)
    except TimeoutError:
        return
    finally:
        await asyncio.gather(client.close_client(stable), client.close_client(written))


@asynccontextmanager
async def writing(settings: KafkaSettings, partition: int = 0) -> AsyncIterator[KafkaJournalWriter]:
    writer = SettlingWriter(settings, partition)
    await writer.open()
    try:
        yield writer
    finally:
        await writer.close()


@asynccontextmanager
async def publishing(settings: KafkaSettings) -> AsyncIterator[Publisher]:
    publisher = Publisher(settings, "test")
    await publisher.start()
    try:
        yield publisher
    finally:
        await publisher.stop()


async def facts_of(settings: KafkaSettings, partition: int = 0, start: int = 0) -> list[Recorded[Fact]]:
    reader = KafkaJournalReader(settings)
    return [one async for page in reader.read(partition, start, await reader.end(partition)) for one in page]


async def jobs_of(settings: KafkaSettings, partition: int = 0) -> list[str]:
    return [getattr(one.message, "job_id", "") for one in await facts_of(settings, partition)]


async def records_of(settings: KafkaSettings, topic: str, partitions: int = 4) -> list[client.Record]:
    """All committed records, partition by partition."""
    consumer = client.consumer(settings, "test", auto_offset_reset="earliest")
    await client.open_client(consumer)
    try:
        places = [client.TopicPartition(topic, partition) for partition in range(partitions)]
        ends = await consumer.end_offsets(places)
        consumer.assign(places)
        for place in places:
            consumer.seek(place, 0)
        return [record for place in places for record in await _until(consumer, place, ends[place])]
    finally:
        await client.close_client(consumer)


async def _until(consumer: client.Consumer, place: client.TopicPartition, end: int) -> list[client.Record]:
    found: list[client.Record] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await consumer.position(place) < end:
            found += (await consumer.getmany(place, timeout_ms=50)).get(place, ())
    return found


def headers_of(record: client.Record) -> Mapping[str, str]:
    return {name: value.decode() for name, value in record.headers}


async def until(condition: Callable[[], bool]) -> None:
    """Returns when it holds; fails when it does not within PATIENCE_SECONDS."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.02)


async def set_topic(settings: KafkaSettings, topic: str, config: Mapping[str, str]) -> None:
    """Returns when the cluster shows it."""
    async with admin(settings) as cluster, asyncio.timeout(PATIENCE_SECONDS):
        await cluster.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, dict(config))])
        while not config.items() <= (await settings_of(settings, topic)).items():
            await asyncio.sleep(0.02)


async def settings_of(settings: KafkaSettings, topic: str) -> dict[str, str]:
    async with admin(settings) as cluster:
        [answer] = await cluster.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    return {entry[0]: entry[1] for entry in answer.resources[0][4]}


@asynccontextmanager
async def admin(settings: KafkaSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    cluster = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap)
    await cluster.start()
    try:
        yield cluster
    finally:
        await cluster.close()


def names(found: Sequence[Recorded[object]]) -> list[str]:
    """The request id or job id that each message was given."""
    return [str(getattr(one.message, "request_id", None) or getattr(one.message, "job_id", "?")) for one in found]
