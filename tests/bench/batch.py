"""One large batch through the whole local stack by `hawker submit`, beside it small ones of another tenant on the same shard: seconds, and each process's memory."""

import asyncio
import csv
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from time import perf_counter

import psutil
import psycopg
from pydantic_core import from_json

from hawker.client import Batch, Hawker
from hawker.contracts.partitioning import partition_of
from hawker.contracts.words import BatchStatus, JobStatus, Marketplace
from local_stack.programs import PARTITIONS
from local_stack.seed import TENANT, Seller
from local_stack.stack import Stack
from tests.bench import meter
from tests.support.crowd import DESCRIPTION
from tests.support.stories import product

SMALL_PRODUCTS = 10
ALONE_RUNS = 5
SPACING_SECONDS = 3.0
"""Between two small batches, so that they are no load themselves."""
SAMPLE_SECONDS = 1.0
SECONDS_MAX = 3 * 3600
COMMAND = "hawker submit"
NEIGHBOUR = next(name for n in count() if partition_of(name := f"neighbour-{n}", PARTITIONS) == partition_of(TENANT, PARTITIONS))
SELLERS = (Seller(), Seller(NEIGHBOUR))
BROWSERS = ("browser-2",)
"""Each seller has one."""
LAST_CHUNK = "select max(at) from history where tenant_id = %s and batch_id = %s and type = 'hawker.batch.items-accepted.v1'"


@dataclass(frozen=True, slots=True)
class Small:
    """Seconds of one small batch: from its request to its end as its seller sees it, and from its acceptance to its end by the journal."""

    seen: float
    decided: float


@dataclass(slots=True)
class Figures:
    products: int
    sent_seconds: float = 0.0
    accepted_seconds: float = 0.0
    carried_seconds: float = 0.0
    alone: Sequence[Small] = ()
    beside: Sequence[Small] = ()
    reads: Mapping[str, float] = field(default_factory=dict)
    before: Mapping[str, float] = field(default_factory=dict)
    """MiB by process."""
    peak: dict[str, float] = field(default_factory=dict)

    def kib_per_product(self, name: str) -> float:
        return (self.peak[name] - self.before.get(name, self.peak[name])) * 1024 / self.products


async def measure(stack: Stack, products: int) -> Figures:
    figures = Figures(products)
    async with _client(stack, TENANT) as large, _client(stack, NEIGHBOUR) as small:
        figures.alone = [await _small(small, f"alone-{number}") for number in range(ALONE_RUNS)]
        figures.before = _memory(stack)
        async with asyncio.timeout(SECONDS_MAX), _sampling(stack, figures.peak):
            carrying = asyncio.create_task(_carry(stack, large, figures))
            figures.beside = [one async for one in _while_running(carrying, small)]
        batch = carrying.result()
        await _tell_times(stack, batch, figures)
        figures.reads = await _reads(large, batch.id)
    return figures


@asynccontextmanager
async def _client(stack: Stack, tenant: str) -> AsyncIterator[Hawker]:
    environment = stack.environment(tenant=tenant)
    async with Hawker(environment["HAWKER_API_URL"], environment["HAWKER_TOKEN"]) as hawker:
        yield hawker


async def _small(hawker: Hawker, name: str) -> Small:
    began = perf_counter()
    batch = await hawker.submit([product(f"{name}-{n}") for n in range(SMALL_PRODUCTS)], Marketplace.EBAY)
    ended = await _ended(hawker, batch.id)
    assert ended.status is BatchStatus.COMPLETED, "a figure of work that failed is none"
    return Small(perf_counter() - began, _seconds(ended))


async def _ended(hawker: Hawker, batch_id: str) -> Batch:
    return [batch async for batch in hawker.watch(batch_id)][-1]


async def _while_running(carrying: asyncio.Task[Batch], small: Hawker) -> AsyncIterator[Small]:
    for number in count():
        if carrying.done():
            return
        yield await _small(small, f"beside-{number}")
        await asyncio.wait([carrying], timeout=SPACING_SECONDS)


