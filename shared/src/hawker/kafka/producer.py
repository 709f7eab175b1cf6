"""Messages to the log, one by one: acknowledged by all in-sync replicas, without repeats of our own making. No transactions."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from aiokafka.errors import KafkaError, MessageSizeTooLargeError  # type: ignore[import-untyped]  # aiokafka ships no types
from pydantic import BaseModel

from hawker.contracts.codec import Named, OversizeError, encode
from hawker.contracts.envelope import Envelope, to_headers
from hawker.contracts.topics import RECORD_BYTES_MAX
from hawker.kafka import client
from hawker.kafka.clock import SystemClock
from hawker.kafka.errors import Unavailable
from hawker.kafka.settings import KafkaSettings

PUBLISH_SECONDS_MAX = 10.0
"""From the call to the acknowledgement."""
WRITE_BYTES_MAX = RECORD_BYTES_MAX + 64 * 1024
"""A dead letter is a record and why it is dead. Brokers hold every other topic to RECORD_BYTES_MAX."""


class Publisher:
    """Says everything as `source`. Safe to share by many tasks.

    After Unavailable a message may be in the log or not: publish it again with the same id, readers know repeats by it.
    """

    def __init__(self, settings: KafkaSettings, source: str) -> None:
        self._settings = settings
        self._source = source
        self._clock = SystemClock()
        self._producer: client.Producer | None = None
        self._spoiled = False
        self._renewing = asyncio.Lock()
        self._leaving: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Raises Unavailable."""
        self._producer = await self._open()

    async def stop(self) -> None:
        """Waits, within limits, for what was sent; never raises."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await client.close_client(producer)
        if self._leaving:
            await asyncio.wait(self._leaving)

    async def publish(
        self, topic: str, key: str, message: BaseModel, *, id: str, traceparent: str | None = None, time: datetime | None = None
    ) -> None:
        """Returns when it is in the log. Raises OversizeError or Unavailable."""
        try:
            async with asyncio.timeout(PUBLISH_SECONDS_MAX):
                await (await self.send(topic, key, message, id=id, traceparent=traceparent, time=time))
        except TimeoutError as fault:
            raise Unavailable(f"{topic} did not acknowledge within {PUBLISH_SECONDS_MAX} s") from fault

    async def send(
        self, topic: str, key: str, message: BaseModel, *, id: str, traceparent: str | None = None, time: datetime | None = None
    ) -> asyncio.Future[None]:
        """Returns when it is on its way; the future ends when it is in the log, or with Unavailable. Raises like `publish`."""
        envelope = Envelope(
            id=id,
            type=cast("Named", message).type_name,  # Every message of the language has one.
            source=self._source,
            time=time or self._clock.now(),
            traceparent=traceparent,
        )
        return await self.write(topic, key=key.encode(), value=encode(message), headers=to_headers(envelope))

    async def write(
        self, topic: str, *, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> asyncio.Future[None]:
        """A record as it is, for dead letters and for handing a stranger's record on."""
        producer = await self._healthy()
        try:
            async with asyncio.timeout(PUBLISH_SECONDS_MAX):
                written = await producer.send(topic, value, key, headers=list(headers))  # It takes no other sequence.
        except MessageSizeTooLargeError as fault:
            raise OversizeError(f"a record for {topic} is over {WRITE_BYTES_MAX} bytes with its headers") from fault
        except (KafkaError, TimeoutError) as fault:
            self._spoiled = self._spoiled or isinstance(fault, KafkaError)
            raise Unavailable(f"{topic} does not take records: {fault!r}") from fault
        except asyncio.CancelledError as fault:
            if client.was_cancelled():
                raise
            raise Unavailable(f"{topic} does not take records: the client gave itself up") from fault
        return self._acknowledged(topic, producer, written)

    def _acknowledged(self, topic: str, producer: client.Producer, written: asyncio.Future[client.Written]) -> asyncio.Future[None]:
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def settle(_: asyncio.Future[client.Written]) -> None:
            fault = asyncio.CancelledError() if written.cancelled() else written.exception()
            if fault is not None and producer is self._producer:
                self._spoiled = True
            if told.done():
                return
            if fault is None:
                told.set_result(None)
            else:
                told.set_exception(Unavailable(f"{topic} did not take the record: {fault!r}"))

        written.add_done_callback(settle)
        return told

    async def _healthy(self) -> client.Producer:
        """After a refused record aiokafka's sequence numbers are wrong until it is replaced; so it is. Raises Unavailable."""
        if self._spoiled:
            async with self._renewing:
                if self._spoiled:
                    await self._renew()
        assert self._producer is not None, "start() first"
        return self._producer

    async def _renew(self) -> None:
        renewed = await self._open()
        former, self._producer = self._producer, renewed
        self._spoiled = False
        if former is not None:
            self._put_away(former)

    async def _open(self) -> client.Producer:
        producer = client.producer(
            self._settings,
            f"{self._settings.topic_prefix}.{self._source}",
            linger_ms=self._settings.linger_ms,
            max_request_size=WRITE_BYTES_MAX,
        )
        await client.open_client(producer)
        return producer

    def _put_away(self, former: client.Producer) -> None:
        task = asyncio.create_task(client.close_client(former))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
