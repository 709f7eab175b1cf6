"""How many bytes a shard keeps for one job, whatever became of it: the promise is 4 KB beside the product. What each takes today: `make bench ARGS=memory`."""

import pytest

from orchestrator.core.capacity import JOB_BYTES_MAX
from tests.support.crowd import Life, completed, failed, nearly_done, size_of_job, waiting

JOBS = 300


@pytest.mark.parametrize(
    ("life", "bytes_max"),
    [(waiting, JOB_BYTES_MAX // 2), (nearly_done, JOB_BYTES_MAX), (failed, JOB_BYTES_MAX)],
    ids=["just accepted", "all results but the last", "failed, to be retried"],
)
def test_a_job_takes_little_beside_its_product(life: Life, bytes_max: int) -> None:
    assert size_of_job(JOBS, life).own < bytes_max


def test_of_a_completed_job_little_more_than_its_name_is_left() -> None:
    assert size_of_job(JOBS, completed).whole < 600
