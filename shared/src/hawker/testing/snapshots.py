"""Snapshots in memory: one shelf for all processes of a run, as a database is. Looks into no snapshot."""

from collections.abc import Sequence
from typing import Protocol

from hawker.contracts.recorded import Position
from hawker.kafka.errors import Unavailable
from hawker.testing.points import Point, Visit, nothing_happens

KEPT = 2
"""Of each shard: the newest, and the one before it."""


class Placed(Protocol):
    """The head of a snapshot says of which shard and up to where it is."""

    @property
    def partition(self) -> int: ...
    @property
    def position(self) -> Position: ...


class Shelf[H: Placed]:
    """What is stored, by shard and position. Tests may put anything there."""

    def __init__(self) -> None:
        self.stored: dict[int, dict[Position, tuple[H, tuple[bytes, ...]]]] = {}

    def put(self, head: H, chunks: Sequence[bytes]) -> None:
        """A place that is taken stays as it is; beyond KEPT the oldest go, which may be the one that came."""
        kept = self.stored.setdefault(head.partition, {})
        kept.setdefault(head.position, (head, tuple(chunks)))
        for position in sorted(kept)[:-KEPT]:
            del kept[position]


class MemorySnapshots[H: Placed]:
    """One process's way to the shelf."""

    def __init__(self, shelf: Shelf[H], visit: Visit = nothing_happens) -> None:
        self._shelf = shelf
        self._visit = visit

    async def heads(self, partition: int) -> Sequence[H]:
        """Newest first. Raises Unavailable."""
        await self._pass(Point.SNAPSHOTS_ASKED)
        kept = self._shelf.stored.get(partition, {})
        return [kept[position][0] for position in sorted(kept, reverse=True)]

    async def load(self, head: H) -> Sequence[bytes]:
        """Its chunks; none when it has been replaced meanwhile. Raises Unavailable."""
        await self._pass(Point.SNAPSHOT_LOADING)
        _, chunks = self._shelf.stored.get(head.partition, {}).get(head.position, (head, ()))
        return chunks

    async def save(self, head: H, chunks: Sequence[bytes]) -> None:
        """All or nothing. Raises Unavailable, and then it may have been saved all the same."""
        await self._pass(Point.SNAPSHOT_SAVING)
        self._shelf.put(head, chunks)
        await self._pass(Point.SNAPSHOT_SAVED)

    async def _pass(self, point: Point) -> None:
        try:
            await self._visit(point)
        except (TimeoutError, ConnectionError) as fault:
            raise Unavailable(str(fault)) from fault
