"""The one runner of all workers: joins the log's subscriber, the window and the attempts, and ends them in order.

    commands ─► subscriber ─► intake ─► window ─► attempt ─► outcome in the log ─► offset committed

It decides nothing about a task; it only makes sure that every command has its outcome before its offset is done.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, cast

import structlog
from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]  # it ships no types
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # the same
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import FAKE_CONSUMER
from faststream.kafka.subscriber.usecase import BatchSubscriber

from hawker.kafka.broker import batch_broker
from hawker.kafka.client import Record, TopicPartition, was_cancelled
from hawker.kafka.dead_letters import DeadLetters
from hawker.kafka.errors import Unavailable
from hawker.kafka.producer import Publisher
from hawker.kafka.settings import KafkaSettings
from hawker.worker.handler import Handler, Worker
from hawker.worker.intake import Intake
from hawker.worker.offsets import Handover, Member, Offsets
from hawker.worker.reports import Reports
from hawker.worker.settings import WorkerSettings
from hawker.worker.window import Window

__all__ = ["Handler", "Worker", "run"]

log = structlog.get_logger()

STILL_PART_MAX = 0.5
"""Of the group's patience. Heartbeats come every third of it, so who stood still for less than this is surely a member."""
POLL_MS = 1000
"""One round of waiting inside the client; a record ends it at once."""

type Batches = Mapping[TopicPartition, Sequence[Record]]


async def run[A](worker: Worker[A], kafka: KafkaSettings, limits: WorkerSettings, stop: asyncio.Event) -> None:
    """Works until `stop` is set, then lets what runs end. Raises Unavailable when the log stays away: start again."""
    async with AsyncExitStack() as stack:
        publisher = Publisher(kafka, worker.name)
        await publisher.start()
        stack.push_async_callback(publisher.stop)
        street = _Street(worker, kafka, limits, Reports(publisher, DeadLetters(publisher, kafka.topics.dead_letters), kafka.topics))
        await street.open()
        stack.push_async_callback(street.close)
        log.info("working", worker=worker.name, topic=street.topic, in_flight_max=limits.in_flight_max)
        await _stopped_or_failed(stop, street.failed)
        log.info("letting attempts end", worker=worker.name, in_flight=street.in_flight)
        await street.drain()


class PatientConsumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka has no types
    """FastStream sleeps after every empty poll, and a record that comes meanwhile waits. So ours has no empty polls.

    It also ends its loop for good at a CancelledError, and aiokafka may cancel futures of its own when a broker dies: a worker
    that lives and hears nothing. So that becomes a KafkaError, after which it polls again.
    """

    async def getmany(self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None) -> Batches:
        while True:
            try:
                found: Batches = await super().getmany(*partitions, timeout_ms=max(timeout_ms, POLL_MS), max_records=max_records)
            except asyncio.CancelledError as fault:
                if was_cancelled():
                    raise
                raise KafkaError("the client cancelled what we waited for") from fault
            if found:
                return found


class _Street[A]:
    """One subscriber with its window; opened once, closed once."""

    def __init__(self, worker: Worker[A], kafka: KafkaSettings, limits: WorkerSettings, reports: Reports) -> None:
        self.topic = kafka.topics.commands(worker.lane)
        self._limits = limits
        self._window = Window(in_flight_max=limits.in_flight_max, span_max=limits.span_max)
        self._offsets = Offsets(self.topic, self._window, lambda: cast("Member | None", self._subscriber.consumer))
        still_seconds_max = kafka.session_timeout_seconds * STILL_PART_MAX
        self._intake = Intake(worker, self._window, reports, self._offsets.end_of, still_seconds_max=still_seconds_max)
        self._broker = batch_broker(kafka, worker.name)
        handover = Handover(self._finish, self._offsets, self._window, worker.assigned)
        self._subscriber = _subscribe(self._broker, self.topic, worker, kafka, limits, handover)
        self._subscriber(self._take, parser=_as_it_came, decoder=_records)
        self._commits: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def failed(self) -> asyncio.Future[None]:
        return self._intake.failed

    @property
    def in_flight(self) -> int:
        return self._window.in_flight

    async def open(self) -> None:
        """Raises Unavailable."""
        try:
            await self._start()
        except KafkaError as fault:
            raise Unavailable(f"Kafka did not let us in: {fault!r}") from fault
        self._commits = asyncio.create_task(self._offsets.commit_every(self._limits.commit_interval_seconds))

    async def _start(self) -> None:
        await self._broker.connect()
        config = self._broker.config.broker_config
        config.builder = partial(PatientConsumer, **cast("partial[object]", config.builder).keywords)  # FastStream makes a partial of it.
        await self._broker.start()

    async def drain(self) -> None:
        """Take nothing more, and let what runs end and be committed."""
        self._stopping = True
        self._offsets.hold(self._window.partitions)
        await self._finish(self._window.partitions)
        await self._offsets.commit()

    async def close(self) -> None:
        """What still runs is given up: it was not committed, so it comes again."""
        self._stopping = True
        await self._intake.stop()
        if self._commits is not None:
            self._commits.cancel()
        await self._broker.stop()
        if self.failed.done():
            self.failed.exception()  # Taken note of: whoever stopped us for another reason need not hear of it twice.

    async def _take(self, records: Any) -> None:  # Any: FastStream builds a pydantic model of what stands here; they are Records
        if not self._stopping:
            await self._intake.take(records)

    async def _finish(self, partitions: Collection[int]) -> None:
        await self._intake.finish(partitions, self._limits.drain_seconds_max)


def _subscribe[A](
    broker: KafkaBroker, topic: str, worker: Worker[A], kafka: KafkaSettings, limits: WorkerSettings, listener: Handover
) -> BatchSubscriber:
    session_ms = int(kafka.session_timeout_seconds * 1000)
    return broker.subscriber(
        topic,
        batch=True,
        max_records=limits.batch_records_max,
        group_id=kafka.topics.group(worker.name),
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        ack_policy=AckPolicy.MANUAL,
        listener=listener,
        session_timeout_ms=session_ms,
        heartbeat_interval_ms=session_ms // 3,
        rebalance_timeout_ms=session_ms + int(limits.drain_seconds_max * 1000),
    )


async def _as_it_came(records: tuple[Record, ...]) -> KafkaMessage:
    """FastStream's own parser dies of a header that is not text, and with it the whole batch. Ours reads nothing."""
    return KafkaMessage(body=b"", raw_message=records, consumer=FAKE_CONSUMER)


async def _records(message: KafkaMessage) -> Sequence[Record]:
    return cast("Sequence[Record]", message.raw_message)


async def _stopped_or_failed(stop: asyncio.Event, failed: asyncio.Future[None]) -> None:
    """Until we are told to stop, or something fails that must stop us."""
    failed.add_done_callback(lambda _: stop.set())
    await stop.wait()
    if failed.done():
        failed.result()
