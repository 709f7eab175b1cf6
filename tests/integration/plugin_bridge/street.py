"""The bridge's own street on real servers: commands go in as the orchestrator writes them, outcomes come out, and flea stands at the end."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer  # type: ignore[import-untyped]  # it ships no types
from pydantic import SecretStr

from hawker.contracts.codec import OUTCOMES, encode
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.envelope import Envelope, to_headers
from hawker.contracts.outcomes import Outcome, PluginConnected, TaskFailed, TaskSucceeded
from hawker.contracts.plugin import CloseCode
from hawker.contracts.topics import Lane
from hawker.contracts.words import Marketplace, Result, TaskKind
from hawker.kafka.records import read
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from hawker.worker.settings import MarketplaceSettings, WorkerSettings
from plugin_bridge.plugin.devices import Device, Devices
from plugin_bridge.settings import BridgeSettings, FleaSettings
from plugin_bridge.wiring import Settings, run
from sandbox.browser import BrowserSettings, Extension
from sandbox.browser_seller import Seller
from sandbox.testing import Sandbox

ORIGIN = "chrome-extension://tests"
PATIENCE_SECONDS = 45
TENANT = "tenant-1"


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Street:
    """`outcomes` grows as they are told."""

    kafka: KafkaSettings
    database: str
    sandbox: Sandbox
    port: int = field(default_factory=free_port)
    outcomes: list[Outcome] = field(default_factory=list)
    _producer: Any = None  # Any: aiokafka has no types

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Street"]:
        self._producer = AIOKafkaProducer(bootstrap_servers=self.kafka.bootstrap)
        await self._producer.start()
        following = asyncio.create_task(self._follow())
        try:
            yield self
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await self._producer.stop()

    async def _follow(self) -> None:
        consumer = AIOKafkaConsumer(
            self.kafka.topics.outcomes, bootstrap_servers=self.kafka.bootstrap, auto_offset_reset="earliest", group_id=None
        )
        await consumer.start()
        try:
            async for record in consumer:
                message: Any = read(record, OUTCOMES).message  # Any: the table's models are the union's members
                self.outcomes.append(message)
        finally:
            await consumer.stop()

    # What stands around the bridge.

    async def pair(self, tenant_id: str = TENANT, account_id: str = "main") -> tuple[Device, SecretStr]:
        async with await open_pool(PostgresSettings(dsn=SecretStr(self.database))) as pool:
            return await Devices(pool).pair(tenant_id, account_id, Marketplace.FLEA)

    @asynccontextmanager
    async def bridge(self, port: int | None = None) -> AsyncIterator[None]:
        """A bridge of this process, told to stop at the end and waited for."""
        settings = Settings(
            BridgeSettings(port=port or self.port, origins=(ORIGIN,)),
            FleaSettings(url=self.sandbox.url("flea")),
            self.kafka,
            PostgresSettings(dsn=SecretStr(self.database)),
            MarketplaceSettings(pictures_base_url=self.sandbox.url("pictures")),
            WorkerSettings(),
        )
        stop = asyncio.Event()
        running = asyncio.create_task(run(settings, stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(running, PATIENCE_SECONDS)

    @asynccontextmanager
    async def bridge_process(self) -> AsyncIterator[Process]:
        """`python -m plugin_bridge`; killed at the end if it still runs."""
        environment = {
            "HAWKER_KAFKA_BOOTSTRAP": self.kafka.bootstrap,
            "HAWKER_KAFKA_TOPIC_PREFIX": self.kafka.topic_prefix,
            "HAWKER_KAFKA_SHARDS": str(self.kafka.shards),
            "HAWKER_KAFKA_COMMAND_PARTITIONS": str(self.kafka.command_partitions),
            "HAWKER_KAFKA_SESSION_TIMEOUT_SECONDS": "6",
            "HAWKER_POSTGRES_DSN": self.database,
            "HAWKER_PICTURES_BASE_URL": self.sandbox.url("pictures"),
            "HAWKER_FLEA_URL": self.sandbox.url("flea"),
            "HAWKER_BRIDGE_PORT": str(self.port),
            "HAWKER_BRIDGE_ORIGINS": ORIGIN,
        }
        async with python("plugin_bridge", **environment) as process:
            yield process

    @asynccontextmanager
    async def browser(self, device: Device, token: SecretStr, *, origin: str = ORIGIN) -> AsyncIterator[asyncio.Task[CloseCode]]:
        """A browser of this process. It ends with the code that only a person can help with."""
        settings = BrowserSettings(
            bridge_url=f"ws://127.0.0.1:{self.port}/",
            device_id=device.device_id,
            token=token,
            flea_url=self.sandbox.url("flea"),
            user=user_of(device),
            origin=origin,
        )
        seller = Seller(settings.flea_url, settings.user, settings.password)
        living = asyncio.create_task(Extension(settings, seller).live())
        try:
            yield living
        finally:
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)
            await seller.close()

    @asynccontextmanager
    async def browser_process(self, device: Device, token: SecretStr, **changes: str) -> AsyncIterator[Process]:
        """`python -m sandbox.browser`; killed at the end if it still runs."""
        environment = {
            "HAWKER_BROWSER_BRIDGE_URL": f"ws://127.0.0.1:{self.port}/",
            "HAWKER_BROWSER_DEVICE_ID": device.device_id,
            "HAWKER_BROWSER_TOKEN": token.get_secret_value(),
            "HAWKER_BROWSER_FLEA_URL": self.sandbox.url("flea"),
            "HAWKER_BROWSER_USER": user_of(device),
            "HAWKER_BROWSER_ORIGIN": ORIGIN,
        }
        async with python("sandbox.browser", **(environment | changes)) as process:
            yield process

    # What the orchestrator does.

    async def connected(self, device: Device, count: int = 1) -> PluginConnected:
        """The device's latest announcement, once there are `count`."""
        await until(lambda: len(self._announcements(device)) >= count)
        return self._announcements(device)[-1]

    async def ask(self, command: ExecuteTask, partition: int = 0) -> None:
        envelope = Envelope(id=command.command_id, type=command.type_name, source="test", time=datetime.now(UTC))
        await self._producer.send_and_wait(
            self.kafka.topics.commands(Lane.PLUGIN), encode(command), partition=partition, headers=to_headers(envelope)
        )

    async def outcome(self, command: ExecuteTask) -> TaskSucceeded | TaskFailed:
        await until(lambda: self.outcomes_of(command))
        return self.outcomes_of(command)[0]

    async def do(self, command: ExecuteTask, at: PluginConnected) -> TaskSucceeded | TaskFailed:
        await self.ask(command, at.partition)
        return await self.outcome(command)

    def outcomes_of(self, command: ExecuteTask) -> list[TaskSucceeded | TaskFailed]:
        return [
            one
            for one in self.outcomes
            if isinstance(one, TaskSucceeded | TaskFailed)
            and (one.job_id, one.position, one.attempt) == (command.job_id, command.position, command.attempt)
        ]

    def _announcements(self, device: Device) -> list[PluginConnected]:
        return [one for one in self.outcomes if isinstance(one, PluginConnected) and one.session == device.device_id]

    # What flea says.

    @property
    def calls(self) -> dict[str, int]:
        return {operation: count for operation, count in self.sandbox.desks["flea"].counts.by_operation.items() if operation != "login"}

    @property
    def listings(self) -> list[dict[str, Any]]:  # Any: JSON
        return list(self.sandbox.desks["flea"].site.listings())

    @property
    def duplicates(self) -> int:
        return self.sandbox.desks["flea"].site.duplicates()


