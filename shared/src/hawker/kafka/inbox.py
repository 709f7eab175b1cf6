"""One shard's requests and outcomes, in the order they lie in. Hands them on; understands nothing of them."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # aiokafka ships no types

from hawker.contracts.codec import OUTCOMES, REQUESTS
from hawker.contracts.outcomes import Outcome
from hawker.contracts.recorded import Positions, Recorded, Undecodable
from hawker.contracts.requests import Request
from hawker.kafka import client
from hawker.kafka.errors import Unavailable
from hawker.kafka.records import read
from hawker.kafka.settings import KafkaSettings

SEEK_SECONDS_MAX = 10.0
AHEAD_BYTES_MAX = 4 * 1024 * 1024
"""Requests read ahead and not yet taken; past it their partition is paused, and outcomes flow on."""
TAKE_BYTES_MAX = 256 * 1024
"""Requests of one take. A few chunks of a large batch are hundreds of facts: the outcomes that came meanwhile go before the next ones."""
FETCH_RECORDS_MAX = 2000


@dataclass(slots=True)
class _Waiting:
    """Records that were read and not yet taken, oldest first."""

    records: deque[client.Record] = field(default_factory=deque)
    bytes: int = 0

    def put(self, records: Sequence[client.Record]) -> None:
        self.records.extend(records)
        self.bytes += sum(map(_size, records))

    def take(self, count_max: int, bytes_max: int | None = None) -> list[client.Record]:
        """One is taken however large it is."""
        taken: list[client.Record] = []
        bytes_before = self.bytes
        while self.records and len(taken) < count_max and (bytes_max is None or bytes_before - self.bytes < bytes_max):
            taken.append(self.records.popleft())
            self.bytes -= _size(taken[-1])
        return taken


class KafkaInbox:
    """Belongs to no group: where it begins is the journal's word, given to `seek`.

    Reads only what is committed, because an outside service may publish its requests in transactions of its own;
    workers' outcomes are in none, and are seen at once.
    """

    def __init__(self, settings: KafkaSettings, partition: int, *, commit_hint: Callable[[int, Positions], None] | None = None) -> None:
        self._settings = settings
        self._partition = partition
        self._commit_hint = commit_hint
        self._requests = client.TopicPartition(settings.topics.requests, partition)
        self._outcomes = client.TopicPartition(settings.topics.outcomes, partition)
        self._consumer: client.Consumer | None = None
        self._ahead = {self._requests: _Waiting(), self._outcomes: _Waiting()}
        self._paused = False

    async def seek(self, positions: Positions) -> None:
        """Begin at these positions; topics that are not named begin at their earliest record. Raises Unavailable."""
        await self.close()  # A fetch under way for the former positions would keep the connection for FETCH_WAIT_MS_MAX.
        self._consumer = consumer = await self._open()
        for place, offset in (await self._earliest(consumer)).items():
            self._ahead[place] = _Waiting()
            consumer.seek(place, max(positions.get(place.topic, 0), offset))
        consumer.resume(self._requests, self._outcomes)
        self._paused = False

    async def take(self, count_max: int, wait_seconds: float) -> Sequence[Recorded[Request | Outcome | Undecodable]]:
        """What is there, outcomes first, or what comes first within `wait_seconds`. Safe to cancel. Raises Unavailable."""
        assert self._consumer is not None, "seek() first"
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait_seconds
        if len(self._ahead[self._outcomes].records) < count_max:
            await self._fetch(self._consumer, 0)
        while not (taken := self._taken(count_max)) and (left := deadline - loop.time()) > 0:
            await self._fetch(self._consumer, left)
        return taken

    async def hint(self, positions: Positions) -> None:
        """Tell lag tools how far the shard is. Nothing depends on it."""
        if self._commit_hint is not None:
            self._commit_hint(self._partition, positions)

    async def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await client.close_client(consumer)

    async def _open(self) -> client.Consumer:
        # A position that retention has overtaken begins at what is left.
        name = f"{self._settings.topic_prefix}.inbox.{self._partition}"
        consumer = client.consumer(self._settings, name, auto_offset_reset="earliest")
        consumer.assign([self._requests, self._outcomes])
        consumer.pause(self._requests, self._outcomes)  # Until it is told where to begin.
        await client.open_client(consumer)
        return consumer

    async def _earliest(self, consumer: client.Consumer) -> Mapping[client.TopicPartition, int]:
        try:
            async with asyncio.timeout(SEEK_SECONDS_MAX):
                return await consumer.beginning_offsets([self._requests, self._outcomes])
        except (KafkaError, TimeoutError) as fault:
            raise Unavailable(f"the inputs of shard {self._partition} cannot be reached: {fault!r}") from fault

    async def _fetch(self, consumer: client.Consumer, wait_seconds: float) -> None:
        """Everything the client has is taken over at once: what it kept would hold up its next fetch, of outcomes too."""
        try:
            found = await consumer.getmany(timeout_ms=_milliseconds(wait_seconds), max_records=FETCH_RECORDS_MAX)
        except KafkaError as fault:
            raise Unavailable(f"the inputs of shard {self._partition} cannot be read: {fault!r}") from fault
        for place, records in found.items():
            self._ahead[place].put(records)
        if not self._paused and self._ahead[self._requests].bytes > AHEAD_BYTES_MAX:
            consumer.pause(self._requests)
            self._paused = True

    def _taken(self, count_max: int) -> list[Recorded[Request | Outcome | Undecodable]]:
        outcomes = self._ahead[self._outcomes].take(count_max)
        requests = self._ahead[self._requests].take(count_max - len(outcomes), TAKE_BYTES_MAX)
        if self._paused and self._consumer is not None and self._ahead[self._requests].bytes <= AHEAD_BYTES_MAX // 2:
            self._consumer.resume(self._requests)
            self._paused = False
        found = [*(read(one, OUTCOMES, keep_raw=True) for one in outcomes), *(read(one, REQUESTS, keep_raw=True) for one in requests)]
        return cast("list[Recorded[Request | Outcome | Undecodable]]", found)  # The tables hold the members of these unions.


def _milliseconds(seconds: float) -> int:
    """Rounded up: a wait of 0 for the last fraction of a millisecond would spin."""
    return -(-int(seconds * 1_000_000) // 1000)


def _size(record: client.Record) -> int:
    return len(record.value or b"") + len(record.key or b"")
