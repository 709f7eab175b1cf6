"""What follows when something meets a job: outcomes, the end of a lease, deadlines and people's wishes become facts.

Nothing here awaits, reads a clock or opens a socket; `now` comes with the input.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from hawker.contracts.facts import (
    AccountPaused,
    AttemptDeferred,
    AttemptFailed,
    AttemptTimedOut,
    JobCancelled,
    JobExpired,
    JobPaused,
    JobResumed,
    JobRetryStarted,
    OutcomeRefused,
    RequestRefused,
    TaskCompleted,
)
from hawker.contracts.failures import FailureKind
from hawker.contracts.limits import NUMBER_MAX, SPAN_MS_MAX
from hawker.contracts.outcomes import TaskFailed, TaskSucceeded
from hawker.contracts.requests import JobCancelRequested, JobPauseRequested, JobResumeRequested, JobRetryRequested
from hawker.contracts.words import JobStatus
from orchestrator.job import retry
from orchestrator.job.evolve import JobFact, evolve, fold
from orchestrator.job.settle import settle, to_run_again
from orchestrator.job.state import Active, Gone, Job, Live, Paused, Resting, Running, Stopped, is_running

type AttemptOutcome = TaskSucceeded | TaskFailed
type JobControl = JobCancelRequested | JobRetryRequested | JobPauseRequested | JobResumeRequested
type Decision = Sequence[JobFact | AccountPaused | OutcomeRefused | RequestRefused]


def conclude(job: Job | None, outcome: AttemptOutcome, now: datetime) -> Decision:
    """An attempt's outcome. Of an earlier attempt it is refused; a second time it is a quiet no-op."""
    if not isinstance(job, Active | Resting | Paused):
        return () if job is not None and _knows(job, outcome) else (_refuse(outcome, "the job has ended", now),)
    if not _has_position(job, outcome):
        return (_refuse(outcome, "the job has no such task", now),)
    task = job.tasks[outcome.position]
    if not isinstance(task, Running) or task.attempt != outcome.attempt:
        repeated = not isinstance(task, Running) and task.attempt == outcome.attempt
        return () if repeated else (_refuse(outcome, "an earlier attempt", now),)
    match outcome:
        case TaskSucceeded():
            return _then_settle(job, _completed(outcome, now), now)
        case TaskFailed() if outcome.failure.kind in retry.DEFERRED:
            return _defer(job, outcome, now)
        case TaskFailed():
            return _then_settle(job, _failed(outcome, now), now)
        case _:
            assert_never(outcome)


def end_lease(job: Job | None, position: int, attempt: int, now: datetime) -> Decision:
    """The lease of an attempt is over. Nothing happens if its outcome came first."""
    if not isinstance(job, Active | Resting | Paused):
        return ()
    task = job.tasks[position]
    if not isinstance(task, Running) or task.attempt != attempt:
        return ()
    order = job.order
    return _then_settle(
        job, AttemptTimedOut(tenant_id=order.tenant_id, at=now, job_id=order.job_id, position=position, attempt=attempt), now
    )


def begin_round(job: Job | None, now: datetime) -> Decision:
    """The rest is over."""
    if not isinstance(job, Resting) or job.due_at > now:
        return ()
    return (
        JobRetryStarted(
            tenant_id=job.order.tenant_id,
            at=now,
            job_id=job.order.job_id,
            round=job.round + 1,
            again=to_run_again(job.tasks),
            expires_at=job.expires_at,
        ),
    )


def expire(job: Job | None, now: datetime) -> Decision:
    """The job's deadline. What runs may end first; a paused job waits for its person."""
    if not isinstance(job, Active | Resting) or job.expires_at > now or is_running(job):
        return ()
    return (_expired(job, now),)


def control(job: Job | None, request: JobControl, now: datetime) -> Decision:
    """A person's wish; refused with a reason where the state does not allow it."""
    if job is None:
        return (_decline(request, "there is no such job", now),)
    match request:
        case JobCancelRequested():
            return _cancel(job, request, now)
        case JobRetryRequested():
            return _retry(job, request, now)
        case JobPauseRequested():
            return _pause(job, request, now)
        case JobResumeRequested():
            return _resume(job, request, now)
        case _:
            assert_never(request)


def cancel_with_batch(job: Live, now: datetime) -> JobCancelled:
    """Its batch was cancelled."""
    return JobCancelled(tenant_id=job.order.tenant_id, at=now, job_id=job.order.job_id)


def _cancel(job: Job, request: JobCancelRequested, now: datetime) -> Decision:
    if isinstance(job, Gone) and job.status is JobStatus.CANCELLED:
        return ()  # What was asked for is so: most likely the same request again.
    if isinstance(job, Stopped | Gone):
        return (_decline(request, f"the job is {job.status}", now),)
    return (JobCancelled(tenant_id=request.tenant_id, at=now, job_id=request.job_id, request_id=request.request_id),)


