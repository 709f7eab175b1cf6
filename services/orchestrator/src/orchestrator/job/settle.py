"""How a round ends: everything succeeded, or nothing more can run and the job rests, or fails with a reason.

The example to keep in mind: [success, success, failed, failed, pending] runs tasks 3, 4 and 5 again and reuses 1 and 2.
"""

from collections.abc import Sequence
from datetime import datetime

from pydantic_core import from_json

from hawker.contracts.facts import JobCompleted, JobFailed, JobRetryScheduled
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.listings import Listing
from hawker.contracts.words import Result
from orchestrator.job import retry
from orchestrator.job.state import Active, Failed, Succeeded, Task, TimedOut, has_ready, is_running

type End = JobCompleted | JobFailed | JobRetryScheduled

LEASE_LOST = Failure(kind=FailureKind.UNKNOWN, reason="no answer came in time", code="lease_ended")


def settle(job: Active, now: datetime) -> Sequence[End]:
    if is_running(job) or has_ready(job):
        return ()
    if all(isinstance(task, Succeeded) for task in job.tasks):
        return (JobCompleted(tenant_id=job.order.tenant_id, at=now, job_id=job.order.job_id, listing=_listing(job.tasks)),)
    faults = {position: failure for position, task in enumerate(job.tasks) if (failure := _failure(task)) is not None}
    hopeless = [position for position, failure in faults.items() if not retry.WORTH_RETRYING[failure.kind]]
    if hopeless:
        return (_fail(job, hopeless[0], faults[hopeless[0]].reason, faults, now),)
    if not retry.rounds_left(job.round):
        first = min(faults)
        return (_fail(job, first, f"max retries exceeded: {faults[first].reason}", faults, now),)
    return (_rest(job, now),)


def to_run_again(tasks: Sequence[Task]) -> tuple[int, ...]:
    return tuple(position for position, task in enumerate(tasks) if not isinstance(task, Succeeded))


def _rest(job: Active, now: datetime) -> JobRetryScheduled:
    again = to_run_again(job.tasks)
    return JobRetryScheduled(
        tenant_id=job.order.tenant_id,
        at=now,
        job_id=job.order.job_id,
        round=job.round + 1,
        due_at=now + retry.rest(job.order.job_id, job.round + 1),
        again=again,
        reused=tuple(position for position in range(len(job.tasks)) if position not in again),
    )


def _fail(job: Active, position: int, reason: str, faults: dict[int, Failure], now: datetime) -> JobFailed:
    return JobFailed(
        tenant_id=job.order.tenant_id,
        at=now,
        job_id=job.order.job_id,
        reason=reason,
        position=position,
        failure=faults[position],
    )


def _failure(task: Task) -> Failure | None:
    match task:
        case Failed():
            return task.failure
        case TimedOut():
            return LEASE_LOST
        case _:
            return None


def _listing(tasks: Sequence[Task]) -> Listing | None:
    """The last task of a publishing plan says what stands on the marketplace."""
    last = tasks[-1]
    return listing_in(from_json(last.result)) if isinstance(last, Succeeded) else None


def listing_in(result: Result) -> Listing | None:
    listing_id, url, skus = result.get("listing_id"), result.get("url"), result.get("skus")
    if not isinstance(listing_id, str):
        return None
    names = tuple(sku for sku in skus if isinstance(sku, str)) if isinstance(skus, list) else ()
    return Listing(listing_id=listing_id, url=url if isinstance(url, str) else "", skus=names)
