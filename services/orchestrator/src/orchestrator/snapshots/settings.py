"""Whether snapshots are kept, and where, from `HAWKER_...`. Without a database a shard reads its whole journal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from hawker.contracts.topics import Topics
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from orchestrator.snapshots.store import PostgresSnapshots

CONNECTIONS_MAX = 4
"""Of one process, whatever the number of its shards: snapshots may wait for each other."""


class SnapshotSettings(BaseSettings):
    """`snapshots` turns them off where there is a database for other reasons."""

    model_config = SettingsConfigDict(env_prefix="HAWKER_", frozen=True, extra="ignore")

    snapshots: bool = True
    postgres_dsn: SecretStr | None = None


@asynccontextmanager
async def snapshot_store(settings: SnapshotSettings, topics: Topics) -> AsyncIterator[PostgresSnapshots | None]:
    """None where there is no database, or snapshots are turned off. Nothing is opened before it is needed."""
    if settings.postgres_dsn is None or not settings.snapshots:
        yield None
        return
    pool = await open_pool(PostgresSettings(dsn=settings.postgres_dsn, connections_max=CONNECTIONS_MAX))
    try:
        yield PostgresSnapshots(pool, topics.journal)
    finally:
        await pool.close()
