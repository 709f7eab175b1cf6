"""Snapshots of live shards on a real Kafka and in a real PostgreSQL: taken, used, done without, and held against the journal by `verify`."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest
from pydantic import SecretStr

from hawker.contracts.facts import JobCompleted
from hawker.kafka.journal import KafkaJournalReader
from hawker.kafka.producer import Publisher
from hawker.kafka.settings import KafkaSettings
from orchestrator.__main__ import main
from orchestrator.core.checksum import checksum
from orchestrator.core.state import Shard
from orchestrator.job.state import Gone
from orchestrator.shard import snapshots as module
from orchestrator.shard.recover import recover, recover_from
from orchestrator.shard.service import Service
from orchestrator.snapshots.settings import SnapshotSettings, snapshot_store
from orchestrator.snapshots.store import PostgresSnapshots
from orchestrator.verification.verify import Verdict, Verification
from tests.support.obedient_worker import obedient_worker
from tests.support.orchestrators import orchestrator
from tests.support.stories import job_requested

SHARDS = 4
JOBS = 16
WAIT_SECONDS_MAX = 60.0
TENANTS = [f"tenant-{n}" for n in range(8)]


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot after every turn or two."""
    monkeypatch.setattr(module, "SNAPSHOT_FACTS", 1)
    monkeypatch.setattr(module, "SLICE_PAUSE_SECONDS", 0.0)


@pytest.fixture
def settings(database: str) -> SnapshotSettings:
    return SnapshotSettings(postgres_dsn=SecretStr(database), snapshots=True)


@pytest.fixture
async def store(kafka: KafkaSettings, settings: SnapshotSettings) -> AsyncIterator[PostgresSnapshots]:
    async with snapshot_store(settings, kafka.topics) as store:
        assert store is not None
        yield store


async def work(kafka: KafkaSettings, name: str) -> None:
    """So many jobs, from their requests to their ends; a service and a worker run."""
    publisher, topics = Publisher(kafka, "test"), kafka.topics
    await publisher.start()
    jobs = [job_requested(f"{name}-{n}", tenant_id=TENANTS[n % len(TENANTS)], requested_at=datetime.now(UTC)) for n in range(JOBS)]
    await asyncio.gather(*[publisher.publish(topics.requests, job.tenant_id, job, id=job.job_id) for job in jobs])
    await publisher.stop()
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while await ended(kafka, name) < JOBS:
            await asyncio.sleep(0.2)


async def ended(kafka: KafkaSettings, name: str) -> int:
    reader, count = KafkaJournalReader(kafka), 0
    for shard in range(SHARDS):
        async for page in reader.read(shard, 0, await reader.end(shard)):
            count += sum(isinstance(recorded.message, JobCompleted) and recorded.message.job_id.startswith(name) for recorded in page)
    return count


async def snapshot_of_the_end(kafka: KafkaSettings, store: PostgresSnapshots, shard: int) -> None:
    """Once nothing happens any more, the shard's newest snapshot is of all that happened: its drain leaves it."""
    recovered = await recover_from(KafkaJournalReader(kafka), shard, store)
    assert recovered.facts == 0
    assert checksum(recovered.shard) == checksum(await recover(KafkaJournalReader(kafka), shard))


async def test_an_orchestrator_leaves_snapshots_and_the_next_one_goes_on_from_them(kafka: KafkaSettings, store: PostgresSnapshots) -> None:
    async with obedient_worker(kafka) as worker:
        async with orchestrator(kafka, store):
            await work(kafka, "before")
        for shard in range(SHARDS):
            await snapshot_of_the_end(kafka, store, shard)
        async with orchestrator(kafka, store) as service:
            await work(kafka, "after")
            live = shards_of(service)
            for shard, state in live.items():
                assert checksum(state) == checksum(await recover(KafkaJournalReader(kafka), shard))
    assert set(worker.seen.values()) == {1}, "no decision was taken twice"
    assert sorted(live) == list(range(SHARDS))


def shards_of(service: Service) -> Mapping[int, Shard]:
    return {shard: keeper.owner.shard for shard, keeper in service.keepers.items() if keeper.owner is not None}


