"""The worker as its own process, between a real Kafka, a real PostgreSQL and the stand-in eBay."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.outcomes import TaskFailed, TaskSucceeded
from hawker.contracts.topics import Topics
from hawker.contracts.words import Marketplace
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from hawker.worker.accounts import Account, Accounts, Tokens
from hawker.worker.sealing import KeyRing
from sandbox.testing import Sandbox
from tests.integration.ebay_worker.conftest import DEFAULTS, PROFILE, effects, mug, plan_fault
from tests.integration.worker.conftest import Log, command, until

KEYS = f"test:{b64encode(os.urandom(32)).decode()}"


@pytest.fixture
async def log(kafka_bootstrap: str, topics: Topics) -> AsyncIterator[Log]:
    settings = KafkaSettings(
        bootstrap=kafka_bootstrap, topic_prefix=topics.prefix, shards=4, command_partitions=4, session_timeout_seconds=6
    )
    async with Log(settings) as log:
        yield log


@pytest.fixture
async def environment(log: Log, database: str, sandbox: Sandbox) -> Mapping[str, str]:
    """A connected account, and all that a worker reads from its environment."""
    async with await open_pool(PostgresSettings(dsn=SecretStr(database))) as pool:
        account = Account("demo", Marketplace.EBAY, "main", PROFILE)
        await Accounts(pool, KeyRing.parse(KEYS)).put(account, Tokens(refresh_token=SecretStr("ebay-refresh-main")))
    return os.environ | {
        "HAWKER_KAFKA_BOOTSTRAP": log.settings.bootstrap,
        "HAWKER_KAFKA_TOPIC_PREFIX": log.topics.prefix,
        "HAWKER_KAFKA_SESSION_TIMEOUT_SECONDS": "6",
        "HAWKER_POSTGRES_DSN": database,
        "HAWKER_CREDENTIALS_KEYS": KEYS,
        "HAWKER_PICTURES_BASE_URL": sandbox.url("pictures"),
        "HAWKER_DEFAULTS_FILE": str(DEFAULTS),
        "HAWKER_EBAY_API_URL": sandbox.url("ebay"),
        "HAWKER_EBAY_MEDIA_URL": sandbox.url("ebay"),
        "HAWKER_EBAY_CLIENT_ID": "sandbox-client",
        "HAWKER_EBAY_CLIENT_SECRET": "sandbox-secret",
    }


@asynccontextmanager
async def process(environment: Mapping[str, str]) -> AsyncIterator[Process]:
    started = await asyncio.create_subprocess_exec(sys.executable, "-m", "ebay_worker", env=environment, stdin=DEVNULL)
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


def upload(job_id: str, number: int) -> ExecuteTask:
    image = mug(images=3).images[number].model_dump(mode="json")
    return command(job_id, tenant_id="demo", operation="ebay.upload_image", input={"image": image})


def put_offer(job_id: str, *, sku: str = "MUG1") -> list[ExecuteTask]:
    """An item and its offer, as two tasks of one job."""
    item = {"sku": sku, "locale": "en_US", "payload": {"product": {"title": "Mug"}}}
    offer = {"sku": sku, "marketplaceId": "EBAY_US", "format": "FIXED_PRICE"}
    return [
        command(job_id, tenant_id="demo", operation="ebay.put_item", input={"item": item, "image_urls": []}),
        command(job_id, tenant_id="demo", position=1, operation="ebay.create_offer", input={"offer": offer}),
    ]


async def test_commands_become_outcomes_and_sigterm_ends_it_in_order(log: Log, environment: Mapping[str, str], sandbox: Sandbox) -> None:
    async with process(environment) as worker:
        await log.ask(*(upload(f"job-{number}", number) for number in range(3)))
        told = await log.outcomes(3)
        assert all(isinstance(one, TaskSucceeded) and one.result["url"] for one in told), told
        worker.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            assert await worker.wait() == 0
    assert await log.committed("ebay-worker") == 3
    assert effects(sandbox)["createImageFromFile"] == 3


async def test_killed_in_the_middle_of_a_create_its_successor_adopts_what_was_made(
    log: Log, environment: Mapping[str, str], sandbox: Sandbox
) -> None:
    item, offer = put_offer("job-1")
    plan_fault(sandbox, "createOffer", "timeout_after_effect", delay_seconds=60)
    async with process(environment) as worker:
        await log.ask(item)
        await log.outcomes(1)
        await log.ask(offer)
        await until(lambda: effects(sandbox).get("createOffer") == 1)
        worker.kill()
        await worker.wait()
    async with process(environment):
        told = await log.outcomes(2)
        if all(one.position == 0 for one in told):
            told = await log.outcomes(3)  # The item's offset was not committed before the kill, so its outcome was told again.
    adopted = next(one for one in told if one.position == 1)
    assert isinstance(adopted, TaskSucceeded), adopted
    assert adopted.result["created"] is False
    assert effects(sandbox)["createOffer"] == 1


async def test_an_account_that_is_not_connected_fails_its_task_and_no_other(log: Log, environment: Mapping[str, str]) -> None:
    async with process(environment):
        await log.ask(upload("job-0", 0).model_copy(update={"account_id": "nobody"}), upload("job-1", 1))
        told = {one.job_id: one for one in await log.outcomes(2)}
    assert isinstance(told["job-0"], TaskFailed)
    assert "is not connected" in told["job-0"].failure.reason
    assert isinstance(told["job-1"], TaskSucceeded)
