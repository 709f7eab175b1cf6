"""How long a shard with very many live jobs takes to come back, by its whole journal and by a snapshot.

A real Kafka and a real PostgreSQL; each figure is taken in a process of its own, with the loop and the settings of a service.
"""

import asyncio
import gc
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from time import perf_counter, process_time

import psutil
import psycopg
import structlog
import uvloop
from pydantic import SecretStr
from rich.console import Console

from hawker.contracts.commands import Command
from hawker.contracts.envelope import Envelope
from hawker.contracts.limits import BATCH_ITEMS_MAX
from hawker.contracts.recorded import Recorded
from hawker.contracts.requests import BatchItemsAdded
from hawker.kafka.clock import SystemClock
from hawker.kafka.journal import KafkaJournalReader, KafkaJournalWriter
from hawker.kafka.settings import KafkaSettings
from hawker.telemetry.process import COLLECT_AFTER
from orchestrator.core.checksum import checksum
from orchestrator.core.decide import Input
from orchestrator.core.state import Shard
from orchestrator.core.turn import take_turn
from orchestrator.shard.recover import recover_from
from orchestrator.shard.snapshots import Place, Snapshots
from orchestrator.snapshots.settings import SnapshotSettings, snapshot_store
from orchestrator.snapshots.write import copy_of
from tests.support import databases, fresh_topics, providers
from tests.support.run import Run
from tests.support.stories import TENANT, batch_requested, product, succeeded

SHARD = 0
CHUNK_ITEMS = 100
TICK_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Where:
    bootstrap: str
    prefix: str
    dsn: str

    @property
    def kafka(self) -> KafkaSettings:
        return KafkaSettings(bootstrap=self.bootstrap, topic_prefix=self.prefix, shards=fresh_topics.PARTITIONS)

    @property
    def snapshots(self) -> SnapshotSettings:
        return SnapshotSettings(postgres_dsn=SecretStr(self.dsn), snapshots=True)


@dataclass(frozen=True, slots=True)
class Figures:
    """`stall_ms` is the longest time in which the loop did nothing else."""

    jobs: int
    seconds: float
    cpu_seconds: float
    stall_ms: float
    memory_mib: float
    memory_before_mib: float
    facts: int
    checksum: str = ""
    copy_ms: float = 0.0
    bytes: int = 0


def measure(console: Console, jobs: int, ended: int) -> None:
    run = Run.join()
    try:
        with console.status("Starting Kafka and PostgreSQL"):
            where = _servers(run)
        with console.status(f"Writing a journal of {jobs + ended} jobs"):
            facts = _alone(_fill, where, jobs, ended)
        console.print(f"{facts:,} facts in the journal, {jobs:,} jobs alive")
        whole = _alone(_recover, where, False)
        _show(console, "the whole journal", whole)
        written = _alone(_snapshot, where)
        console.print(
            f"a snapshot: {written.seconds:.1f} s beside the shard ({written.cpu_seconds:.1f} s of CPU), copied in {written.copy_ms:.1f} ms, "
            f"{written.bytes / 2**20:.1f} MiB, the loop stood still for {written.stall_ms:.0f} ms at the most, "
            f"memory {written.memory_before_mib:.0f} -> {written.memory_mib:.0f} MiB"
        )
        loaded = _alone(_recover, where, True)
        _show(console, "a snapshot", loaded)
        assert loaded.checksum == whole.checksum, "both ways lead to one state"
    finally:
        providers.withdraw(run.folder)
        run.end()


def _servers(run: Run) -> Where:
    bootstrap = run.once("kafka", lambda: providers.kafka(run.folder))
    superuser = run.once("postgres", lambda: providers.postgres(run.folder))
    template = databases.migrated_template(superuser)
    with psycopg.connect(superuser, autocommit=True) as connection:
        name = databases.copy(connection, template)
    return Where(bootstrap, fresh_topics.make(bootstrap).prefix, databases.dsn_of(superuser, name))


def _alone[T](measure: Callable[..., Awaitable[T]], *arguments: object) -> T:
    """In a new process, so that its memory is its own."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
        return process.submit(_as_a_service, measure, *arguments).result()


def _as_a_service[T](measure: Callable[..., Awaitable[T]], *arguments: object) -> T:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)

    async def measured() -> T:
        return await measure(*arguments)

    return uvloop.run(measured())


async def _fill(where: Where, jobs: int, ended: int) -> int:
    """As an owner writes it. The ended ones go first; of the living, a window's worth is at the workers."""
    shard, facts = Shard(), 0
    writer = KafkaJournalWriter(where.kafka, SHARD)
    await writer.open()
    places = iter(range(1, 10**9))
    for count, is_ending in ((ended, True), (jobs, False)):
        for first in range(0, count, BATCH_ITEMS_MAX):
            size = min(BATCH_ITEMS_MAX, count - first)
            for inputs in _batch(f"batch-{is_ending}-{first}", size):
                facts += await _turn(shard, writer, inputs, places, work_through=is_ending)
    await writer.close()
    return facts


