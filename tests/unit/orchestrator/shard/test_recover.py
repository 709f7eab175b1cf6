"""What a recovery takes of a snapshot, and when it leaves it alone: the state is always the journal's."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from msgspec import msgpack

from hawker.testing.points import Point
from hawker.testing.snapshots import MemorySnapshots, Shelf
from orchestrator.core.checksum import checksum
from orchestrator.core.state import Shard
from orchestrator.shard.recover import recover, recover_from
from orchestrator.snapshots.head import VERSION, Head
from orchestrator.snapshots.write import Writing, digest_of
from tests.support.journals import SHARD, Journal
from tests.support.stories import job_requested, succeeded

type Chunks = Sequence[bytes]
type Stored = tuple[Head, Chunks]


@pytest.fixture
async def journal() -> Journal:
    journal = Journal()
    await journal.tell(job_requested("first"))
    await journal.tell(*(succeeded(command) for command in journal.story.take_commands()))
    return journal


@pytest.fixture
def shelf() -> Shelf[Head]:
    return Shelf()


async def recovered_facts(journal: Journal, shelf: Shelf[Head]) -> int:
    """How many facts were read; the state is the whole journal's in any case."""
    recovered = await recover_from(journal.reader, SHARD, MemorySnapshots(shelf))
    assert checksum(recovered.shard) == checksum(await recover(journal.reader, SHARD)) == checksum(journal.story.shard)
    return recovered.facts


async def test_only_what_comes_after_the_snapshot_is_read(journal: Journal, shelf: Shelf[Head]) -> None:
    shelf.put(*journal.snapshot())
    assert await recovered_facts(journal, shelf) == 0
    before = journal.facts
    await journal.tell(job_requested("second"))
    assert await recovered_facts(journal, shelf) == journal.facts - before > 0


async def test_without_a_snapshot_the_whole_journal_is_read(journal: Journal, shelf: Shelf[Head]) -> None:
    assert await recovered_facts(journal, shelf) == journal.facts


def other_version(version: int) -> Callable[[Stored], Stored]:
    return lambda stored: (replace(stored[0], version=version), stored[1])


def torn(stored: Stored) -> Stored:
    head, (*chunks, last) = stored
    return head, (*chunks, last[:-1] + bytes([last[-1] ^ 1]))


def beyond_the_end(stored: Stored) -> Stored:
    return replace(stored[0], position=stored[0].position + 1000), stored[1]


def of_another_journal(stored: Stored) -> Stored:
    return replace(stored[0], anchor="another.0"), stored[1]


def replaced_meanwhile(stored: Stored) -> Stored:
    return stored[0], ()


def with_other_bytes(stored: Stored) -> Stored:
    """They would be read without a complaint: only the digest tells."""
    return stored[0], [chunk for chunk in Writing(Shard()).steps() if chunk is not None]


def with_bytes(chunk: bytes) -> Callable[[Stored], Stored]:
    return lambda stored: (replace(stored[0], digest=digest_of([chunk])), [chunk])


MISFITS: dict[str, Callable[[Stored], Stored]] = {
    "older version": other_version(VERSION - 1),
    "newer version": other_version(VERSION + 1),
    "torn": torn,
    "other bytes": with_other_bytes,
    "beyond the end": beyond_the_end,
    "of another journal": of_another_journal,
    "replaced meanwhile": replaced_meanwhile,
    "no compressed bytes": with_bytes(b"nothing"),
    "no rows": with_bytes(msgpack.encode({"what": "is this"})),
}


@pytest.mark.parametrize("spoil", MISFITS.values(), ids=MISFITS)
async def test_a_snapshot_that_does_not_fit_is_left_alone(journal: Journal, shelf: Shelf[Head], spoil: Callable[[Stored], Stored]) -> None:
    shelf.put(*spoil(journal.snapshot()))
    assert await recovered_facts(journal, shelf) == journal.facts


async def test_where_the_newest_does_not_fit_the_one_before_it_does(journal: Journal, shelf: Shelf[Head]) -> None:
    shelf.put(*journal.snapshot())
    before = journal.facts
    await journal.tell(job_requested("second"))
    shelf.put(*torn(journal.snapshot()))
    assert await recovered_facts(journal, shelf) == journal.facts - before


@pytest.mark.parametrize("point", [Point.SNAPSHOTS_ASKED, Point.SNAPSHOT_LOADING])
async def test_a_store_that_is_away_costs_a_replay_and_nothing_else(journal: Journal, shelf: Shelf[Head], point: Point) -> None:
    async def fail(at: Point) -> None:
        if at is point:
            raise ConnectionError("it is away")

    shelf.put(*journal.snapshot())
    recovered = await recover_from(journal.reader, SHARD, MemorySnapshots(shelf, fail))
    assert recovered.facts == journal.facts
    assert checksum(recovered.shard) == checksum(journal.story.shard)
