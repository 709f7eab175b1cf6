"""What a shard forgets, and when."""

from hawker.contracts.words import Marketplace
from orchestrator.core.state import MEMORY
from tests.support.stories import Story, job_requested

WEEK_SECONDS = 7 * 24 * 3600


def test_a_completed_job_is_forgotten_once_no_repeat_can_come_and_a_live_one_is_not() -> None:
    story = Story().tell(job_requested("done")).work_through()
    story.tell(job_requested("waiting", Marketplace.FLEA, wait_seconds_max=WEEK_SECONDS))
    story.wait(MEMORY.total_seconds() - 1).tell(job_requested("early", requested_at=story.now))
    assert "done" in story.shard.jobs
    story.wait(2).tell(job_requested("late", requested_at=story.now))
    assert "done" not in story.shard.jobs
    assert {"early", "late"} <= story.shard.jobs.keys()
