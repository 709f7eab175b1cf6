"""A street without marketplaces: gateway, orchestrator and projector as processes on real servers, and a worker that does as it is told."""

import asyncio
import json
import os
import sys
import uuid
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import FailureKind
from hawker.contracts.listings import Product
from hawker.contracts.outcomes import Outcome
from hawker.contracts.topics import Topics
from hawker.kafka.settings import KafkaSettings
from local_stack.keys import Keys
from local_stack.ports import free_port
from tests.support import databases, fresh_topics
from tests.support.obedient_worker import obedient_worker
from tests.support.run import Run
from tests.support.stories import failed, succeeded

READY_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30
COMMAND_SECONDS_MAX = 90


@dataclass(frozen=True, slots=True)
class Told:
    """How a command ended and what it said."""

    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:  # Any: JSON, as the test knows it
        return json.loads(self.stdout)


@dataclass(frozen=True, slots=True)
class CommandLine:
    environ: Mapping[str, str]
    folder: Path

    async def __call__(self, *arguments: str, **environ: str) -> Told:
        """`hawker ...`, as a person runs it."""
        process = await _start("hawker.cli", *arguments, environ={**self.environ, **environ}, cwd=self.folder)
        async with asyncio.timeout(COMMAND_SECONDS_MAX):
            stdout, stderr = await process.communicate()
        assert process.returncode is not None
        told = Told(process.returncode, stdout.decode(), stderr.decode())
        assert "Traceback" not in told.stderr
        assert self.environ["HAWKER_TOKEN"] not in told.stdout + told.stderr
        return told


@dataclass(frozen=True, slots=True)
class Gateway:
    url: str
    keys: Keys
    kafka: KafkaSettings


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(kafka_bootstrap: str, run: Run, postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """Started once for all tests of a module: each test is a tenant of its own."""
    topics = fresh_topics.make(kafka_bootstrap)
    template = run.once("template", lambda: databases.migrated_template(postgres_dsn))
    keys = Keys(tmp_path_factory.mktemp("keys"))
    port = free_port()
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        name = databases.copy(connection, template)
        environ = _environ(kafka_bootstrap, topics, databases.dsn_of(postgres_dsn, name), port, keys)
        async with _street(kafka_bootstrap, topics, environ):
            url = f"http://127.0.0.1:{port}"
            await _ready(f"{url}/health/ready")
            yield Gateway(url, keys, _kafka(kafka_bootstrap, topics))
        databases.drop(connection, name)


@pytest.fixture
def hawker(gateway: Gateway, tmp_path: Path) -> CommandLine:
    return _command_line(gateway, tmp_path, f"tenant-{uuid.uuid4().hex[:8]}", "seller")


@pytest.fixture
def as_role(gateway: Gateway, tmp_path: Path) -> Callable[[str, str], CommandLine]:
    """The command in the hands of somebody with this tenant and this role."""
    return lambda tenant, role: _command_line(gateway, tmp_path, tenant, role)


def _command_line(gateway: Gateway, folder: Path, tenant: str, role: str) -> CommandLine:
    token = gateway.keys.token(tenant, role=role, subject="ann")
    return CommandLine({"HAWKER_API_URL": gateway.url, "HAWKER_TOKEN": token}, folder)


def _environ(kafka_bootstrap: str, topics: Topics, dsn: str, port: int, keys: Keys) -> Mapping[str, str]:
    return {
        "HAWKER_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "HAWKER_KAFKA_TOPIC_PREFIX": topics.prefix,
        "HAWKER_KAFKA_SHARDS": "4",
        "HAWKER_KAFKA_COMMAND_PARTITIONS": "4",
        "HAWKER_KAFKA_SESSION_TIMEOUT_SECONDS": "6",
        "HAWKER_POSTGRES_DSN": dsn,
        "HAWKER_GATEWAY_PORT": str(port),
        "HAWKER_JWKS_URL": keys.jwks.as_uri(),
    }


def _kafka(kafka_bootstrap: str, topics: Topics) -> KafkaSettings:
    return KafkaSettings(bootstrap=kafka_bootstrap, topic_prefix=topics.prefix, shards=4, command_partitions=4)


@asynccontextmanager
async def _street(kafka_bootstrap: str, topics: Topics, environ: Mapping[str, str]) -> AsyncIterator[None]:
    async with AsyncExitStack() as street:
        for arguments in (["orchestrator", "run"], ["orchestrator", "project"], ["api_gateway"]):
            await street.enter_async_context(_running(arguments, environ))
        await street.enter_async_context(obedient_worker(_kafka(kafka_bootstrap, topics), _refusing_what_has_no_price))
        yield


def _refusing_what_has_no_price(command: ExecuteTask) -> Outcome | None:
    if command.operation != "ebay.validate" or all(variant.price for variant in _product(command).variants):
        return succeeded(command)
    return failed(command, FailureKind.REJECTED, reason="The product has no price.")


def _product(command: ExecuteTask) -> Product:
    return Product.model_validate(command.input["product"])


@asynccontextmanager
async def _running(arguments: Sequence[str], environ: Mapping[str, str]) -> AsyncIterator[Process]:
    process = await _start(*arguments, environ=environ)
    drain = asyncio.gather(*(_swallow(stream) for stream in (process.stdout, process.stderr)))
    try:
        yield process
    finally:
        process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS_MAX):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        await drain


async def _start(module: str, *arguments: str, environ: Mapping[str, str], cwd: Path | None = None) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, env={**os.environ, **environ}, stdout=PIPE, stderr=PIPE, cwd=cwd
    )


async def _swallow(stream: asyncio.StreamReader | None) -> None:
    while stream is not None and await stream.read(65536):
        pass


async def _ready(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(READY_SECONDS_MAX):
        while not await _is_ready(client, url):
            await asyncio.sleep(0.1)


async def _is_ready(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx.TransportError:
        return False
