"""The pool of connections: bounded, with a time limit on every command, and jsonb as Python values. Runs no queries of its own."""

import asyncio
import json

import asyncpg

from hawker.postgres.settings import PostgresSettings

type Pool = asyncpg.Pool[asyncpg.Record]
type Connection = asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]

UNREACHABLE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
"""What a restart or a loss of the server raises: connect again and repeat the transaction."""


CLOSE_SECONDS_MAX = 3.0
QUERIES_MAX = 50_000
"""Of one connection, which then is replaced: asyncpg's own default."""


class _Pool(asyncpg.Pool):
    """Asyncpg's waits for ever for a server that stands still, and a process that should end would be killed for it."""

    async def close(self) -> None:
        """In peace within its limit, else by dropping the connections. Never raises TimeoutError."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS_MAX):
                await super().close()  # Terminates by itself when it is cancelled.
        except TimeoutError:
            return


async def open_pool(settings: PostgresSettings, *, role: str | None = None) -> Pool:
    """Connections that act as `role`. None is opened before it is needed, so a service may start before the database does."""
    return await _Pool(
        settings.dsn.get_secret_value(),
        min_size=0,
        max_size=settings.connections_max,
        max_queries=QUERIES_MAX,
        timeout=settings.connect_timeout_seconds,
        command_timeout=settings.command_timeout_seconds,
        max_inactive_connection_lifetime=settings.idle_seconds_max,
        server_settings={"application_name": "hawker"} | ({"role": role} if role else {}),
        init=_speak_json,
        loop=None,
        connection_class=asyncpg.Connection,
        record_class=asyncpg.Record,
    )


async def _speak_json(connection: "asyncpg.Connection[asyncpg.Record]") -> None:  # quoted: generic only in asyncpg's stubs
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
