"""Wishes about what is there: cancel, retry, pause, resume. Refused at once where the state does not allow it; the orchestrator has the last word."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from api_gateway import problems
from api_gateway.bodies import Accepted, BatchBody, JobBody
from api_gateway.intake import Intake, Sender
from hawker.contracts.requests import (
    BatchCancelRequested,
    JobCancelRequested,
    JobPauseRequested,
    JobResumeRequested,
    JobRetryRequested,
)
from hawker.contracts.words import BatchStatus, JobStatus

type JobWish = type[JobCancelRequested | JobPauseRequested | JobResumeRequested | JobRetryRequested]

_NAMES = uuid.UUID("0b6c6a0e-5a8e-5d0f-9c39-6e1f7f1d9a51")
"""The same tenant, key and wish give the same request id: a repeat is known by it."""


@dataclass(frozen=True, slots=True)
class Rule:
    request: JobWish
    allowed: frozenset[JobStatus]
    otherwise: str


RULES: Mapping[str, Rule] = {
    "cancel": Rule(
        JobCancelRequested,
        frozenset({JobStatus.PENDING, JobStatus.RUNNING, JobStatus.PAUSED}),
        "Only a job that has not ended can be cancelled.",
    ),
    "pause": Rule(JobPauseRequested, frozenset({JobStatus.PENDING, JobStatus.RUNNING}), "Only a pending or running job can be paused."),
    "resume": Rule(JobResumeRequested, frozenset({JobStatus.PAUSED}), "Only a paused job can be resumed."),
    "retry": Rule(JobRetryRequested, frozenset({JobStatus.FAILED, JobStatus.EXPIRED}), "Only a failed or expired job can be retried."),
}
BATCH_OPEN = frozenset({BatchStatus.PENDING, BatchStatus.RUNNING})


async def control_job(intake: Intake, sender: Sender, job: JobBody, verb: str) -> Accepted:
    """Raises Problem."""
    rule = RULES[verb]
    if job.status not in rule.allowed:
        raise problems.state(f"The job is {job.status}.", rule.otherwise)
    request_id = _request_id(sender, verb, job.id)
    wish = rule.request(tenant_id=sender.tenant, requested_at=datetime.now(UTC), request_id=request_id, job_id=job.id)
    await intake.publish(sender, wish, request_id)
    return Accepted(request_id=request_id, location=f"/v1/jobs/{job.id}")


async def cancel_batch(intake: Intake, sender: Sender, batch: BatchBody) -> Accepted:
    """Raises Problem."""
    if batch.status not in BATCH_OPEN:
        raise problems.state(f"The batch is {batch.status}.", "Only a batch that has not ended can be cancelled.")
    request_id = _request_id(sender, "cancel", batch.id)
    wish = BatchCancelRequested(tenant_id=sender.tenant, requested_at=datetime.now(UTC), request_id=request_id, batch_id=batch.id)
    await intake.publish(sender, wish, request_id)
    return Accepted(request_id=request_id, location=f"/v1/batches/{batch.id}")


def _request_id(sender: Sender, verb: str, subject: str) -> str:
    if sender.key is None:
        return str(uuid.uuid4())
    return str(uuid.uuid5(_NAMES, f"{sender.tenant}\n{sender.key}\n{verb}\n{subject}"))
