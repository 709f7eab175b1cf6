"""One shard's requests and outcomes on a memory log, outcomes first. Understands nothing of them."""

import asyncio
from collections.abc import Callable, Sequence
from typing import cast

from hawker.contracts.outcomes import Outcome
from hawker.contracts.recorded import Position, Positions, Recorded, Undecodable
from hawker.contracts.requests import Request
from hawker.kafka.errors import Unavailable
from hawker.testing.log import MemoryLog, Message
from hawker.testing.points import Point, Visit, nothing_happens

type Input = Request | Outcome | Undecodable


class MemoryInbox:
    """Belongs to no group: where it begins is the journal's word, given to `seek`."""

    def __init__(
        self,
        log: MemoryLog,
        partition: int,
        visit: Visit = nothing_happens,
        *,
        commit_hint: Callable[[int, Positions], None] | None = None,
    ) -> None:
        self._log = log
        self._partition = partition
        self._visit = visit
        self._commit_hint = commit_hint
        self._next: dict[str, Position] | None = None
        self._news = asyncio.Event()

    async def seek(self, positions: Positions) -> None:
        """Begin at these positions; topics that are not named begin at their earliest record. Raises Unavailable."""
        await self._pass(Point.SEEKING)
        self._next = {topic: positions.get(topic, 0) for topic in self._topics}
        for topic in self._topics:
            self._log.partition(topic, self._partition).news.add(self._news)

    async def take(self, count_max: int, wait_seconds: float) -> Sequence[Recorded[Input]]:
        """What is there, outcomes first, or what comes first within `wait_seconds`. Safe to cancel. Raises Unavailable."""
        await self._pass(Point.TAKING)
        self._news.clear()
        taken = self._taken(count_max)
        if taken or wait_seconds <= 0:
            return taken
        try:
            async with asyncio.timeout(wait_seconds):
                while not taken:
                    await self._news.wait()
                    self._news.clear()
                    taken = self._taken(count_max)
        except TimeoutError:
            return ()
        return taken

    async def hint(self, positions: Positions) -> None:
        """Tell lag tools how far the shard is. Nothing depends on it."""
        await self._visit(Point.HINTING)
        if self._commit_hint is not None:
            self._commit_hint(self._partition, positions)

    async def close(self) -> None:
        for topic in self._topics:
            self._log.partition(topic, self._partition).news.discard(self._news)
        await self._visit(Point.CLOSING)

    @property
    def _topics(self) -> tuple[str, str]:
        """In the order of taking."""
        return self._log.topics.outcomes, self._log.topics.requests

    def _taken(self, count_max: int) -> list[Recorded[Input]]:
        found: list[Recorded[Message]] = []
        for topic in self._topics:
            found += self._read(topic, count_max - len(found))
        return cast("list[Recorded[Input]]", found)  # The topics' codecs know requests and outcomes alone.

    def _read(self, topic: str, count_max: int) -> list[Recorded[Message]]:
        assert self._next is not None, "seek() first"
        place = self._log.partition(topic, self._partition)
        found: list[Recorded[Message]] = []
        for recorded in place.committed(self._next[topic], place.stable_end):
            if len(found) >= count_max:
                break
            found.append(recorded)
            self._next[topic] = recorded.offset + 1
        return found

    async def _pass(self, point: Point) -> None:
        try:
            await self._visit(point)
        except (TimeoutError, ConnectionError) as fault:
            raise Unavailable(str(fault)) from fault
