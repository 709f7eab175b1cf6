"""Joins the gateway's parts and lets uvicorn serve them. Holds no behaviour of its own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn

from api_gateway import app
from api_gateway.asking import Rooms
from api_gateway.auth import Tokens
from api_gateway.book import PostgresBook
from api_gateway.database import ROLE, Database
from api_gateway.health import Dependencies
from api_gateway.intake import Intake
from api_gateway.letters.handling import Handling
from api_gateway.letters.reads import PostgresLetterReads
from api_gateway.limits import Intakes
from api_gateway.publishing import Outlet
from api_gateway.reads import PostgresReads
from api_gateway.settings import GatewaySettings
from hawker.kafka.producer import Publisher
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings

NAME = "api-gateway"
DRAIN_SECONDS_MAX = 15
KEEP_ALIVE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Settings:
    gateway: GatewaySettings
    kafka: KafkaSettings
    postgres: PostgresSettings

    @classmethod
    def from_environment(cls) -> "Settings":
        """Raises pydantic.ValidationError."""
        return cls(GatewaySettings(), KafkaSettings(), PostgresSettings())


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Serves until `stop`, then lets running requests end."""
    async with rooms(settings) as joined:
        config = uvicorn.Config(
            app.make(joined),
            host=settings.gateway.gateway_host,
            port=settings.gateway.gateway_port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=DRAIN_SECONDS_MAX,
        )
        server = _Server(config)
        stopping = asyncio.create_task(_stop(server, stop))
        try:
            await server.serve()
        finally:
            stopping.cancel()


@asynccontextmanager
async def rooms(settings: Settings) -> AsyncIterator[Rooms]:
    """Everything behind the routes. Neither Kafka nor PostgreSQL need be there yet."""
    outlet = Outlet(Publisher(settings.kafka, NAME))
    gateway = settings.gateway
    async with await open_pool(settings.postgres, role=ROLE) as pool:
        outlet.start()
        try:
            database = Database(pool)
            yield Rooms(
                tokens=Tokens(gateway.jwks_url, gateway.jwt_audience, gateway.jwt_issuer),
                reads=PostgresReads(database),
                intake=Intake(PostgresBook(database), outlet, settings.kafka.topics.requests),
                intakes=Intakes(),
                letters=Handling(PostgresLetterReads(database), outlet, settings.kafka.topics),
                checks=Dependencies(pool, outlet, settings.kafka.bootstrap),
            )
        finally:
            await outlet.stop()


class _Server(uvicorn.Server):
    """Leaves signals to `__main__`: uvicorn would raise them again at the end, and a drained process ends with 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _stop(server: uvicorn.Server, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True