def _batch(name: str, size: int) -> Iterator[Sequence[Input]]:
    now = datetime.now(UTC)
    yield [batch_requested(name, size, requested_at=now, wait_seconds_max=86_400)]
    for sequence, first in enumerate(range(0, size, CHUNK_ITEMS)):
        goods = tuple(
            product(f"{name}-{n}", images=1 + n % 4, variants=3 if n % 3 == 0 else 1) for n in range(first, min(size, first + CHUNK_ITEMS))
        )
        yield [BatchItemsAdded(tenant_id=TENANT, requested_at=now, batch_id=name, sequence=sequence, products=goods)]


async def _turn(shard: Shard, writer: KafkaJournalWriter, inputs: Sequence[Input], places: Iterator[int], *, work_through: bool) -> int:
    facts, left = 0, list(inputs)
    while left:
        now = datetime.now(UTC)
        recorded = [Recorded("bench.requests", SHARD, next(places), Envelope("bench", "", "bench", now), message) for message in left]
        turn = take_turn(shard, recorded, (), now, "bench")
        await writer.commit(turn.facts, ())
        facts += len(turn.facts)
        commands: list[Command] = [outgoing.message for outgoing in turn.commands]
        left = [succeeded(command) for command in commands] if work_through else []
    return facts


async def _recover(where: Where, with_snapshot: bool) -> Figures:  # noqa: FBT001 - a process pool hands positions on
    before = _memory_mib()
    async with snapshot_store(where.snapshots, where.kafka.topics) as store:
        with _watched() as gaps:
            began, cpu = perf_counter(), process_time()
            recovered = await recover_from(KafkaJournalReader(where.kafka), SHARD, store if with_snapshot else None)
            seconds, cpu = perf_counter() - began, process_time() - cpu
            await asyncio.sleep(2 * TICK_SECONDS)
    return Figures(
        jobs=recovered.shard.live_count,
        seconds=seconds,
        cpu_seconds=cpu,
        stall_ms=max(gaps) * 1000,
        memory_mib=_memory_mib(),
        memory_before_mib=before,
        facts=recovered.facts,
        checksum=checksum(recovered.shard),
    )


async def _snapshot(where: Where) -> Figures:
    async with snapshot_store(where.snapshots, where.kafka.topics) as store:
        reader = KafkaJournalReader(where.kafka)
        recovered = await recover_from(reader, SHARD, None)
        end, last = await reader.end(SHARD), None
        async for page in reader.read(SHARD, end - 20, end):
            last = page[-1]
        assert store is not None, "there is a database"
        assert last is not None, "there is a journal"
        before, snapshots = _memory_mib(), Snapshots(SHARD, store, SystemClock(), asyncio.sleep)
        copying = perf_counter()
        copy_of(recovered.shard)
        copied = perf_counter() - copying
        with _watched() as gaps:
            began, cpu = perf_counter(), process_time()
            snapshots.turn_ended(recovered.shard, Place(last.offset + 1, last.envelope.id), recovered.shard.live_count * 2)
            assert snapshots._writing is not None, "it is due"
            await snapshots._writing
            seconds, cpu = perf_counter() - began, process_time() - cpu
        head = (await store.heads(SHARD))[0]
    return Figures(head.jobs_live, seconds, cpu, max(gaps) * 1000, _memory_mib(), before, 0, head.checksum, copied * 1000, head.bytes)


@contextmanager
def _watched() -> Iterator[list[float]]:
    """How long the loop was away, each time that it should have come back."""
    gaps: list[float] = []
    ticking = asyncio.get_running_loop().create_task(_tick(gaps))
    yield gaps
    ticking.cancel()


async def _tick(gaps: list[float]) -> None:
    while True:
        began = perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        gaps.append(perf_counter() - began - TICK_SECONDS)


def _memory_mib() -> float:
    return psutil.Process(os.getpid()).memory_info().rss / 2**20


def _show(console: Console, way: str, figures: Figures) -> None:
    console.print(
        f"recovered by {way}: {figures.seconds:.1f} s ({figures.cpu_seconds:.1f} s of CPU), {figures.facts:,} facts read, {figures.jobs:,} live jobs, the loop stood still for "
        f"{figures.stall_ms:.0f} ms at the most, memory {figures.memory_before_mib:.0f} -> {figures.memory_mib:.0f} MiB"
    )
