"""How facts change a job. Never refuses and never decides: a fact has happened."""

from collections.abc import Iterable
from typing import assert_never

from pydantic_core import to_json

from hawker.contracts.codec import encode
from hawker.contracts.facts import (
    AttemptDeferred,
    AttemptFailed,
    AttemptTimedOut,
    JobAccepted,
    JobCancelled,
    JobCompleted,
    JobExpired,
    JobFailed,
    JobPaused,
    JobResumed,
    JobRetryScheduled,
    JobRetryStarted,
    TaskCompleted,
    TaskDispatched,
)
from hawker.contracts.failures import FailureKind
from hawker.contracts.words import JobStatus
from orchestrator.job.sharing import shared_plan, untouched
from orchestrator.job.state import (
    Active,
    Failed,
    Gone,
    Job,
    Live,
    Order,
    Paused,
    Resting,
    Running,
    Stopped,
    Succeeded,
    Task,
    TimedOut,
    Waiting,
)

type TaskFact = TaskDispatched | TaskCompleted | AttemptFailed | AttemptTimedOut | AttemptDeferred
type EndFact = JobCompleted | JobFailed | JobCancelled | JobExpired
type PhaseFact = JobRetryScheduled | JobRetryStarted | JobPaused | JobResumed
type JobFact = TaskFact | EndFact | PhaseFact


def accept(fact: JobAccepted) -> Active:
    order = Order(
        job_id=fact.job_id,
        batch_id=fact.batch_id,
        tenant_id=fact.tenant_id,
        account_id=fact.account_id,
        marketplace=fact.marketplace,
        action=fact.action,
        priority=fact.priority,
        product=encode(fact.product),
        plan=shared_plan(fact.tasks),
        wait=fact.expires_at - fact.at,
        traceparent=fact.traceparent,
    )
    return Active(order, untouched(len(fact.tasks)), round=0, expires_at=fact.expires_at)


def evolve(job: Job, fact: JobFact) -> Job:
    match fact:
        case TaskDispatched() | TaskCompleted() | AttemptFailed() | AttemptTimedOut() | AttemptDeferred():
            return _with_task(_live(job), fact)
        case JobCompleted() | JobFailed() | JobCancelled() | JobExpired():
            return _end(job, fact)
        case JobRetryScheduled() | JobRetryStarted() | JobPaused() | JobResumed():
            return _turn(job, fact)
        case _:
            assert_never(fact)


def fold(job: Job, facts: Iterable[JobFact]) -> Job:
    for fact in facts:
        job = evolve(job, fact)
    return job


def _with_task(job: Live, fact: TaskFact) -> Live:
    before = job.tasks[fact.position]
    return _with_tasks(job, (*job.tasks[: fact.position], _task(before, fact), *job.tasks[fact.position + 1 :]))


def _task(before: Task, fact: TaskFact) -> Task:
    match fact:
        case TaskDispatched():
            return Running(fact.attempt, fact.lease_until, fact.look_first, fact.session, fact.epoch)
        case TaskCompleted():
            return Succeeded(fact.attempt, to_json(fact.result))
        case AttemptFailed():
            return Failed(
                fact.attempt, fact.failure, look_first=_in_doubt(before) or fact.look_first or fact.failure.kind is FailureKind.UNKNOWN
            )
        case AttemptTimedOut():
            return TimedOut(fact.attempt)
        case AttemptDeferred():
            return Waiting(fact.attempt, look_first=_in_doubt(before) or fact.look_first)
        case _:
            assert_never(fact)


def _in_doubt(task: Task) -> bool:
    match task:
        case Waiting() | Running() | Failed():
            return task.look_first
        case TimedOut():
            return True
        case Succeeded():
            return False
        case _:
            assert_never(task)


def _end(job: Job, fact: EndFact) -> Job:
    match fact:
        case JobCompleted():
            return Gone(fact.job_id, fact.tenant_id, _batch_id(job), JobStatus.COMPLETED)
        case JobCancelled():
            return Gone(fact.job_id, fact.tenant_id, _batch_id(job), JobStatus.CANCELLED)
        case JobFailed():
            return Stopped(_live(job).order, _live(job).tasks, JobStatus.FAILED)
        case JobExpired():
            return Stopped(_live(job).order, _live(job).tasks, JobStatus.EXPIRED)
        case _:
            assert_never(fact)


def _turn(job: Job, fact: PhaseFact) -> Live:
    match fact:
        case JobRetryScheduled():
            live = _live(job)
            return Resting(live.order, live.tasks, live.round, live.expires_at, fact.due_at)
        case JobRetryStarted():
            return _again(job, fact)
        case JobPaused():
            live = _live(job)
            due_at = live.due_at if isinstance(live, Resting) else None
            return Paused(live.order, live.tasks, live.round, live.expires_at, due_at)
        case JobResumed():
            return _resume(_live(job), fact)
        case _:
            assert_never(fact)


def _again(job: Job, fact: JobRetryStarted) -> Active:
    assert not isinstance(job, Gone), "a job that is gone starts no round"
    again = frozenset(fact.again)
    tasks = tuple(_waiting(task) if position in again else task for position, task in enumerate(job.tasks))
    return Active(job.order, tasks, fact.round, fact.expires_at)


def _waiting(task: Task) -> Task:
    return task if isinstance(task, Succeeded) else Waiting(task.attempt, look_first=_in_doubt(task))


def _resume(job: Live, fact: JobResumed) -> Live:
    if isinstance(job, Paused) and job.due_at is not None:
        return Resting(job.order, job.tasks, job.round, fact.expires_at, job.due_at)
    return Active(job.order, job.tasks, job.round, fact.expires_at)


def _with_tasks(job: Live, tasks: tuple[Task, ...]) -> Live:
    match job:
        case Active():
            return Active(job.order, tasks, job.round, job.expires_at)
        case Resting():
            return Resting(job.order, tasks, job.round, job.expires_at, job.due_at)
        case Paused():
            return Paused(job.order, tasks, job.round, job.expires_at, job.due_at)
        case _:
            assert_never(job)


def _live(job: Job) -> Live:
    assert isinstance(job, Active | Resting | Paused), "a fact about a job that has ended"
    return job


def _batch_id(job: Job) -> str | None:
    return job.batch_id if isinstance(job, Gone) else job.order.batch_id
