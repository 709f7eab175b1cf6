"""One job of five tasks in a row, alone: the orchestrator and the workers' runner on a real Kafka, an HTTP call of 20 ms in each task."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import perf_counter
from unittest.mock import patch

import httpx
from aiohttp import web

from hawker.contracts.codec import FACTS
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.facts import JobCompleted, TaskSpec
from hawker.contracts.partitioning import partition_of
from hawker.contracts.topics import Lane
from hawker.contracts.words import Action, Marketplace, Result, TaskKind
from hawker.kafka import client
from hawker.kafka.producer import Publisher
from hawker.kafka.records import read
from hawker.kafka.settings import KafkaSettings
from hawker.worker.http import http_client
from hawker.worker.runner import Worker, run
from hawker.worker.settings import WorkerSettings
from orchestrator.plans import PLANS
from orchestrator.plans.steps import Step, lay_out
from orchestrator.wiring import run_shards
from tests.support.stories import TENANT, job_requested

TASKS = 5
CALL_SECONDS = 0.02
RUNS = 30
WARM_UP_RUNS = 5


async def measure(kafka: KafkaSettings) -> Sequence[float]:
    """Seconds from the request's acknowledgement to the job's end in the journal, one figure a run."""
    stop = asyncio.Event()
    with patch.dict(PLANS, {(Marketplace.EBAY, Action.PUBLISH): lambda _: _chain()}):
        async with _site() as url, _journal(kafka) as journal, asyncio.TaskGroup() as group:
            site = http_client(url)
            group.create_task(run_shards(kafka, stop))
            group.create_task(run(_worker(site), kafka, WorkerSettings(), stop))
            publisher = Publisher(kafka, "bench")
            await publisher.start()
            try:
                seconds = [await _one(publisher, journal, number, kafka.topics.requests) for number in range(WARM_UP_RUNS + RUNS)]
            finally:
                stop.set()
                await publisher.stop()
                await site.aclose()
    return seconds[WARM_UP_RUNS:]


def _chain() -> tuple[TaskSpec, ...]:
    names = [f"step_{number}" for number in range(TASKS)]
    return lay_out(
        *(Step(name, TaskKind.DIRECT_HTTP, "bench.call", {}, needs=tuple(names[max(0, n - 1) : n])) for n, name in enumerate(names))
    )


def _worker(shared: httpx.AsyncClient) -> Worker[httpx.AsyncClient]:
    async def call(_: ExecuteTask, site: httpx.AsyncClient) -> Result:
        (await site.get("/")).raise_for_status()
        return {}

    async def connect(_: ExecuteTask) -> httpx.AsyncClient:
        return shared

    return Worker(name="ebay-worker", lane=Lane.EBAY, handlers={"bench.call": call}, connect=connect)


async def _one(publisher: Publisher, journal: client.Consumer, number: int, requests: str) -> float:
    job = job_requested(f"alone-{number}", requested_at=datetime.now(UTC))
    began = perf_counter()
    await publisher.publish(requests, TENANT, job, id=job.job_id)
    async with asyncio.timeout(60):
        while not await _has_ended(journal, job.job_id):
            pass
    return perf_counter() - began


async def _has_ended(journal: client.Consumer, job_id: str) -> bool:
    found = await journal.getmany(timeout_ms=1000)
    facts = [read(record, FACTS).message for records in found.values() for record in records]
    return any(isinstance(fact, JobCompleted) and fact.job_id == job_id for fact in facts)


@asynccontextmanager
async def _journal(kafka: KafkaSettings) -> AsyncIterator[client.Consumer]:
    """The tenant's journal from its end on."""
    place = client.TopicPartition(kafka.topics.journal, partition_of(TENANT, kafka.shards))
    consumer = client.consumer(kafka, "bench")
    await client.open_client(consumer)
    consumer.assign([place])
    consumer.seek(place, (await consumer.end_offsets([place]))[place])
    yield consumer
    await client.close_client(consumer)


@asynccontextmanager
async def _site() -> AsyncIterator[str]:
    async def answer(_: web.Request) -> web.Response:
        await asyncio.sleep(CALL_SECONDS)
        return web.json_response({})

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()