async def test_spoilt_snapshots_cost_a_replay_and_nothing_else(kafka: KafkaSettings, store: PostgresSnapshots, database: str) -> None:
    async with obedient_worker(kafka) as worker:
        async with orchestrator(kafka, store):
            await work(kafka, "before")
        with psycopg.connect(database) as connection:
            connection.execute("update snapshot_chunks set chunk = 'spoilt' where partition % 2 = 0")
            connection.execute("update snapshots set version = version + 1 where partition % 2 = 1")
        async with orchestrator(kafka, store):
            await work(kafka, "after")
    assert set(worker.seen.values()) == {1}, "no decision was taken twice"
    for shard in range(SHARDS):
        await snapshot_of_the_end(kafka, store, shard)


async def test_a_shard_runs_while_the_snapshots_database_is_away(kafka: KafkaSettings) -> None:
    away = SnapshotSettings(postgres_dsn=SecretStr("postgresql://nobody@127.0.0.1:1/none"), snapshots=True)
    async with snapshot_store(away, kafka.topics) as store, obedient_worker(kafka), orchestrator(kafka, store):
        await work(kafka, "alone")


async def verified(kafka: KafkaSettings, settings: SnapshotSettings) -> Verdict:
    verification = Verification(kafka, settings, (), watch=False)
    await verification.run(asyncio.Event())
    return verification.verdict


async def test_verify_finds_a_live_orchestrator_equal_to_its_journal(
    kafka: KafkaSettings, settings: SnapshotSettings, store: PostgresSnapshots, capsys: pytest.CaptureFixture[str]
) -> None:
    async with obedient_worker(kafka), orchestrator(kafka, store):
        await work(kafka, "right")
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            while not all([await store.heads(shard) for shard in range(SHARDS)]):
                await asyncio.sleep(0.1)
        assert await verified(kafka, settings) is Verdict.EQUAL
    said = capsys.readouterr().out
    assert {int(shard) for shard in re.findall(r"^shard (\d): snapshot .* live jobs: equal$", said, re.MULTILINE)} == set(range(SHARDS))


async def test_verify_names_what_is_wrong_in_a_live_state(
    kafka: KafkaSettings, settings: SnapshotSettings, store: PostgresSnapshots, capsys: pytest.CaptureFixture[str]
) -> None:
    async with obedient_worker(kafka), orchestrator(kafka, store) as service:
        await work(kafka, "before")
        wrong = [spoil(state) for state in shards_of(service).values()]
        await work(kafka, "after")
    assert await verified(kafka, settings) is Verdict.DIFFERENT
    said = capsys.readouterr().out
    for name in wrong:
        assert f"  job {name} differs\n" in said
    assert "NOT EQUAL" in said


def spoil(state: Shard) -> str:
    """One job of this shard says that it is another's: nothing that will be decided looks at it."""
    name, job = next((name, job) for name, job in state.jobs.items() if isinstance(job, Gone))
    state.jobs[name] = replace(job, batch_id="of-another")
    return name


async def test_verify_has_nothing_to_say_without_snapshots(
    kafka: KafkaSettings, settings: SnapshotSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await verified(kafka, settings) is Verdict.NOTHING_TO_COMPARE
    assert "shard 0: folded to 0, 0 live jobs" in capsys.readouterr().out


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of an operator who forgot the database."""
    monkeypatch.setenv("HAWKER_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.delenv("HAWKER_POSTGRES_DSN", raising=False)
    return monkeypatch


def test_verify_says_what_it_needs(told: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify"]) == Verdict.NOTHING_TO_COMPARE
    assert "HAWKER_POSTGRES_DSN" in capsys.readouterr().out


def test_verify_says_when_there_is_no_log(told: pytest.MonkeyPatch, database: str, capsys: pytest.CaptureFixture[str]) -> None:
    told.setenv("HAWKER_POSTGRES_DSN", database)
    assert main(["verify", "--shard", "0"]) == 1
    assert "verify: " in capsys.readouterr().err
