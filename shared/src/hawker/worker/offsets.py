"""What is done, told to the consumer group: commits the window's watermarks and hands partitions over in order. Reads no record."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from typing import Protocol

import structlog
from aiokafka import ConsumerRebalanceListener  # type: ignore[import-untyped]  # it ships no types
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # the same

from hawker.kafka.client import TopicPartition
from hawker.worker.window import Window

log = structlog.get_logger()

COMMIT_SECONDS_MAX = 5.0


class Member(Protocol):
    """A member of the group: aiokafka's consumer."""

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None: ...
    def pause(self, *partitions: TopicPartition) -> None: ...
    def highwater(self, partition: TopicPartition) -> int | None: ...


class Offsets:
    """`consumer` gives the group's member, or None before it is there."""

    def __init__(self, topic: str, window: Window, consumer: Callable[[], Member | None]) -> None:
        self._topic = topic
        self._window = window
        self._consumer = consumer
        self._one_at_a_time = asyncio.Lock()

    async def commit(self) -> None:
        """A commit that fails is made good by the next one, or by the partition's next owner doing a little again."""
        async with self._one_at_a_time:
            positions = self._window.due()
            consumer = self._consumer()
            if not positions or consumer is None:
                return
            try:
                async with asyncio.timeout(COMMIT_SECONDS_MAX):
                    await consumer.commit({TopicPartition(self._topic, number): offset for number, offset in positions.items()})
            except (KafkaError, TimeoutError) as fault:
                log.warning("offsets not committed", topic=self._topic, fault=repr(fault))
            else:
                self._window.committed(positions)

    async def commit_every(self, interval_seconds: float) -> None:
        while True:
            await asyncio.sleep(interval_seconds)
            await self.commit()

    def hold(self, partitions: Collection[int]) -> None:
        """Fetch nothing more of these; it would only be dropped."""
        consumer = self._consumer()
        if consumer is not None:
            with suppress(KafkaError):  # A partition that is lost already needs no pause.
                consumer.pause(*(TopicPartition(self._topic, number) for number in partitions))

    def end_of(self, partition: int) -> int:
        """The partition's end as the last fetch saw it."""
        consumer = self._consumer()
        end = consumer.highwater(TopicPartition(self._topic, partition)) if consumer is not None else None
        return end or 0


class Handover(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka asks for this base and has no types
    """Before a partition goes to another member, what runs may end and is committed. Heartbeats go on meanwhile."""

    def __init__(
        self,
        finish: Callable[[Collection[int]], Awaitable[None]],
        offsets: Offsets,
        window: Window,
        assigned: Callable[[frozenset[int]], None],
    ) -> None:
        self._finish = finish
        self._assigned = assigned
        self._offsets = offsets
        self._window = window

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        numbers = [partition.partition for partition in revoked]
        self._offsets.hold(numbers)
        await self._finish(numbers)
        await self._offsets.commit()
        for number in numbers:
            self._window.close(number)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """A partition opens with its first record, and members are not kept waiting here; whoever asked is told."""
        self._assigned(frozenset(partition.partition for partition in assigned))