def _retry(job: Job, request: JobRetryRequested, now: datetime) -> Decision:
    if not isinstance(job, Stopped):
        reason = f"the job is {job.status}" if isinstance(job, Gone) else "the job has not failed"
        return (_decline(request, reason, now),)
    return (
        JobRetryStarted(
            tenant_id=request.tenant_id,
            at=now,
            job_id=request.job_id,
            round=0,
            again=to_run_again(job.tasks),
            expires_at=now + job.order.wait,
            request_id=request.request_id,
        ),
    )


def _pause(job: Job, request: JobPauseRequested, now: datetime) -> Decision:
    match job:
        case Active() | Resting():
            return (JobPaused(tenant_id=request.tenant_id, at=now, job_id=request.job_id, request_id=request.request_id),)
        case Paused():
            return (_decline(request, "the job is paused already", now),)
        case Stopped() | Gone():
            return (_decline(request, f"the job is {job.status}", now),)
        case _:
            assert_never(job)


def _resume(job: Job, request: JobResumeRequested, now: datetime) -> Decision:
    if not isinstance(job, Paused):
        return (_decline(request, "the job is not paused", now),)
    fact = JobResumed(
        tenant_id=request.tenant_id,
        at=now,
        job_id=request.job_id,
        request_id=request.request_id,
        expires_at=now + job.order.wait,
    )
    return _then_settle(job, fact, now)


def _completed(outcome: TaskSucceeded, now: datetime) -> TaskCompleted:
    return TaskCompleted(
        tenant_id=outcome.tenant_id,
        at=now,
        job_id=outcome.job_id,
        position=outcome.position,
        attempt=outcome.attempt,
        result=outcome.result,
        waited_ms=min(outcome.waited_ms, SPAN_MS_MAX),
        took_ms=min(outcome.took_ms, SPAN_MS_MAX),
    )


def _failed(outcome: TaskFailed, now: datetime) -> AttemptFailed:
    return AttemptFailed(
        tenant_id=outcome.tenant_id,
        at=now,
        job_id=outcome.job_id,
        position=outcome.position,
        attempt=outcome.attempt,
        failure=outcome.failure,
        look_first=outcome.look_first,
        waited_ms=min(outcome.waited_ms, SPAN_MS_MAX),
        took_ms=min(outcome.took_ms, SPAN_MS_MAX),
    )


def _defer(job: Live, outcome: TaskFailed, now: datetime) -> Decision:
    """Throttled or not connected: ready again, nothing lost. A deadline that has passed meanwhile ends the job."""
    deferred = AttemptDeferred(
        tenant_id=outcome.tenant_id,
        at=now,
        job_id=outcome.job_id,
        position=outcome.position,
        attempt=outcome.attempt,
        failure=outcome.failure,
        look_first=outcome.look_first,
    )
    facts: list[JobFact | AccountPaused] = [deferred]
    if outcome.failure.kind is FailureKind.THROTTLED:
        facts.append(_pause_account(job, outcome, now))
    return (*facts, *expire(evolve(job, deferred), now))


def _pause_account(job: Live, outcome: TaskFailed, now: datetime) -> AccountPaused:
    return AccountPaused(
        tenant_id=outcome.tenant_id,
        at=now,
        account_id=job.order.account_id,
        marketplace=job.order.marketplace,
        until=now + retry.throttle(outcome.failure.retry_after_seconds),
    )


def _then_settle(job: Live, fact: JobFact, now: datetime) -> Decision:
    after = fold(job, (fact,))
    if not isinstance(after, Active):
        return (fact,)  # A paused job settles when it is resumed, a resting one has settled.
    return (fact, *(settle(after, now) or expire(after, now)))


def _expired(job: Active | Resting, now: datetime) -> JobExpired:
    reason = f"not done within {job.order.wait}: nothing could run, or it ran too late"
    return JobExpired(tenant_id=job.order.tenant_id, at=now, job_id=job.order.job_id, reason=reason)


def _has_position(job: Live, outcome: AttemptOutcome) -> bool:
    return outcome.position < len(job.tasks)


def _knows(job: Stopped | Gone, outcome: AttemptOutcome) -> bool:
    """Whether this outcome can be the repeat of one that was applied before the job ended."""
    if isinstance(job, Gone):
        return job.status is JobStatus.COMPLETED and isinstance(outcome, TaskSucceeded)
    if outcome.position >= len(job.tasks):
        return False
    task = job.tasks[outcome.position]
    return not isinstance(task, Running) and task.attempt == outcome.attempt


def _refuse(outcome: AttemptOutcome, reason: str, now: datetime) -> OutcomeRefused:
    return OutcomeRefused(
        tenant_id=outcome.tenant_id,
        at=now,
        job_id=outcome.job_id,
        position=min(outcome.position, NUMBER_MAX),
        attempt=min(outcome.attempt, NUMBER_MAX),
        reason=reason,
    )


def _decline(request: JobControl, reason: str, now: datetime) -> RequestRefused:
    return RequestRefused(
        tenant_id=request.tenant_id,
        at=now,
        request_type=request.type_name,
        subject=request.job_id,
        reason=reason,
        request_id=request.request_id,
    )
