"""The projection's rows and its position, moved together in one transaction. Knows nothing of Kafka."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from hawker.contracts.recorded import Position
from hawker.postgres import checkpoint
from hawker.postgres.pool import Pool
from orchestrator.projections.feed import Page
from orchestrator.projections.fold import fold
from orchestrator.projections.write import write

PROJECTION = "read-models"
ROLE = "hawker_projector"


@dataclass(frozen=True, slots=True)
class Store:
    pool: Pool

    async def positions(self, partitions: Collection[int]) -> dict[int, Position]:
        async with self.pool.acquire() as connection, connection.transaction():
            return await checkpoint.positions(connection, PROJECTION, partitions)

    async def project(self, page: Page, positions: Mapping[int, Position]) -> dict[int, Position]:
        """Gives the positions after the page. Raises Superseded, and then nothing was written."""
        rows = fold(page)
        ends = {recorded.partition: recorded.offset + 1 for recorded in page}
        moves = {partition: checkpoint.Move(positions[partition], end) for partition, end in ends.items()}
        async with self.pool.acquire() as connection, connection.transaction():
            await checkpoint.advance(connection, PROJECTION, moves)
            await write(connection, rows)
        return {**positions, **ends}
