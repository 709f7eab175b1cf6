"""What an operator's check finds when it folds a shard beside its owner."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from hawker.kafka.errors import Unavailable
from hawker.testing.points import Point
from hawker.testing.snapshots import MemorySnapshots, Shelf
from orchestrator.job.state import Active
from orchestrator.snapshots.head import VERSION, Head
from orchestrator.snapshots.write import digest_of
from orchestrator.verification.fold import Finding, Folding
from tests.support.journals import SHARD, Journal
from tests.support.stories import NOON, job_requested, succeeded


@pytest.fixture
async def journal() -> Journal:
    journal = Journal()
    await journal.tell(job_requested("first"))
    await journal.tell(*(succeeded(command) for command in journal.story.take_commands()))
    return journal


class Check:
    """A fold that goes on whenever it is asked. `progress` are the positions that it told of."""

    def __init__(self, journal: Journal) -> None:
        self.shelf: Shelf[Head] = Shelf()
        self.progress: list[int] = []
        self.is_there = True
        self.folding = Folding(SHARD, journal.reader, MemorySnapshots(self.shelf, self._visit), lambda _, at, __: self.progress.append(at))

    async def _visit(self, _: Point) -> None:
        if not self.is_there:
            raise ConnectionError("it is away")

    async def findings(self) -> Sequence[Finding]:
        return [finding async for finding in self.folding.go_on()]


async def test_right_snapshots_are_equal_each_one_once(journal: Journal) -> None:
    check = Check(journal)
    for name in ("second", "third"):
        check.shelf.put(*journal.snapshot())
        await journal.tell(job_requested(name))
    assert [(finding.differences, finding.left_alone) for finding in await check.findings()] == [([], None)] * 2
    assert check.folding.position == await journal.end(), "the rest is folded too"
    check.shelf.put(*journal.snapshot())
    assert [finding.differences for finding in await check.findings()] == [[]], "and what comes later is compared then"


async def test_a_wrong_live_state_is_named_by_kind_and_id(journal: Journal) -> None:
    check, shard = Check(journal), journal.story.shard
    await journal.tell(job_requested("second"))
    job = shard.jobs["second"]
    assert isinstance(job, Active)
    shard.jobs["second"] = replace(job, expires_at=NOON)
    shard.answered.add("request-9")
    del shard.positions["hawker.outcomes"]
    check.shelf.put(*journal.snapshot())
    [finding] = await check.findings()
    assert finding.differences == [
        "job second differs",
        "answered request request-9 is in the live state alone",
        "position of topic hawker.outcomes is missing in the live state",
        "the checksum that the owner counted of its live state is not the fold's",
    ]


async def test_a_checksum_alone_that_is_wrong_is_found(journal: Journal) -> None:
    check, (head, chunks) = Check(journal), journal.snapshot()
    check.shelf.put(replace(head, checksum="0" * 32), chunks)
    [finding] = await check.findings()
    assert finding.differences == ["the checksum that the owner counted of its live state is not the fold's"]


async def test_what_cannot_be_compared_is_left_alone_with_its_reason(journal: Journal) -> None:
    check, (head, chunks) = Check(journal), journal.snapshot()
    check.shelf.put(replace(head, version=VERSION + 1), chunks)
    [finding] = await check.findings()
    assert finding.left_alone == f"it is of version {VERSION + 1}, this program reads {VERSION}"


async def test_a_snapshot_that_comes_behind_the_fold_is_left_alone(journal: Journal) -> None:
    check, late = Check(journal), journal.snapshot()
    await journal.tell(job_requested("second"))
    assert await check.findings() == []
    check.shelf.put(*late)
    [finding] = await check.findings()
    assert finding.left_alone is not None
    assert not finding.differences


async def test_bytes_that_are_no_snapshot_are_a_difference(journal: Journal) -> None:
    check, (head, _) = Check(journal), journal.snapshot()
    check.shelf.put(replace(head, digest=digest_of([b"nothing"])), [b"nothing"])
    [finding] = await check.findings()
    assert finding.differences[0].startswith("it cannot be read")


async def test_a_store_that_is_away_is_no_difference(journal: Journal) -> None:
    check = Check(journal)
    check.is_there = False
    with pytest.raises(Unavailable):
        await check.findings()


async def test_progress_is_told(journal: Journal) -> None:
    check = Check(journal)
    await check.findings()
    assert check.progress[-1] == journal.place.position
