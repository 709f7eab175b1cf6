"""Joins the bridge's parts: settings to adapters, adapters to handlers, handlers to the runner. Holds no behaviour of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.outcomes import PluginConnected, PluginDisconnected
from hawker.contracts.topics import Lane
from hawker.contracts.words import Marketplace
from hawker.kafka.clock import SystemClock
from hawker.kafka.producer import Publisher
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.pool import UNREACHABLE, Pool, open_pool
from hawker.postgres.settings import PostgresSettings
from hawker.worker.handler import Worker
from hawker.worker.http import http_client
from hawker.worker.links import Links
from hawker.worker.pictures import Pictures
from hawker.worker.runner import run as run_worker
from hawker.worker.settings import MarketplaceSettings, WorkerSettings
from plugin_bridge.flea import defaults
from plugin_bridge.flea.site import Site
from plugin_bridge.handlers import HANDLERS
from plugin_bridge.handlers.account import FleaAccount
from plugin_bridge.plugin.browser import Browser
from plugin_bridge.plugin.devices import Devices
from plugin_bridge.plugin.presence import Presence, Tell
from plugin_bridge.plugin.server import Door, Hosts
from plugin_bridge.plugin.sessions import Sessions
from plugin_bridge.settings import NAME, BridgeSettings, FleaSettings

log = structlog.get_logger()

REVOCATIONS_SECONDS = 20.0
"""How long a revoked browser may stay connected."""


@dataclass(frozen=True, slots=True)
class Settings:
    bridge: BridgeSettings
    flea: FleaSettings
    kafka: KafkaSettings
    postgres: PostgresSettings
    marketplace: MarketplaceSettings
    limits: WorkerSettings

    @classmethod
    def from_environment(cls) -> "Settings":
        """Raises pydantic.ValidationError."""
        # BaseSettings fills its fields from the environment, which the type checker cannot see.
        return cls(BridgeSettings(), FleaSettings(), KafkaSettings(), PostgresSettings(), MarketplaceSettings(), WorkerSettings())


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Serves browsers and works until `stop` is set; then lets what runs end, and only then sends the browsers away."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(await open_pool(settings.postgres))
        publisher = Publisher(settings.kafka, NAME)
        await publisher.start()
        stack.push_async_callback(publisher.stop)
        sessions = Sessions()
        clock = SystemClock()
        presence = Presence(sessions, _telling(publisher, settings.kafka), clock.now)
        hosts = Hosts({Marketplace.FLEA: (settings.flea.host,)})
        door = Door(Devices(pool), sessions, presence, hosts, clock.now)
        port = await stack.enter_async_context(door.open(settings.bridge.host, settings.bridge.port, settings.bridge.origins))
        log.info("browsers connect here", host=settings.bridge.host, port=port)
        worker = await stack.enter_async_context(_worker(settings, pool, sessions, presence, hosts))
        await _work(worker, settings, door, stop)


@asynccontextmanager
async def _worker(
    settings: Settings, pool: Pool, sessions: Sessions, presence: Presence, hosts: Hosts
) -> AsyncIterator[Worker[FleaAccount]]:
    shop = defaults.load(settings.marketplace.defaults_file)
    links = Links(pool)
    async with http_client("") as client:
        pictures = Pictures(client, settings.marketplace.pictures_base_url)

        async def connect(command: ExecuteTask) -> FleaAccount:
            """Whether the browser is there is asked when a request is made: half of the operations need none."""
            browser = Browser(sessions, command, hosts.of(command.marketplace))
            return FleaAccount(Site(browser, settings.flea.url), pictures, links, shop)

        yield Worker(NAME, Lane.PLUGIN, HANDLERS, connect, presence.assigned)


async def _work(worker: Worker[FleaAccount], settings: Settings, door: Door, stop: asyncio.Event) -> None:
    """The runner decides when it is over; what runs beside it ends with it."""
    async with asyncio.TaskGroup() as beside:
        others = [beside.create_task(door.presence.follow()), beside.create_task(_end_revoked_now_and_then(door))]
        await run_worker(worker, settings.kafka, settings.limits, stop)
        for other in others:
            other.cancel()


async def _end_revoked_now_and_then(door: Door) -> None:
    while True:
        await asyncio.sleep(REVOCATIONS_SECONDS)
        try:
            await door.end_revoked()
        except UNREACHABLE as fault:
            log.warning("revoked devices cannot be read", fault=type(fault).__name__)


def _telling(publisher: Publisher, kafka: KafkaSettings) -> Tell:
    async def tell(message: PluginConnected | PluginDisconnected) -> None:
        verb = "connected" if isinstance(message, PluginConnected) else "disconnected"
        await publisher.publish(kafka.topics.outcomes, message.tenant_id, message, id=f"{message.session}:{message.epoch}:{verb}")

    return tell
