"""A story that is written to a journal in memory, turn by turn, as an owner does it."""

from collections.abc import Sequence

from hawker.contracts.outcomes import Outcome
from hawker.contracts.recorded import Position
from hawker.contracts.requests import Request
from hawker.contracts.topics import Topics
from hawker.testing.journal import MemoryJournalReader, MemoryJournalWriter
from hawker.testing.log import MemoryLog
from orchestrator.shard.snapshots import Place
from orchestrator.snapshots.head import VERSION, Head
from orchestrator.snapshots.write import Writing, copy_of, digest_of
from tests.support.stories import Story

SHARD = 0


class Journal:
    """Of shard 0. `place` is after the last fact."""

    def __init__(self) -> None:
        log = MemoryLog(Topics("unit"), shards=1)
        self.story = Story()
        self.reader = MemoryJournalReader(log)
        self.place = Place(0, "")
        self.facts = 0
        self._writer = MemoryJournalWriter(log, SHARD)
        self._is_open = False

    async def tell(self, *messages: Request | Outcome) -> None:
        if not self._is_open:
            await self._writer.open()
            self._is_open = True
        self.story.tell(*messages)
        written = self.story.turns[-1].facts
        position = await self._writer.commit(written, ())
        if position is not None:
            self.place = Place(position, written[-1].envelope.id)
            self.facts += len(written)

    async def end(self) -> Position:
        return await self.reader.end(SHARD)

    def snapshot(self) -> tuple[Head, Sequence[bytes]]:
        """Of the state now."""
        writing = Writing(copy_of(self.story.shard))
        chunks = [chunk for chunk in writing.steps() if chunk is not None]
        return self._head(str(writing.checksum), chunks), chunks

    def _head(self, checksum: str, chunks: Sequence[bytes]) -> Head:
        return Head(
            partition=SHARD,
            position=self.place.position,
            version=VERSION,
            anchor=self.place.anchor,
            checksum=checksum,
            digest=digest_of(chunks),
            jobs_live=self.story.shard.live_count,
            bytes=sum(map(len, chunks)),
            taken_at=self.story.now,
        )
