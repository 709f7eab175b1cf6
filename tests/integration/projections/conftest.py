"""A journal that a test writes, and a projector that a test starts and kills."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import asyncpg
import pytest
from pydantic import SecretStr

from hawker.contracts.envelope import Envelope
from hawker.contracts.facts import Fact
from hawker.contracts.partitioning import partition_of
from hawker.contracts.recorded import Outgoing
from hawker.contracts.topics import Topics
from hawker.kafka.journal import KafkaJournalWriter
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.settings import PostgresSettings
from orchestrator.projections.runner import run_projector

SHARDS = 4
TABLES = ("batches", "jobs", "tasks", "listings", "history")
WAIT_SECONDS_MAX = 30.0


@pytest.fixture
def kafka(kafka_bootstrap: str, topics: Topics) -> KafkaSettings:
    return KafkaSettings(
        bootstrap=kafka_bootstrap, topic_prefix=topics.prefix, shards=SHARDS, command_partitions=SHARDS, session_timeout_seconds=6
    )


@pytest.fixture
def postgres(database: str) -> PostgresSettings:
    return PostgresSettings(dsn=SecretStr(database))


@pytest.fixture
async def rows(database: str) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's look at what stands in the tables."""
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


class Journal:
    """Writes facts as the orchestrator does: in transactions, each on its tenant's partition."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._writers: dict[int, KafkaJournalWriter] = {}
        self._count = 0

    async def say(self, *facts: Fact) -> None:
        by_partition: dict[int, list[Outgoing[Fact]]] = {}
        for fact in facts:
            self._count += 1
            envelope = Envelope(id=str(self._count), type=fact.type_name, source="test", time=datetime.now(UTC))
            by_partition.setdefault(partition_of(fact.tenant_id, SHARDS), []).append(Outgoing(fact, envelope))
        for partition, outgoing in by_partition.items():
            await (await self._writer(partition)).commit(outgoing, [])

    async def _writer(self, partition: int) -> KafkaJournalWriter:
        if partition not in self._writers:
            self._writers[partition] = KafkaJournalWriter(self._kafka, partition)
            await self._writers[partition].open()
        return self._writers[partition]

    async def close(self) -> None:
        for writer in self._writers.values():
            await writer.close()


@pytest.fixture
async def journal(kafka: KafkaSettings) -> AsyncIterator[Journal]:
    journal = Journal(kafka)
    yield journal
    await journal.close()


class RunningProjector:
    def __init__(self, kafka: KafkaSettings, postgres: PostgresSettings) -> None:
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(run_projector(kafka, postgres, self._stop))

    async def stop(self) -> None:
        self._stop.set()
        await self._task

    async def kill(self) -> None:
        """Wherever it is, without a chance to end its work."""
        self._task.cancel()
        await asyncio.wait([self._task])


@pytest.fixture
async def start_projector(kafka: KafkaSettings, postgres: PostgresSettings) -> AsyncIterator[Callable[[], RunningProjector]]:
    started: list[RunningProjector] = []

    def start() -> RunningProjector:
        started.append(RunningProjector(kafka, postgres))
        return started[-1]

    yield start
    for projector in started:
        await projector.kill()


async def until(connection: asyncpg.Connection, query: str, expected: object, *args: object) -> None:
    """Waits until the query's first value is as expected."""
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while (found := await connection.fetchval(query, *args)) != expected:
            await asyncio.sleep(0.02)
    assert found == expected


async def everything(connection: asyncpg.Connection) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all read models."""
    found = {}
    for table in TABLES:
        rows = await connection.fetch(f"select * from {table} order by 1, 2, 3, 4")  # noqa: S608 - names of ours
        found[table] = [tuple(row) for row in rows]
    return found
