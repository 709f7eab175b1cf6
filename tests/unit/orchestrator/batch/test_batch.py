"""How a batch ends, as a table over its jobs' ends."""

import pytest

from hawker.contracts.facts import BatchAccepted
from hawker.contracts.words import BatchStatus, JobStatus
from orchestrator.batch.decide import request, status
from orchestrator.batch.evolve import accept, job_began_again, job_ended
from orchestrator.batch.state import Batch
from tests.support.stories import NOON, batch_requested

C, F, X, E = JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.EXPIRED


def batch(item_count: int) -> Batch:
    (accepted,) = request(None, batch_requested(item_count=item_count), NOON, None)
    assert isinstance(accepted, BatchAccepted)
    return accept(accepted)


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ((C, C), BatchStatus.COMPLETED),
        ((C, F), BatchStatus.PARTIALLY_FAILED),
        ((C, E), BatchStatus.PARTIALLY_FAILED),
        ((C, X), BatchStatus.PARTIALLY_FAILED),
        ((F, F), BatchStatus.FAILED),
        ((F, E), BatchStatus.FAILED),
        ((F, X), BatchStatus.FAILED),
        ((X, X), BatchStatus.CANCELLED),
    ],
)
def test_a_batch_ends_as_its_jobs_did(ends: tuple[JobStatus, ...], expected: BatchStatus) -> None:
    ended = batch(len(ends))
    for end in ends:
        ended = job_ended(ended, end)
    assert status(ended) is expected


def test_a_job_that_begins_again_is_no_longer_counted_as_ended() -> None:
    once = job_ended(batch(1), F)
    assert job_began_again(once, F).counts.ended == 0
