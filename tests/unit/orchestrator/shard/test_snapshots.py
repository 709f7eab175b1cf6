"""When a shard's state is put away; and that nothing about it can stop the shard."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import structlog
from structlog.testing import capture_logs

from hawker.testing.points import Point
from hawker.testing.snapshots import MemorySnapshots, Shelf
from orchestrator.core.checksum import checksum
from orchestrator.shard import snapshots as module
from orchestrator.shard.recover import recover_from
from orchestrator.shard.snapshots import SNAPSHOT_SECONDS, Place, Snapshots
from orchestrator.snapshots.head import Head
from tests.support.journals import SHARD, Journal
from tests.support.stories import NOON, job_requested

FACTS = 4


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    def pass_(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Scene:
    """A journal that grows, and the snapshots of its shard. The store answers while `is_there`, and waits while it is not `open`."""

    def __init__(self) -> None:
        self.journal = Journal()
        self.clock = Clock()
        self.shelf: Shelf[Head] = Shelf()
        self.is_there = True
        self.open = asyncio.Event()
        self.open.set()
        self.snapshots = Snapshots(SHARD, MemorySnapshots(self.shelf, self._visit), self.clock, asyncio.sleep)

    async def _visit(self, _: Point) -> None:
        await self.open.wait()
        if not self.is_there:
            raise ConnectionError("it is away")

    async def turn(self, *names: str, place: Place | None = None, known: bool = True) -> None:
        before = self.journal.facts
        await self.journal.tell(*(job_requested(name) for name in names))
        where = place or self.journal.place
        self.snapshots.turn_ended(self.journal.story.shard, where if known else None, self.journal.facts - before)

    async def rest(self) -> None:
        """What was begun is done."""
        if self.snapshots._writing is not None:
            await self.snapshots._writing

    @property
    def saved(self) -> list[int]:
        return sorted(self.shelf.stored.get(SHARD, {}))


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setattr(module, "SNAPSHOT_FACTS", FACTS)
    monkeypatch.setattr(module, "SLICE_PAUSE_SECONDS", 0.0)
    before = structlog.get_config()
    yield Scene()
    structlog.configure(**before)


async def test_after_so_many_facts_the_state_is_put_away_and_a_recovery_begins_with_it(scene: Scene) -> None:
    await scene.turn("one")
    await scene.rest()
    assert scene.saved == [], "two facts are few"
    await scene.turn("two")
    await scene.rest()
    assert scene.saved == [scene.journal.place.position]
    recovered = await recover_from(scene.journal.reader, SHARD, MemorySnapshots(scene.shelf))
    assert recovered.facts == 0
    assert checksum(recovered.shard) == checksum(scene.journal.story.shard)


async def test_facts_that_a_recovery_had_to_read_count_too(scene: Scene) -> None:
    scene.snapshots.begin(facts=FACTS)
    await scene.turn("one")
    await scene.rest()
    assert len(scene.saved) == 1


async def test_a_large_shard_waits_for_as_many_facts_as_it_has_jobs(scene: Scene) -> None:
    scene.snapshots.begin(facts=-100)
    await scene.turn(*(f"job-{n}" for n in range(20)))
    scene.snapshots.begin(facts=0)
    await scene.turn("one", "two", "three")
    await scene.rest()
    assert scene.saved == [], "six facts for 23 jobs"


async def test_a_quiet_shard_is_put_away_after_a_while(scene: Scene) -> None:
    scene.clock.pass_(SNAPSHOT_SECONDS)
    await scene.turn("one")
    await scene.rest()
    assert len(scene.saved) == 1


async def test_what_happens_while_a_snapshot_is_written_is_not_in_it_and_begins_no_other(scene: Scene) -> None:
    scene.open.clear()
    await scene.turn("one", "two")
    first, before = scene.journal.place.position, checksum(scene.journal.story.shard)
    await scene.turn("three", "four")
    await scene.turn("five", "six")
    scene.open.set()
    await scene.rest()
    assert scene.saved == [first]
    assert scene.shelf.stored[SHARD][first][0].checksum == before


async def test_a_turn_whose_place_is_not_known_is_no_place_for_a_snapshot(scene: Scene) -> None:
    await scene.turn("one", "two", "three", known=False)
    await scene.rest()
    assert scene.saved == []
    await scene.turn("four")
    await scene.rest()
    assert len(scene.saved) == 1


async def test_a_store_that_is_away_is_told_of_and_the_next_snapshot_is_tried(scene: Scene) -> None:
    scene.is_there = False
    with capture_logs() as lines:
        await scene.turn("one", "two")
        await scene.rest()
    assert [line["event"] for line in lines] == ["no snapshot saved; the shard goes on"]
    scene.is_there = True
    await scene.turn("three", "four")
    await scene.rest()
    assert len(scene.saved) == 1


async def test_a_state_that_cannot_be_written_stops_nobody(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise ValueError("no row for this")

    monkeypatch.setattr(module, "Writing", fail)
    with capture_logs() as lines:
        await scene.turn("one", "two")
        await scene.rest()
    assert [line["event"] for line in lines] == ["a snapshot could not be written; the shard goes on"]


async def test_a_shard_that_is_drained_leaves_its_state_to_the_next_owner(scene: Scene) -> None:
    await scene.turn("one")
    await scene.snapshots.last(scene.journal.story.shard)
    assert scene.saved == [scene.journal.place.position]


async def test_a_shard_that_is_too_large_leaves_none(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LAST_JOBS_MAX", 0)
    await scene.turn("one")
    await scene.snapshots.last(scene.journal.story.shard)
    assert scene.saved == []


async def test_a_drained_shard_does_not_wait_for_a_store_that_hangs(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LAST_SECONDS_MAX", 0.01)
    scene.open.clear()
    await scene.turn("one")
    await scene.snapshots.last(scene.journal.story.shard)
    assert scene.saved == []


async def test_a_stop_gives_up_what_is_being_written(scene: Scene) -> None:
    scene.open.clear()
    await scene.turn("one", "two")
    await scene.snapshots.stop()
    scene.open.set()
    await asyncio.sleep(0)
    assert scene.saved == []


async def test_an_owner_that_was_fenced_saves_nothing_behind_the_next_one(scene: Scene) -> None:
    await scene.turn("one", "two")
    await scene.rest()
    newest = scene.saved
    scene.snapshots.begin(facts=FACTS)
    await scene.turn("three", place=Place(1, "long ago"))
    await scene.rest()
    assert scene.saved == newest
