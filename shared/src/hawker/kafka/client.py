"""Aiokafka's clients with our settings and with types. The only room that builds them; it never reads or writes a record."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

import aiokafka  # type: ignore[import-untyped]  # it ships no types: the protocols below are ours
import aiokafka.producer.sender  # type: ignore[import-untyped]  # the same
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # the same

from hawker.contracts.topics import RECORD_BYTES_MAX
from hawker.kafka import strangers
from hawker.kafka.errors import Unavailable
from hawker.kafka.settings import KafkaSettings

START_SECONDS_MAX = 30.0
"""Connecting, and for a transactional producer settling the former owner's transaction."""
STOP_SECONDS_MAX = 5.0
BATCH_BYTES_MAX = 256 * 1024
"""Aiokafka sends one batch a partition and request; its 16 KiB default makes a request of every few records."""
FETCH_WAIT_MS_MAX = 500
"""How long a broker keeps an empty fetch open. It answers at the first byte, so this costs no latency."""

aiokafka.producer.sender.BACKOFF_OVERRIDE = 0.002
"""The wait when the former transaction's markers are still being written. Aiokafka's 20 ms would be most of a transaction's time."""
strangers.install()


def _is_news(line: logging.LogRecord) -> bool:
    """A failing client has futures of its own that nobody can await; asyncio tells of each what we were told by an exception."""
    fault = line.exc_info[1] if line.exc_info else None
    return not (isinstance(fault, KafkaError) and "never retrieved" in line.getMessage())


logging.getLogger("asyncio").addFilter(_is_news)

if TYPE_CHECKING:

    class TopicPartition(NamedTuple):
        topic: str
        partition: int
else:
    from aiokafka import TopicPartition


class Record(Protocol):
    """One record as it was read."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Written(Protocol):
    """Where a record was written."""

    partition: int
    offset: int


class Client(Protocol):
    async def start(self) -> None: ...
    async def stop(self) -> None: ...


class Producer(Client, Protocol):
    async def partitions_for(self, topic: str) -> set[int]: ...
    async def send(
        self, topic: str, value: bytes | None, key: bytes | None, partition: int | None = None, *, headers: Sequence[tuple[str, bytes]]
    ) -> asyncio.Future[Written]: ...
    async def begin_transaction(self) -> None: ...
    async def commit_transaction(self) -> None: ...


class Consumer(Client, Protocol):
    def assign(self, partitions: Sequence[TopicPartition]) -> None: ...
    def seek(self, partition: TopicPartition, offset: int) -> None: ...
    def pause(self, *partitions: TopicPartition) -> None: ...
    def resume(self, *partitions: TopicPartition) -> None: ...
    def subscribe(self, topics: Sequence[str], *, listener: object) -> None: ...
    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> Mapping[TopicPartition, Sequence[Record]]: ...
    async def position(self, partition: TopicPartition) -> int: ...
    def partitions_for_topic(self, topic: str) -> set[int] | None: ...
    def last_stable_offset(self, partition: TopicPartition) -> int | None: ...
    async def beginning_offsets(self, partitions: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]: ...
    async def end_offsets(self, partitions: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]: ...
    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None: ...


def producer(settings: KafkaSettings, client_id: str, **options: Any) -> Producer:  # Any: aiokafka's own keyword arguments
    """Idempotent, acknowledged by all in-sync replicas."""
    defaults: dict[str, Any] = {
        "acks": "all",
        "enable_idempotence": True,
        "compression_type": "lz4",
        "max_batch_size": BATCH_BYTES_MAX,
        "max_request_size": RECORD_BYTES_MAX,
        "request_timeout_ms": 10_000,
    }
    return cast("Producer", aiokafka.AIOKafkaProducer(client_id=client_id, **settings.connection(), **(defaults | options)))


def consumer(settings: KafkaSettings, client_id: str, **options: Any) -> Consumer:  # Any: aiokafka's own keyword arguments
    """Reads only what is committed, and never commits by itself."""
    defaults: dict[str, Any] = {
        "isolation_level": "read_committed",
        "enable_auto_commit": False,
        "fetch_max_wait_ms": FETCH_WAIT_MS_MAX,
    }
    return cast("Consumer", aiokafka.AIOKafkaConsumer(client_id=client_id, **settings.connection(), **(defaults | options)))


async def open_client(client: Client, *, seconds_max: float = START_SECONDS_MAX) -> None:
    """Raises Unavailable. A client that did not start is closed."""
    try:
        async with asyncio.timeout(seconds_max):
            await client.start()
    except (KafkaError, TimeoutError, OSError) as fault:
        await close_client(client)
        raise Unavailable(f"Kafka did not let us in: {fault!r}") from fault
    except BaseException:
        await close_client(client)
        raise


async def close_client(client: Client) -> None:
    """Stops within its limit, or at least lets go of the sockets. Never raises."""
    try:
        async with asyncio.timeout(STOP_SECONDS_MAX):
            await client.stop()
    except Exception as fault:  # noqa: BLE001 - stop() raises whatever its background tasks died of; we are leaving
        logging.getLogger(__name__).debug("a client did not stop cleanly: %r", fault)
        await _drop_sockets(client)


def was_cancelled() -> bool:
    """Whether somebody cancelled this task. A client that dies with its broker cancels futures of its own, and that looks alike."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _drop_sockets(client: Client) -> None:
    network = getattr(client, "client", None) or getattr(client, "_client", None)
    if network is not None:
        with suppress(Exception):
            async with asyncio.timeout(STOP_SECONDS_MAX):
                await network.close()
