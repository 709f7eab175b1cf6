"""The pool of connections: bounded, with a time limit on every command, and jsonb as Python values. Runs no queries of its own."""

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


async def open_pool(settings: PostgresSettings, *, role: str | None = None) -> Pool:
    """Connections that act as `role`. None is opened before it is needed, so a service may start before the database does."""
    return await asyncpg.create_pool(
        settings.dsn.get_secret_value(),
        min_size=0,
        max_size=settings.connections_max,
        timeout=settings.connect_timeout_seconds,
        command_timeout=settings.command_timeout_seconds,
        max_inactive_connection_lifetime=settings.idle_seconds_max,
        server_settings={"application_name": "hawker"} | ({"role": role} if role else {}),
        init=_speak_json,
    )


async def _speak_json(connection: "asyncpg.Connection[asyncpg.Record]") -> None:  # quoted: generic only in asyncpg's stubs
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
