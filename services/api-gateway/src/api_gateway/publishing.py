"""The way into the log, opened in the background: the gateway starts before Kafka does, and says so until it is there."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import structlog
from pydantic import BaseModel

from hawker.kafka.errors import Unavailable

OPEN_AGAIN_SECONDS = 1.0
WRITE_SECONDS_MAX = 10.0
"""From the call to the acknowledgement."""

log = structlog.get_logger()


class Publishing(Protocol):
    async def publish(
        self, topic: str, key: str, message: BaseModel, *, id: str, traceparent: str | None = None, time: datetime | None = None
    ) -> None: ...


class Writing(Publishing, Protocol):
    """Also takes records as they are, which is how a letter goes back to where it came from."""

    async def write(self, topic: str, *, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]) -> None: ...


class Openable(Publishing, Protocol):
    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def write(
        self, topic: str, *, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> asyncio.Future[None]: ...


class Outlet:
    """A publisher that opens itself as soon as Kafka lets it."""

    def __init__(self, publisher: Openable) -> None:
        self._publisher = publisher
        self._opening: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        return self._opening is not None and self._opening.done()

    def start(self) -> None:
        self._opening = asyncio.create_task(self._open(), name="opening the way into the log")

    async def stop(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        await self._publisher.stop()

    async def publish(
        self, topic: str, key: str, message: BaseModel, *, id: str, traceparent: str | None = None, time: datetime | None = None
    ) -> None:
        """Returns when it is in the log. Raises OversizeError or Unavailable."""
        if not self.is_open:
            raise Unavailable("Kafka has not let us in yet")
        await self._publisher.publish(topic, key, message, id=id, traceparent=traceparent, time=time)

    async def write(self, topic: str, *, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]) -> None:
        """A record as it is. Returns when it is in the log. Raises OversizeError or Unavailable."""
        if not self.is_open:
            raise Unavailable("Kafka has not let us in yet")
        try:
            async with asyncio.timeout(WRITE_SECONDS_MAX):
                await (await self._publisher.write(topic, key=key, value=value, headers=headers))
        except TimeoutError as fault:
            raise Unavailable(f"{topic} did not acknowledge within {WRITE_SECONDS_MAX} s") from fault

    async def _open(self) -> None:
        while True:
            try:
                await self._publisher.start()
            except Unavailable as fault:
                log.warning("Kafka does not let us in yet", fault=str(fault))
                await asyncio.sleep(OPEN_AGAIN_SECONDS)
            else:
                return