async def _carry(stack: Stack, hawker: Hawker, figures: Figures) -> Batch:
    """The large batch, when it has ended."""
    batch = await _ended(hawker, await _submitted(stack, figures))
    assert batch.status is BatchStatus.COMPLETED, "a figure of work that failed is none"
    return batch


async def _submitted(stack: Stack, figures: Figures) -> str:
    """The batch's id once the command has ended: everything is sent then."""
    file = stack.layout.folder / "catalogue.csv"
    _write_catalogue(file, figures.products)
    began = perf_counter()
    command = [sys.executable, "-m", "hawker.cli", "submit", str(file), "--marketplace", "ebay", "--json"]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, env=os.environ | stack.environment())
    reading = asyncio.create_task(process.communicate())
    while not reading.done():
        _keep_peak(figures.peak, {COMMAND: _mib(process.pid)})
        await asyncio.wait([reading], timeout=SAMPLE_SECONDS)
    told, said = reading.result()
    assert process.returncode == 0, said.decode()
    figures.sent_seconds = perf_counter() - began
    return str(from_json(told)["batch"]["id"])


def _write_catalogue(file: Path, products: int) -> None:
    with file.open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["Handle", "Title", "Body (HTML)", "Vendor", "Variant SKU", "Variant Price", "Variant Inventory Qty", "Image Src"])
        for number in range(products):
            name = f"stoneware-mug-{number}"
            picture = f"https://pictures.example/{name}.jpg"
            writer.writerow([name, f"Stoneware mug {number}", DESCRIPTION, "Pottery", name, "19.50", 3, picture])


@asynccontextmanager
async def _sampling(stack: Stack, peak: dict[str, float]) -> AsyncIterator[None]:
    async def sample() -> None:
        while True:
            _keep_peak(peak, await asyncio.to_thread(_memory, stack))
            await asyncio.sleep(SAMPLE_SECONDS)

    sampling = asyncio.create_task(sample())
    try:
        yield
    finally:
        sampling.cancel()


def _memory(stack: Stack) -> Mapping[str, float]:
    return {name: reading.memory_mib for name, reading in meter.read(stack).items()}


def _keep_peak(peak: dict[str, float], now: Mapping[str, float]) -> None:
    for name, mib in now.items():
        peak[name] = max(mib, peak.get(name, 0.0))


def _mib(pid: int) -> float:
    try:
        return float(psutil.Process(pid).memory_info().rss) / 2**20
    except psutil.NoSuchProcess:
        return 0.0


async def _tell_times(stack: Stack, batch: Batch, figures: Figures) -> None:
    """By the journal's own times, from the batch's acceptance on."""
    assert batch.requested_at is not None, "it was accepted"
    async with await psycopg.AsyncConnection.connect(stack.addresses.postgres_dsn) as connection:
        row = await (await connection.execute(LAST_CHUNK, (TENANT, batch.id))).fetchone()
    assert row is not None, "a maximum is a row"
    last: datetime = row[0]
    figures.accepted_seconds = (last - batch.requested_at).total_seconds()
    figures.carried_seconds = _seconds(batch)


def _seconds(batch: Batch) -> float:
    """By the journal's own times."""
    assert batch.requested_at is not None, "it was accepted"
    assert batch.ended_at is not None, "it has ended"
    return (batch.ended_at - batch.requested_at).total_seconds()


async def _reads(hawker: Hawker, batch_id: str) -> Mapping[str, float]:
    """Seconds of what a person looks at, with the large batch there."""
    looks = {
        "the batch": hawker.batch(batch_id),
        "its first jobs": anext(hawker.jobs(batch_id=batch_id)),
        "its failed jobs (none)": anext(hawker.jobs(batch_id=batch_id, status=JobStatus.FAILED)),
        "the newest jobs": anext(hawker.jobs()),
        "the newest tasks": anext(hawker.tasks()),
        "the batches": anext(hawker.batches()),
    }
    seconds: dict[str, float] = {}
    for name, look in looks.items():
        began = perf_counter()
        await look
        seconds[name] = perf_counter() - began
    return seconds
