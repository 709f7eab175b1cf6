"""Who is alive: a group member that learns which partitions are its own. It reads no record; its callbacks do no I/O."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

import structlog
from aiokafka import ConsumerRebalanceListener  # type: ignore[import-untyped]  # aiokafka ships no types
from aiokafka.coordinator.assignors.range import RangePartitionAssignor  # type: ignore[import-untyped]  # the same
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # the same

from hawker.contracts.recorded import Positions
from hawker.kafka import client
from hawker.kafka.errors import Unavailable
from hawker.kafka.settings import KafkaSettings

REBALANCE_SECONDS_MAX = 60.0
"""How long the group waits for its slowest member to let go."""
JOIN_SECONDS_MAX = REBALANCE_SECONDS_MAX + 15.0
DRAIN_SECONDS_MAX = 5.0
"""How long we wait for our own work to come to rest before the partitions go."""
STAND_SECONDS = 1.0
"""One round of standing by; hints are committed between two."""

log = structlog.get_logger()


async def _nothing() -> None:
    """What there is to drain where nothing was said."""


class Membership(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """A member of `group`, for liveness only: safety is the journal's epoch.

    `on_change` hears the partitions that are ours, each owned in all of `topics` (they have equal counts); it must only flip
    state. It hears the empty set when a rebalance begins, so what is given back to us is acquired anew like any other.
    `on_revoke` is awaited then, and at the end, so that running work can come to rest; it has DRAIN_SECONDS_MAX.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        group: str,
        topics: Sequence[str],
        on_change: Callable[[frozenset[int]], None],
        on_revoke: Callable[[], Awaitable[None]] = _nothing,
    ) -> None:
        self._settings = settings
        self._group = group
        self._topics = tuple(topics)
        self._on_change = on_change
        self._on_revoke = on_revoke
        self._consumer: client.Consumer | None = None
        self._standing: asyncio.Task[None] | None = None
        self._hints: dict[client.TopicPartition, int] = {}
        self._assigned: frozenset[int] = frozenset()

    @property
    def assigned(self) -> frozenset[int]:
        return self._assigned

    async def start(self) -> None:
        """Join, and return when the first assignment is there. Raises Unavailable."""
        assert self._consumer is None, "a membership is started once"
        consumer = self._member()
        consumer.subscribe(self._topics, listener=self)
        self._consumer = consumer
        await client.open_client(consumer, seconds_max=JOIN_SECONDS_MAX)
        self._standing = asyncio.create_task(self._stand(consumer), name=f"membership of {self._group}")

    async def wait(self) -> None:
        """Until stop(). Raises Unavailable when the group has no place for us any more."""
        assert self._standing is not None, "start() first"
        await asyncio.wait([self._standing])
        if not self._standing.cancelled():
            self._standing.result()

    async def stop(self) -> None:
        """Let the work come to rest, then leave, so that others need not wait for our session to end."""
        consumer, self._consumer = self._consumer, None
        if consumer is None:
            return
        await self._let_go()  # Aiokafka calls nothing of ours when it closes.
        if self._standing is not None:
            self._standing.cancel()
            await asyncio.wait([self._standing])
        await client.close_client(consumer)

    def commit_hint(self, partition: int, positions: Positions) -> None:
        """Keep how far the owner of `partition` is; committed within STAND_SECONDS, for lag tools only."""
        if partition in self._assigned:
            self._hints.update({client.TopicPartition(topic, partition): offset for topic, offset in positions.items()})

    async def on_partitions_revoked(self, revoked: Iterable[client.TopicPartition]) -> None:  # noqa: ARG002 - all of ours: the protocol is eager
        await self._let_go()

    async def on_partitions_assigned(self, assigned: Iterable[client.TopicPartition]) -> None:
        """Called by aiokafka, which sends no heartbeat meanwhile: nothing here may wait."""
        if self._consumer is None:
            return  # A join that ended while we were leaving: nothing may begin any more.
        places = set(assigned)
        self._consumer.pause(*places)  # A rebalance forgets every pause.
        self._tell(frozenset(p for _, p in places if all(client.TopicPartition(topic, p) in places for topic in self._topics)))

    def _member(self) -> client.Consumer:
        session_ms = int(self._settings.session_timeout_seconds * 1000)
        rebalance_ms = int(REBALANCE_SECONDS_MAX * 1000)
        return client.consumer(
            self._settings,
            self._group,
            group_id=self._group,
            partition_assignment_strategy=[RangePartitionAssignor],  # Equal numbers of all topics come to the same member.
            session_timeout_ms=session_ms,
            heartbeat_interval_ms=session_ms // 3,
            rebalance_timeout_ms=rebalance_ms,
            request_timeout_ms=rebalance_ms + 5000,  # A join is answered when the slowest member has let go.
        )

    def _tell(self, partitions: frozenset[int]) -> None:
        self._assigned = partitions
        self._on_change(partitions)

    async def _let_go(self) -> None:
        """Hearts go on beating while we wait here."""
        self._hints.clear()
        self._tell(frozenset())
        try:
            async with asyncio.timeout(DRAIN_SECONDS_MAX):
                await self._on_revoke()
        except TimeoutError:
            log.warning("work did not come to rest in time; the next owner fences it", group=self._group, limit_seconds=DRAIN_SECONDS_MAX)

    async def _stand(self, consumer: client.Consumer) -> None:
        """Everything is paused, so this only waits; but a member that asks for nothing is taken for dead after five minutes."""
        while True:
            try:
                await consumer.getmany(timeout_ms=int(STAND_SECONDS * 1000))
            except KafkaError as fault:
                self._tell(frozenset())
                raise Unavailable(f"group {self._group} has no place for us: {fault!r}") from fault
            await self._commit_hints(consumer)

    async def _commit_hints(self, consumer: client.Consumer) -> None:
        hints, self._hints = self._hints, {}
        if not hints:
            return
        try:
            async with asyncio.timeout(STAND_SECONDS):
                await consumer.commit(hints)
        except (KafkaError, TimeoutError) as fault:
            log.debug("a hint was not committed", group=self._group, fault=repr(fault))
