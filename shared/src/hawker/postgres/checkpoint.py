"""How far a projection has read, kept in the transaction that writes its rows. A position moves only from where its owner left it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from hawker.contracts.recorded import Position
from hawker.postgres.pool import Connection
from hawker.postgres.queries import load

QUERIES = load("hawker.postgres", "checkpoint.sql")


class Superseded(Exception):  # noqa: N818 - a state, not a mistake
    """Another process has moved these positions: roll back, read them again, go on from there."""


@dataclass(frozen=True, slots=True)
class Move:
    before: Position
    after: Position


async def positions(connection: Connection, projection: str, partitions: Collection[int]) -> dict[int, Position]:
    """Where to read on, by partition; 0 where nothing has been read."""
    await connection.execute(QUERIES["begin"], projection, list(partitions))
    rows = await connection.fetch(QUERIES["positions"], projection, list(partitions))
    return {row["partition"]: row["position"] for row in rows}


async def advance(connection: Connection, projection: str, moves: Mapping[int, Move]) -> None:
    """Compare and set, first thing in the transaction: it holds the rows until commit, so two projectors never both write. Raises Superseded."""
    moved = await connection.fetch(
        QUERIES["advance"],
        projection,
        list(moves),
        [move.before for move in moves.values()],
        [move.after for move in moves.values()],
    )
    if len(moved) != len(moves):
        raise Superseded(f"{projection}: partitions {sorted(set(moves) - {row['partition'] for row in moved})} have moved")
