"""The worker as a process on a real log: it works, it stops when told, and what a killed one had begun is not begun twice."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]  # it ships no types

from etsy_worker.etsy import mapping
from etsy_worker.settings import load_defaults
from hawker.contracts.codec import OUTCOMES
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.outcomes import TaskSucceeded
from hawker.contracts.topics import Lane, Topics
from hawker.kafka.producer import Publisher
from hawker.kafka.records import read
from hawker.kafka.settings import KafkaSettings
from orchestrator.plans import etsy as plans
from sandbox.faults import Fault, FaultKind
from tests.integration.etsy_worker.conftest import DEFAULTS_FILE, KEYS, Street, command, opened
from tests.unit.etsy_worker.examples import PROFILE, product

PATIENCE_SECONDS = 60
MUG = product()
VALIDATE, CREATE = plans.publish(MUG)[0], plans.publish(MUG)[2]


@dataclass
class Log:
    settings: KafkaSettings
    publisher: Publisher

    async def ask(self, asked: ExecuteTask) -> None:
        await self.publisher.publish(self.settings.topics.commands(Lane.ETSY), asked.job_id, asked, id=asked.command_id)

    async def outcomes(self, count: int) -> list[object]:
        """The first `count` outcomes that workers told."""
        reader = AIOKafkaConsumer(self.settings.topics.outcomes, bootstrap_servers=self.settings.bootstrap, auto_offset_reset="earliest")
        await reader.start()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return [read(await reader.getone(), OUTCOMES).message for _ in range(count)]
        finally:
            await reader.stop()


@pytest.fixture
async def log(kafka_bootstrap: str, topics: Topics) -> AsyncIterator[Log]:
    settings = KafkaSettings(
        bootstrap=kafka_bootstrap, topic_prefix=topics.prefix, shards=4, command_partitions=4, session_timeout_seconds=6
    )
    publisher = Publisher(settings, "test")
    await publisher.start()
    yield Log(settings, publisher)
    await publisher.stop()


def environment(street: Street, log: Log) -> Mapping[str, str]:
    return {
        **os.environ,
        "HAWKER_KAFKA_BOOTSTRAP": log.settings.bootstrap,
        "HAWKER_KAFKA_TOPIC_PREFIX": log.settings.topic_prefix,
        "HAWKER_KAFKA_COMMAND_PARTITIONS": "4",
        "HAWKER_KAFKA_SESSION_TIMEOUT_SECONDS": "6",
        "HAWKER_POSTGRES_DSN": street.settings.postgres.dsn.get_secret_value(),
        "HAWKER_CREDENTIALS_KEYS": KEYS,
        "HAWKER_DEFAULTS_FILE": str(DEFAULTS_FILE),
        "HAWKER_PICTURES_BASE_URL": street.sandbox.url("pictures"),
        "HAWKER_ETSY_API_URL": street.sandbox.url("etsy"),
        "HAWKER_ETSY_KEYSTRING": "sandbox-key",
        "HAWKER_ETSY_SHARED_SECRET": "sandbox-secret",
    }


@asynccontextmanager
async def process(street: Street, log: Log) -> AsyncIterator[Process]:
    """A worker of its own, gone at the end whatever happened."""
    started = await asyncio.create_subprocess_exec(sys.executable, "-m", "etsy_worker", env=environment(street, log), stdout=DEVNULL)
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


def create() -> ExecuteTask:
    known = {"product": MUG.model_dump(mode="json"), "map": {"draft": mapping.draft(MUG, PROFILE, load_defaults(DEFAULTS_FILE))}}
    known["map"]["inventory"] = mapping.inventory(MUG, PROFILE)
    return command(CREATE, known, position=2)


async def test_a_worker_works_and_ends_well_when_told_to_stop(database: str, log: Log) -> None:
    async with opened(database) as street, process(street, log) as running:
        await log.ask(command(VALIDATE, {"product": MUG.model_dump(mode="json")}))
        (told,) = await log.outcomes(1)
        assert isinstance(told, TaskSucceeded)
        assert told.result == {"notes": []}
        running.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await running.wait() == 0


async def test_a_draft_that_a_killed_worker_made_is_adopted_by_the_next(database: str, log: Log) -> None:
    async with opened(database) as street:
        street.sandbox.faults.plan(
            Fault(marketplace="etsy", operation="createDraftListing", kind=FaultKind.TIMEOUT_AFTER_EFFECT, delay_seconds=60)
        )
        async with process(street, log) as killed:
            await log.ask(create())
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not street.standing():
                    await asyncio.sleep(0.05)
            killed.kill()
            await killed.wait()
        async with process(street, log):
            (told,) = await log.outcomes(1)
        assert isinstance(told, TaskSucceeded)
        assert [listing["listing_id"] for listing in street.standing()] == [told.result["listing_id"]]


async def test_a_worker_that_lacks_settings_says_which_and_ends() -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("HAWKER_")}
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", "etsy_worker", env=bare, stderr=PIPE)
    _, said = await asyncio.wait_for(running.communicate(), PATIENCE_SECONDS)
    assert running.returncode == 1
    assert said.decode().splitlines() == ["etsy-worker: HAWKER_ETSY_KEYSTRING: Field required; HAWKER_ETSY_SHARED_SECRET: Field required"]