@asynccontextmanager
async def python(module: str, *arguments: str, **environment: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, *arguments, env=os.environ | environment, stdout=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def user_of(device: Device) -> str:
    """Who the browser's seller is at flea."""
    return f"{device.tenant_id}-{device.account_id}"


def command(operation: str, device: Device, input: Result, **changes: object) -> ExecuteTask:
    now = datetime.now(UTC)
    whole: dict[str, object] = {
        "tenant_id": device.tenant_id,
        "account_id": device.account_id,
        "marketplace": device.marketplace,
        "job_id": "job-1",
        "position": 2,
        "attempt": 1,
        "kind": TaskKind.PLUGIN_HTTP,
        "operation": operation,
        "input": input,
        "dispatched_at": now,
        "timeout_seconds": 60,
        "deadline": now + timedelta(seconds=60),
        "session": device.device_id,
    }
    return ExecuteTask.model_validate(whole | changes)


def form(handle: str = "chair") -> Result:
    return {
        "handle": handle,
        "form": {
            "handle": handle,
            "title": "A chair",
            "description": "To sit on",
            "price": "39.00",
            "quantity": "3",
            "sku": "chair-oak",
            "variants": [],
        },
    }


def first[T](found: Iterable[object], kind: type[T]) -> T:
    return next(one for one in found if isinstance(one, kind))
