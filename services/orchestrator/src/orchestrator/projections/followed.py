"""The two things a projector follows, as one shape: the journal into the read models, and the dead letters into their table."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Position, Recorded
from hawker.kafka.client import Record
from hawker.kafka.settings import KafkaSettings
from orchestrator.projections.feed import Feed, open_feed
from orchestrator.projections.letter_feed import LetterFeed, letter_partitions, open_letters
from orchestrator.projections.letter_store import LetterStore
from orchestrator.projections.store import Store


class Pages[P](Protocol):
    async def take(self, count_max: int, wait_seconds: float) -> Sequence[P]: ...


class Followed[P](Protocol):
    @property
    def topic(self) -> str: ...

    async def positions(self, owned: frozenset[int]) -> dict[int, Position]:
        """Where to go on, by partition, for whom the group gave `owned`."""

    def open(self, positions: Mapping[int, Position]) -> AbstractAsyncContextManager[Pages[P]]: ...

    async def project(self, page: Sequence[P], positions: Mapping[int, Position]) -> dict[int, Position]: ...


@dataclass(frozen=True, slots=True)
class ReadModels:
    kafka: KafkaSettings
    store: Store

    @property
    def topic(self) -> str:
        return self.kafka.topics.journal

    async def positions(self, owned: frozenset[int]) -> dict[int, Position]:
        return await self.store.positions(owned)

    def open(self, positions: Mapping[int, Position]) -> AbstractAsyncContextManager[Feed]:
        return open_feed(self.kafka, positions)

    async def project(self, page: Sequence[Recorded[Fact]], positions: Mapping[int, Position]) -> dict[int, Position]:
        return await self.store.project(page, positions)


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """All partitions by one projector: letters are rare, and there may be more or fewer partitions than the journal has."""

    kafka: KafkaSettings
    store: LetterStore

    @property
    def topic(self) -> str:
        return self.kafka.topics.dead_letters

    async def positions(self, owned: frozenset[int]) -> dict[int, Position]:  # noqa: ARG002 - any partition gives it all of these
        return await self.store.positions(await letter_partitions(self.kafka))

    def open(self, positions: Mapping[int, Position]) -> AbstractAsyncContextManager[LetterFeed]:
        return open_letters(self.kafka, positions)

    async def project(self, page: Sequence[Record], positions: Mapping[int, Position]) -> dict[int, Position]:
        return await self.store.project(page, positions)
