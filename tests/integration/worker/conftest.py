"""A worker on a real log: commands go in, outcomes come out, and its committed offsets can be asked for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pytest
from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]  # it ships no types

from hawker.contracts.codec import OUTCOMES
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.topics import Lane, Topics
from hawker.contracts.words import Marketplace, TaskKind
from hawker.kafka import client
from hawker.kafka.producer import Publisher
from hawker.kafka.records import read
from hawker.kafka.settings import KafkaSettings
from hawker.worker.handler import Handler, Worker
from hawker.worker.runner import run
from hawker.worker.settings import WorkerSettings

PATIENCE_SECONDS = 30


def command(job_id: str, **changes: object) -> ExecuteTask:
    now = datetime.now(UTC)
    whole: dict[str, object] = {
        "tenant_id": "tenant",
        "account_id": "main",
        "marketplace": Marketplace.EBAY,
        "job_id": job_id,
        "position": 0,
        "attempt": 1,
        "kind": TaskKind.DIRECT_HTTP,
        "operation": "test.do",
        "input": {},
        "dispatched_at": now,
        "timeout_seconds": 20,
        "deadline": now + timedelta(seconds=60),
    }
    return ExecuteTask.model_validate(whole | changes)


async def until(condition: Callable[[], Awaitable[bool] | bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            answer = condition()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.02)


class Log:
    """The log as a test sees it."""

    def __init__(self, settings: KafkaSettings) -> None:
        self.settings = settings
        self.topics: Topics = settings.topics
        self.commands = settings.topics.commands(Lane.EBAY)
        self._publisher = Publisher(settings, "test")

    async def __aenter__(self) -> Self:
        await self._publisher.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._publisher.stop()

    async def ask(self, *commands: ExecuteTask, key: str = "one partition", traceparent: str | None = None) -> None:
        for one in commands:
            await self._publisher.publish(self.commands, key, one, id=one.command_id, traceparent=traceparent)

    async def write(self, value: bytes, headers: list[tuple[str, bytes]]) -> None:
        await (await self._publisher.write(self.commands, key=b"one partition", value=value, headers=headers))

    async def outcomes(self, count: int) -> list[Any]:  # Any: the test names the class it expects
        """The first `count` outcomes in the order they were told."""
        records = await self.records(self.topics.outcomes, count)
        return [read(record, OUTCOMES).message for record in records]

    async def records(self, topic: str, count: int) -> list[client.Record]:
        consumer = AIOKafkaConsumer(bootstrap_servers=self.settings.bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
        await consumer.start()
        try:
            partitions = consumer.partitions_for_topic(topic) or await self._partitions(consumer, topic)
            consumer.assign([client.TopicPartition(topic, number) for number in partitions])
            found: list[client.Record] = []
            async with asyncio.timeout(PATIENCE_SECONDS):
                while len(found) < count:
                    for records in (await consumer.getmany(timeout_ms=200)).values():
                        found.extend(records)
            return sorted(found, key=lambda record: record.timestamp)
        finally:
            await consumer.stop()

    async def committed(self, worker_name: str) -> int:
        """The sum of the group's committed offsets: all a test needs that uses one partition."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.settings.bootstrap, group_id=self.topics.group(worker_name), enable_auto_commit=False
        )
        await consumer.start()
        try:
            places = [client.TopicPartition(self.commands, number) for number in range(self.settings.command_partitions)]
            return sum([await consumer.committed(place) or 0 for place in places])
        finally:
            await consumer.stop()

    @staticmethod
    async def _partitions(consumer: Any, topic: str) -> set[int]:  # Any: aiokafka has no types
        await consumer._client.force_metadata_update()
        found: set[int] = await consumer._client._wait_on_metadata(topic)
        return found


@pytest.fixture
async def log(kafka_bootstrap: str, topics: Topics) -> AsyncIterator[Log]:
    settings = KafkaSettings(
        bootstrap=kafka_bootstrap, topic_prefix=topics.prefix, shards=4, command_partitions=4, session_timeout_seconds=6
    )
    async with Log(settings) as log:
        yield log


async def _connected(_: ExecuteTask) -> str:
    return "account"


def worker(handler: Handler[str]) -> Worker[str]:
    return Worker(name="test-worker", lane=Lane.EBAY, handlers={"test.do": handler}, connect=_connected)


@asynccontextmanager
async def running(log: Log, handler: Handler[str], **limits: Any) -> AsyncIterator[asyncio.Task[None]]:  # Any: fields of WorkerSettings
    """A worker of this process, told to stop at the end and waited for."""
    stop = asyncio.Event()
    task = asyncio.create_task(run(worker(handler), log.settings, WorkerSettings(commit_interval_seconds=0.05, **limits), stop))
    try:
        yield task
    finally:
        stop.set()
        if not task.cancelled():
            await asyncio.wait([task], timeout=PATIENCE_SECONDS)
