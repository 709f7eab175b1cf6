"""Cancel, retry, pause, resume: where the state allows it, and why not where it does not."""

import httpx
import pytest

from hawker.contracts.requests import (
    BatchCancelRequested,
    JobCancelRequested,
    JobPauseRequested,
    JobResumeRequested,
    JobRetryRequested,
)
from hawker.contracts.words import JobStatus
from tests.unit.api_gateway.conftest import Log, Memory

REQUESTS = {"cancel": JobCancelRequested, "pause": JobPauseRequested, "resume": JobResumeRequested, "retry": JobRetryRequested}
ALLOWED = {
    ("cancel", "pending"), ("cancel", "running"), ("cancel", "paused"),
    ("pause", "pending"), ("pause", "running"),
    ("resume", "paused"),
    ("retry", "failed"), ("retry", "expired"),
}  # fmt: skip


@pytest.mark.parametrize("verb", REQUESTS)
@pytest.mark.parametrize("status", JobStatus)
async def test_a_wish_about_a_job(client: httpx.AsyncClient, memory: Memory, log: Log, verb: str, status: JobStatus) -> None:
    memory.put_job(status)
    answer = await client.post(f"/v1/jobs/job-1/{verb}")
    if (verb, status) in ALLOWED:
        assert (answer.status_code, answer.headers["location"]) == (202, "/v1/jobs/job-1")
        [wish] = log.messages()
        assert isinstance(wish, REQUESTS[verb])
        assert (wish.tenant_id, wish.job_id, wish.request_id) == ("demo", "job-1", answer.json()["request_id"])
    else:
        assert answer.status_code == 409
        assert status in answer.json()["detail"]
        assert not log.published


@pytest.mark.parametrize(
    ("status", "answered"),
    [("pending", 202), ("running", 202), ("completed", 409), ("partially_failed", 409), ("failed", 409), ("cancelled", 409)],
)
async def test_cancelling_a_batch(client: httpx.AsyncClient, memory: Memory, log: Log, status: str, answered: int) -> None:
    memory.put_batch(status)
    answer = await client.post("/v1/batches/batch-1/cancel")
    assert answer.status_code == answered
    assert [type(message) for message in log.messages()] == ([BatchCancelRequested] if answered == 202 else [])


async def test_a_repeated_wish_has_the_same_request_id(client: httpx.AsyncClient, memory: Memory, log: Log) -> None:
    memory.put_job("running")
    ids = [(await client.post("/v1/jobs/job-1/pause", headers={"Idempotency-Key": "k"})).json()["request_id"] for _ in range(2)]
    other = (await client.post("/v1/jobs/job-1/cancel", headers={"Idempotency-Key": "k"})).json()["request_id"]
    assert ids[0] == ids[1] != other


@pytest.mark.parametrize("path", ["/v1/jobs/nothing/cancel", "/v1/batches/nothing/cancel"])
async def test_what_is_not_there_cannot_be_cancelled(client: httpx.AsyncClient, memory: Memory, path: str) -> None:
    memory.put_job("running", tenant="other", job_id="nothing")
    memory.put_batch("running", tenant="other", batch_id="nothing")
    assert (await client.post(path)).status_code == 404


async def test_a_wish_that_cannot_reach_the_log_may_be_repeated(client: httpx.AsyncClient, memory: Memory, log: Log) -> None:
    memory.put_job("running")
    log.is_down = True
    answer = await client.post("/v1/jobs/job-1/cancel")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
