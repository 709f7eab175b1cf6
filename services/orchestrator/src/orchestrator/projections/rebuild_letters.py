"""Builds the table of dead letters anew beside the live one, as far back as the topic is kept. Older rows stay as they are: nothing else holds them."""

from collections.abc import Mapping

import structlog

from hawker.contracts.recorded import Position
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.pool import Connection
from hawker.postgres.queries import count, load
from orchestrator.projections.letter_feed import LetterFeed, open_letters
from orchestrator.projections.letter_store import PROJECTION, QUERIES, write

PAGE_RECORDS_MAX = 500
WAIT_SECONDS = 0.2
CHECKPOINTS: Mapping[str, str] = load("orchestrator.projections", "rebuild.sql")

log = structlog.get_logger()


async def rebuild_letters(connection: Connection, kafka: KafkaSettings, schema: str) -> tuple[int, int]:
    """How many rows were wrong, and how many were put. Raises asyncpg.PostgresError or Unavailable, and then nothing has changed."""
    await connection.execute(QUERIES["letters_beside"].format(schema=schema))
    seen = await _positions(connection, "positions")
    await _read(connection, kafka, schema, dict.fromkeys(seen, 0), seen)
    async with connection.transaction():
        held = await _positions(connection, "hold")
        await _read(connection, kafka, schema, dict.fromkeys(held, 0) | seen, held)
        kept = await _beginnings(kafka, held)
        wrong = await connection.execute(QUERIES["remove_wrong"].format(schema=schema), list(kept), list(kept.values()))
        put = await connection.execute(QUERIES["put_right"].format(schema=schema))
    return count(wrong), count(put)


async def _positions(connection: Connection, query: str) -> dict[int, Position]:
    return {row["partition"]: row["position"] for row in await connection.fetch(CHECKPOINTS[query], PROJECTION)}


async def _read(
    connection: Connection, kafka: KafkaSettings, schema: str, starts: Mapping[int, Position], ends: Mapping[int, Position]
) -> None:
    if starts == ends:
        return
    async with open_letters(kafka, starts) as feed:
        while not await feed.has_reached(ends):
            await _write_page(connection, feed, schema, ends)
    log.info("dead letters rebuilt", positions=dict(ends))


async def _write_page(connection: Connection, feed: LetterFeed, schema: str, ends: Mapping[int, Position]) -> None:
    page = [record for record in await feed.take(PAGE_RECORDS_MAX, WAIT_SECONDS) if record.offset < ends[record.partition]]
    async with connection.transaction():
        await connection.execute(f"set local search_path to {schema}, public")
        await write(connection, page)


async def _beginnings(kafka: KafkaSettings, partitions: Mapping[int, Position]) -> dict[int, Position]:
    """Asked last: what the topic let go of while we read is left alone."""
    async with open_letters(kafka, partitions) as feed:
        return await feed.beginnings(list(partitions))
