"""A replay's indexes after the sweep: what can run is ready once, what can fall due has its timer, and nothing else is kept."""

from datetime import timedelta

import pytest

from hawker.contracts.facts import JobCompleted
from hawker.contracts.failures import FailureKind
from hawker.contracts.topics import Lane
from orchestrator.core.checksum import checksum
from orchestrator.core.state import Shard
from orchestrator.core.sweep import sweep
from tests.support.stories import NOON, Story, failed, job_requested, product, succeeded


@pytest.fixture
def story() -> Story:
    """One job has ended, one rests, one has a task in flight, and one waits for a window."""
    story = Story()
    story.tell(job_requested("ended")).work_through()
    story.tell(job_requested("resting"))
    story.tell(failed(story.take_commands()[0], FailureKind.TRANSIENT))
    story.tell(job_requested("running", product=product(images=2)))
    story.tell(succeeded(story.take_commands()[0]))
    story.shard.lanes[Lane.EBAY].window.size = 1
    return story.tell(job_requested("waiting"))


def swept(story: Story) -> Shard:
    shard = story.replayed()
    sweep(shard)
    return shard


def test_only_what_can_run_is_ready_and_only_what_can_fall_due_has_a_timer(story: Story) -> None:
    before, after = story.replayed(), swept(story)
    assert len(before.lanes[Lane.EBAY].ready) > 10
    assert len(after.lanes[Lane.EBAY].ready) == 1
    assert checksum(after) == checksum(before) == checksum(story.shard)
    kept = {(type(timer), *timer) for timer in after.timers.take_due(NOON + timedelta(days=1), 100)}
    assert len(kept) == 3 + 1 + 3, "three live jobs expire, one rests, three tasks run"


def test_a_swept_shard_goes_on_where_the_story_stopped(story: Story) -> None:
    story.shard = swept(story)
    story.wait(5).work_through()
    assert {fact.job_id for fact in story.of(JobCompleted)} == {"ended", "resting", "waiting", "running"}
