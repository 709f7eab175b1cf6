"""The journal as pages of facts, from where PostgreSQL says it was read to. Belongs to no group: positions are not Kafka's business here."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import structlog

from hawker.contracts.codec import FACTS
from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Position, Recorded, Undecodable
from hawker.kafka import client
from hawker.kafka.errors import UnreadableFact
from hawker.kafka.records import read
from hawker.kafka.settings import KafkaSettings
from hawker.telemetry import metrics

type Page = Sequence[Recorded[Fact]]


log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Feed:
    """`stuck` holds where a partition has a fact that cannot be read: nothing of it is given out past that, and the others go on."""

    consumer: client.Consumer
    places: Sequence[client.TopicPartition]
    stuck: dict[client.TopicPartition, Position] = field(default_factory=dict)

    async def take(self, count_max: int, wait_seconds: float) -> Page:
        """What is there, or what comes first within `wait_seconds`; in order within each partition."""
        found = await self.consumer.getmany(timeout_ms=int(wait_seconds * 1000), max_records=count_max)
        self._tell_lag(found)
        return [fact for place, records in found.items() for fact in self._readable(place, records)]

    def _readable(self, place: client.TopicPartition, records: Sequence[client.Record]) -> Iterator[Recorded[Fact]]:
        for record in records:
            try:
                yield _fact(record)
            except UnreadableFact as fault:
                self.consumer.pause(place)
                self.stuck[place] = record.offset
                log.error("a fact cannot be read: nothing of its partition is projected past it", why=str(fault))
                return

    def _tell_lag(self, found: Mapping[client.TopicPartition, Sequence[client.Record]]) -> None:
        """What is taken now is not written yet, so it still counts. Nothing taken: nothing is behind."""
        for place in found or self.places:
            end = self.consumer.last_stable_offset(place)
            next_ = found[place][0].offset if place in found else self.stuck.get(place)
            lag = end - next_ if end is not None and next_ is not None else 0
            metrics.level(metrics.PROJECTOR_LAG, lag, partition=str(place.partition))

    def forget_lag(self) -> None:
        """Whoever reads on knows better; and a lag that nobody measures is not told."""
        for place in self.places:
            metrics.forget(metrics.PROJECTOR_LAG, partition=str(place.partition))


@asynccontextmanager
async def open_feed(settings: KafkaSettings, positions: Mapping[int, Position]) -> AsyncIterator[Feed]:
    """Raises Unavailable."""
    # No reset: a journal that does not reach back to a position has a hole, and rows that skip it would be wrong.
    consumer = client.consumer(settings, f"{settings.topic_prefix}.projections", auto_offset_reset="none")
    await client.open_client(consumer)
    places = {client.TopicPartition(settings.topics.journal, partition): start for partition, start in positions.items()}
    feed = Feed(consumer, tuple(places))
    try:
        consumer.assign(feed.places)
        for place, start in places.items():
            consumer.seek(place, start)
        yield feed
    finally:
        feed.forget_lag()
        await client.close_client(consumer)


def _fact(record: client.Record) -> Recorded[Fact]:
    recorded = read(record, FACTS)
    if isinstance(recorded.message, Undecodable):
        raise UnreadableFact(f"{recorded.place}: {recorded.message.reason}")
    return cast("Recorded[Fact]", recorded)  # FACTS holds the members of Fact, and no other model.
