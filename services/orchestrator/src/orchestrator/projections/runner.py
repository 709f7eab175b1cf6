"""The projector: follows the journal's partitions that are its own and keeps the read models up to date, through every restart.

The group only shares the work out. That two projectors never both write is the checkpoint's doing.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import asyncpg
import structlog
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # aiokafka ships no types

from hawker.contracts.recorded import Positions
from hawker.kafka.errors import Unavailable, UnreadableFact
from hawker.kafka.membership import Membership
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.checkpoint import Superseded
from hawker.postgres.pool import UNREACHABLE, open_pool
from hawker.postgres.settings import PostgresSettings
from orchestrator.projections.feed import Feed, open_feed
from orchestrator.projections.store import ROLE, Store

PAGE_FACTS_MAX = 1000
WAIT_SECONDS = 0.5
"""How long an idle projector waits in one call; a fact ends the wait at once."""
SPACING_SECONDS = 0.1
"""A lone fact is written at once; under load facts gather for this long, because a transaction costs the same for one as for hundreds."""
RETRY_SECONDS = 1.0

log = structlog.get_logger()

type Told = Callable[[int, Positions], None]
"""Hears how far a partition is, for lag tools."""

TROUBLE = (Superseded, Unavailable, UnreadableFact, KafkaError, asyncpg.PostgresError, *UNREACHABLE)
"""Read the positions again and go on from there; whatever was not committed comes again."""


async def run_projector(kafka: KafkaSettings, postgres: PostgresSettings, stop: asyncio.Event) -> None:
    """Until `stop`. Kafka and PostgreSQL may come and go meanwhile."""
    pool = await open_pool(postgres, role=ROLE)
    try:
        while not stop.is_set():
            try:
                await _as_member(kafka, Store(pool), stop)
            except Unavailable as fault:
                log.warning("the projector is no member of its group; it joins again", fault=str(fault))
            await _passed(stop, RETRY_SECONDS)
    finally:
        await pool.close()


async def _as_member(kafka: KafkaSettings, store: Store, stop: asyncio.Event) -> None:
    """Raises Unavailable."""
    projector = Projector(kafka, store)
    topics = kafka.topics
    membership = Membership(kafka, topics.group("projections"), [topics.journal], projector.change, projector.rest)
    try:
        await membership.start()
        async with asyncio.TaskGroup() as group:
            work = group.create_task(projector.run(stop, membership.commit_hint))
            ended = group.create_task(membership.wait())
            await asyncio.wait([work, ended], return_when=asyncio.FIRST_COMPLETED)
            work.cancel()
            ended.cancel()
    except* Unavailable as faults:
        raise Unavailable(str(faults.exceptions[0])) from faults
    finally:
        await membership.stop()


class Projector:
    """Projects the partitions it was last told of."""

    def __init__(self, kafka: KafkaSettings, store: Store) -> None:
        self._kafka = kafka
        self._store = store
        self._partitions: frozenset[int] = frozenset()
        self._changed = asyncio.Event()
        self._resting = asyncio.Event()
        self._resting.set()

    def change(self, partitions: frozenset[int]) -> None:
        self._partitions = partitions
        self._changed.set()

    async def rest(self) -> None:
        """Returns when nothing is being written; `change` has said before that nothing more should be."""
        await self._resting.wait()

    async def run(self, stop: asyncio.Event, told: Told) -> None:
        while not stop.is_set():
            self._changed.clear()
            if not self._partitions:
                await _first(stop, self._changed)
                continue
            self._resting.clear()
            try:
                await self._follow(self._partitions, stop, told)
            except TROUBLE as fault:
                log.warning("projecting was interrupted; it goes on from the last commit", kind=type(fault).__name__, fault=str(fault))
                await _passed(stop, RETRY_SECONDS)
            finally:
                self._resting.set()

    async def _follow(self, partitions: frozenset[int], stop: asyncio.Event, told: Told) -> None:
        """Until the partitions change. Raises what TROUBLE names."""
        positions = await self._store.positions(partitions)
        log.info("projecting", positions=positions)
        async with open_feed(self._kafka, positions) as feed:
            while not self._changed.is_set() and not stop.is_set():
                positions = await self._next_page(feed, positions, stop)
                for partition, position in positions.items():
                    told(partition, {self._kafka.topics.journal: position})

    async def _next_page(self, feed: Feed, positions: dict[int, int], stop: asyncio.Event) -> dict[int, int]:
        page = await feed.take(PAGE_FACTS_MAX, WAIT_SECONDS)
        if not page:
            return positions
        began = asyncio.get_running_loop().time()
        positions = await self._store.project(page, positions)
        if len(page) < PAGE_FACTS_MAX:
            await _passed(stop, began + SPACING_SECONDS - asyncio.get_running_loop().time())
        return positions


async def _passed(stop: asyncio.Event, seconds: float) -> None:
    """That time is over, or it is time to stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(max(seconds, 0)):
            await stop.wait()


async def _first(*events: asyncio.Event) -> None:
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for one in waiting:
        one.cancel()
