"""Builds the read models anew beside the live ones, compares them at one place of their log, and puts right what differs.

The live tables stay readable all the time; what changes, changes in one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from hawker.contracts.recorded import Position
from hawker.kafka.journal import KafkaJournalReader
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.pool import Connection, open_pool
from hawker.postgres.queries import count, load
from hawker.postgres.settings import PostgresSettings
from orchestrator.projections.fold import fold
from orchestrator.projections.rebuild_letters import rebuild_letters
from orchestrator.projections.store import PROJECTION
from orchestrator.projections.write import write

SCHEMA = "hawker_rebuild"
KEYS: Mapping[str, str] = {
    "batches": "tenant_id, batch_id",
    "jobs": "tenant_id, job_id",
    "tasks": "tenant_id, job_id, position",
    "listings": "tenant_id, marketplace, account_id, handle",
    "history": "partition, journal_offset",
}
STATEMENT_SECONDS_MAX = 3600.0
QUERIES: Mapping[str, str] = load("orchestrator.projections", "rebuild.sql")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Differences:
    """Rows by table. `wrong` were not what the journal says, or should not have been there; `put` took their place or were missing."""

    wrong: Mapping[str, int]
    put: Mapping[str, int]

    @property
    def none(self) -> bool:
        return not any(self.wrong.values()) and not any(self.put.values())


async def rebuild(kafka: KafkaSettings, postgres: PostgresSettings) -> Differences:
    """Needs a user that may create schemas. Raises asyncpg.PostgresError, Unavailable or UnreadableFact, and then nothing has changed."""
    patient = postgres.model_copy(update={"command_timeout_seconds": STATEMENT_SECONDS_MAX, "connections_max": 1})
    async with await open_pool(patient) as pool, pool.acquire() as connection:
        await _prepare(connection)
        built = _Build(connection, KafkaJournalReader(kafka))
        try:
            await built.read_to({row["partition"]: row["position"] for row in await connection.fetch(QUERIES["positions"], PROJECTION)})
            wrong, put = await _swap(connection, built)
            wrong["dead_letters"], put["dead_letters"] = await rebuild_letters(connection, kafka, SCHEMA)
            return Differences(wrong, put)
        finally:
            await connection.execute(f"drop schema if exists {SCHEMA} cascade")


class _Build:
    """The tables beside, and how far they are."""

    def __init__(self, connection: Connection, journal: KafkaJournalReader) -> None:
        self._connection = connection
        self._journal = journal
        self._positions: dict[int, Position] = {}

    async def read_to(self, ends: Mapping[int, Position]) -> None:
        for partition, end in ends.items():
            async for page in self._journal.read(partition, self._positions.get(partition, 0), end):
                async with self._connection.transaction():
                    await self._connection.execute(f"set local search_path to {SCHEMA}, public")
                    await write(self._connection, fold(page))
            self._positions[partition] = end
            log.info("rebuilt", partition=partition, position=end)


async def _prepare(connection: Connection) -> None:
    await connection.execute(f"drop schema if exists {SCHEMA} cascade; create schema {SCHEMA}")
    for table in KEYS:
        await connection.execute(QUERIES["tables_beside"].format(schema=SCHEMA, table=table))


async def _swap(connection: Connection, built: _Build) -> tuple[dict[str, int], dict[str, int]]:
    wrong, put = {}, {}
    async with connection.transaction():
        held = await connection.fetch(QUERIES["hold"], PROJECTION)
        await built.read_to({row["partition"]: row["position"] for row in held})
        for table, key in KEYS.items():
            names = {"schema": SCHEMA, "table": table, "key": key}
            wrong[table] = count(await connection.execute(QUERIES["remove_wrong"].format(**names)))
            put[table] = count(await connection.execute(QUERIES["put_right"].format(**names)))
    return wrong, put
