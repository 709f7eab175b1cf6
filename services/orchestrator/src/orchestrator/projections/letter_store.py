"""The dead letters' rows and how far their topic was read, moved together in one transaction. Knows nothing of Kafka."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from hawker.contracts.recorded import Position
from hawker.kafka.client import Record
from hawker.postgres import checkpoint
from hawker.postgres.pool import Connection, Pool
from hawker.postgres.queries import load
from orchestrator.projections.letters import Closing, Letter, read

PROJECTION = "dead-letters"
CLOSED_DAYS_MAX = 30
"""How long a letter that was dealt with is still shown."""
QUERIES: Mapping[str, str] = load("orchestrator.projections", "letters.sql")


@dataclass(frozen=True, slots=True)
class LetterStore:
    pool: Pool

    async def positions(self, partitions: Collection[int]) -> dict[int, Position]:
        async with self.pool.acquire() as connection, connection.transaction():
            return await checkpoint.positions(connection, PROJECTION, partitions)

    async def project(self, page: Sequence[Record], positions: Mapping[int, Position]) -> dict[int, Position]:
        """Gives the positions after the page. Raises Superseded, and then nothing was written."""
        ends = {record.partition: record.offset + 1 for record in page}
        moves = {partition: checkpoint.Move(positions[partition], end) for partition, end in ends.items()}
        async with self.pool.acquire() as connection, connection.transaction():
            await checkpoint.advance(connection, PROJECTION, moves)
            await write(connection, page)
            await connection.execute(QUERIES["forget_closed"], CLOSED_DAYS_MAX)
        return {**positions, **ends}


async def write(connection: Connection, page: Sequence[Record]) -> None:
    """Letters before the words that close them: a letter and its closing have one key, so they never come the other way round."""
    found = [read(record) for record in page]
    await connection.executemany(QUERIES["add_letter"], [one for one in found if isinstance(one, Letter)])
    await connection.executemany(QUERIES["close_letter"], [one for one in found if isinstance(one, Closing)])
