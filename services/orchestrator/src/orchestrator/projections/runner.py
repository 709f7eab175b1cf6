"""The projector: follows the journal's partitions that are its own, and the dead letters, and keeps their rows up to date, through every restart.

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
from hawker.postgres.pool import UNREACHABLE, Pool, open_pool
from hawker.postgres.settings import PostgresSettings
from orchestrator.projections.followed import DeadLetters, Followed, Pages, ReadModels
from orchestrator.projections.letter_store import LetterStore
from orchestrator.projections.store import ROLE, Store

LETTERS_WITH = frozenset({0})
"""Whoever owns this partition of the journal also keeps the dead letters."""
PAGE_RECORDS_MAX = 1000
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
                await _as_member(kafka, pool, stop)
            except Unavailable as fault:
                log.warning("the projector is no member of its group; it joins again", fault=str(fault))
            await _passed(stop, RETRY_SECONDS)
    finally:
        await pool.close()


async def _as_member(kafka: KafkaSettings, pool: Pool, stop: asyncio.Event) -> None:
    """Raises Unavailable."""
    models = Projector(ReadModels(kafka, Store(pool)))
    letters = Projector(DeadLetters(kafka, LetterStore(pool)))

    def change(partitions: frozenset[int]) -> None:
        models.change(partitions)
        letters.change(partitions & LETTERS_WITH)

    async def rest() -> None:
        await asyncio.gather(models.rest(), letters.rest())

    membership = Membership(kafka, kafka.topics.group("projections"), [kafka.topics.journal], change, rest)
    try:
        await membership.start()
        async with asyncio.TaskGroup() as group:
            work = [
                group.create_task(models.run(stop, membership.commit_hint)),
                group.create_task(letters.run(stop, _told_nobody)),
                group.create_task(membership.wait()),
            ]
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            for one in work:
                one.cancel()
    except* Unavailable as faults:
        raise Unavailable(str(faults.exceptions[0])) from faults
    finally:
        await membership.stop()


def _told_nobody(_partition: int, _positions: Positions) -> None:
    """The group owns no partition of the dead letters, so it keeps no position of theirs."""


class Projector[P]:
    """Projects what follows from the partitions it was last told of."""

    def __init__(self, followed: Followed[P]) -> None:
        self._followed = followed
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
                log.warning(
                    "projecting was interrupted; it goes on from the last commit",
                    topic=self._followed.topic,
                    kind=type(fault).__name__,
                    fault=str(fault),
                )
                await _passed(stop, RETRY_SECONDS)
            finally:
                self._resting.set()

    async def _follow(self, partitions: frozenset[int], stop: asyncio.Event, told: Told) -> None:
        """Until the partitions change. Raises what TROUBLE names."""
        positions = await self._followed.positions(partitions)
        log.info("projecting", topic=self._followed.topic, positions=positions)
        async with self._followed.open(positions) as feed:
            while not self._changed.is_set() and not stop.is_set():
                positions = await self._next_page(feed, positions, stop)
                for partition, position in positions.items():
                    told(partition, {self._followed.topic: position})

    async def _next_page(self, feed: Pages[P], positions: dict[int, int], stop: asyncio.Event) -> dict[int, int]:
        page = await feed.take(PAGE_RECORDS_MAX, WAIT_SECONDS)
        if not page:
            return positions
        began = asyncio.get_running_loop().time()
        positions = await self._followed.project(page, positions)
        if len(page) < PAGE_RECORDS_MAX:
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
