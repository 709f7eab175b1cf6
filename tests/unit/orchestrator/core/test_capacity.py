"""What a full shard does: it takes on nothing new, says so without remembering it, and goes on with everything else."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from hawker.contracts.facts import BatchEnded, BatchItemsAccepted, JobAccepted, JobCancelled, JobRetryStarted, RequestRefused
from hawker.contracts.failures import FailureKind
from hawker.contracts.requests import JobCancelRequested, JobPauseRequested, JobRetryRequested
from hawker.contracts.words import Marketplace
from orchestrator.core import capacity
from orchestrator.core.checksum import checksum
from orchestrator.core.sweep import sweep
from tests.support.stories import NOON, TENANT, Story, batch_requested, failed, items_added, job_requested


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture(autouse=True)
def small() -> Iterator[None]:
    with patch.object(capacity, "LIVE_JOBS_MAX", 3):
        yield


def fill(story: Story) -> Story:
    """Three jobs that wait for a browser."""
    return story.tell(*(job_requested(f"waiting-{n}", Marketplace.FLEA) for n in range(3)))


def test_the_reason_says_how_much_there_is_and_what_to_do(story: Story) -> None:
    fill(story).tell(job_requested("late"))
    (refused,) = story.of(RequestRefused)
    assert refused.reason == "there is no room for 1 more jobs: 3 of at most 3 are in work here; ask again when some have ended"


def test_the_same_request_passes_once_there_is_room(story: Story) -> None:
    fill(story).tell(job_requested("late"), job_requested("late"))
    assert [fact.subject for fact in story.of(RequestRefused)] == ["late", "late"]
    assert story.shard.answered == set()
    story.tell(JobCancelRequested(tenant_id=TENANT, requested_at=NOON, request_id="r", job_id="waiting-0"), job_requested("late"))
    assert [fact.job_id for fact in story.of(JobCancelled)] == ["waiting-0"]
    assert [fact.job_id for fact in story.of(JobAccepted)][-1] == "late"


def test_a_batch_is_refused_whole_and_passes_whole(story: Story) -> None:
    story.tell(job_requested("first", Marketplace.FLEA))
    story.tell(batch_requested(item_count=3), items_added("a", "b", "c"))
    assert [fact.subject for fact in story.of(RequestRefused)] == ["batch-1", "batch-1/0"]
    story.tell(JobCancelRequested(tenant_id=TENANT, requested_at=NOON, request_id="r", job_id="first"))
    story.tell(batch_requested(item_count=3), items_added("a", "b", "c")).work_through()
    assert story.of(BatchEnded)[0].completed == 3


def test_what_an_accepted_batch_has_announced_is_room_that_nobody_else_gets(story: Story) -> None:
    story.tell(batch_requested(item_count=3), items_added("a"), job_requested("late"))
    assert [fact.subject for fact in story.of(RequestRefused)] == ["late"]
    story.tell(items_added("b", "c", sequence=1))
    assert [fact.item_count for fact in story.of(BatchItemsAccepted)] == [1, 2]


def test_a_batch_whose_items_never_came_gives_its_room_back(story: Story) -> None:
    story.tell(batch_requested(item_count=3, wait_seconds_max=60)).wait(61)
    assert story.shard.announced_count == 0
    story.tell(job_requested("late"))
    assert len(story.of(JobAccepted)) == 1


def test_controls_and_outcomes_are_met_as_ever(story: Story) -> None:
    story.tell(job_requested("failing"))
    story.tell(failed(story.take_commands()[0], FailureKind.REJECTED))
    fill(story).tell(JobRetryRequested(tenant_id=TENANT, requested_at=NOON, request_id="again", job_id="failing"))
    assert len(story.of(JobRetryStarted)) == 1
    story.tell(JobPauseRequested(tenant_id=TENANT, requested_at=NOON, request_id="pause", job_id="failing"))
    assert story.of(RequestRefused) == []


def test_a_replay_knows_as_well_how_much_room_there_is(story: Story) -> None:
    story.tell(batch_requested(item_count=3), items_added("a"), job_requested("late"))
    shard = story.replayed()
    assert (shard.live_count, shard.announced_count) == (story.shard.live_count, story.shard.announced_count) == (1, 2)
    sweep(shard)
    assert shard.announced_count == 2
    assert checksum(shard) == checksum(story.shard)
