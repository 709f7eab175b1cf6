"""Snapshots in PostgreSQL: a row for the head and one for each chunk, all in one transaction. Looks into no snapshot."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import astuple

import asyncpg

from hawker.kafka.errors import Unavailable
from hawker.postgres.pool import UNREACHABLE, Pool
from hawker.postgres.queries import load
from orchestrator.snapshots.head import Head

QUERIES = load("orchestrator.snapshots", "store.sql")
KEPT = 2
"""Of each shard: the newest, and the one before it in case that does not fit."""


class PostgresSnapshots:
    """Those of one journal: clusters and prefixes that share a database never meet."""

    def __init__(self, pool: Pool, journal: str) -> None:
        self._pool = pool
        self._journal = journal

    async def heads(self, partition: int) -> Sequence[Head]:
        """Newest first. Raises Unavailable."""
        async with _told(), self._pool.acquire() as connection:
            return [Head(**row) for row in await connection.fetch(QUERIES["heads"], self._journal, partition)]

    async def load(self, head: Head) -> Sequence[bytes]:
        """Its chunks, in order; none when it has been replaced meanwhile. Raises Unavailable."""
        async with _told(), self._pool.acquire() as connection, connection.transaction():
            rows = connection.cursor(QUERIES["load"], self._journal, head.partition, head.position, prefetch=16)
            return [row["chunk"] async for row in rows]

    async def save(self, head: Head, chunks: Sequence[bytes]) -> None:
        """All or nothing; a place that is taken stays as it is. Raises Unavailable, and then it may have been saved all the same."""
        async with _told(), self._pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(QUERIES["begin"], self._journal, *astuple(head)) is None:
                return
            for number, chunk in enumerate(chunks):
                await connection.execute(QUERIES["chunk"], self._journal, head.partition, head.position, number, chunk)
            await connection.execute(QUERIES["drop_older"], self._journal, head.partition, KEPT)


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    """A database that is away, or that has no such tables yet, is no fault of a shard."""
    try:
        yield
    except (asyncpg.PostgresError, *UNREACHABLE) as fault:
        raise Unavailable(f"the snapshots' database: {fault!r}") from fault
