"""How a fact changes the shard: the values it names, then the indexes that follow. Never decides, never refuses."""

from datetime import datetime
from typing import assert_never

from hawker.contracts.facts import (
    AccountPaused,
    AttemptDeferred,
    AttemptFailed,
    AttemptTimedOut,
    BatchAccepted,
    BatchCancelled,
    BatchClosed,
    BatchEnded,
    BatchItemsAccepted,
    Fact,
    InputRejected,
    JobAccepted,
    JobCancelled,
    JobCompleted,
    JobExpired,
    JobFailed,
    JobParked,
    JobPaused,
    JobResumed,
    JobRetryScheduled,
    JobRetryStarted,
    JobUnparked,
    OutcomeRefused,
    RequestRefused,
    SessionClosed,
    SessionOpened,
    TaskCompleted,
    TaskDispatched,
)
from hawker.contracts.recorded import Position
from orchestrator.batch import evolve as batches
from orchestrator.core import index, parking
from orchestrator.core.memory import forget_old, remember
from orchestrator.core.state import Session, Shard
from orchestrator.core.timers import AccountOpens, BatchExpires, CancelJobs
from orchestrator.job import evolve as jobs
from orchestrator.job.state import AccountKey, Gone, Stopped


def apply(shard: Shard, fact: Fact, cause: tuple[str, Position] | None = None) -> None:
    """`cause` is the topic and offset of the input that the fact follows from; None for timers."""
    if cause is not None:
        topic, offset = cause
        shard.positions[topic] = max(shard.positions.get(topic, 0), offset + 1)
    forget_old(shard, fact.at)
    _apply(shard, fact)


def _apply(shard: Shard, fact: Fact) -> None:  # noqa: C901, PLR0912 - a branch for each kind of fact is the point
    match fact:
        case JobAccepted():
            _accept_job(shard, fact)
        case TaskDispatched() | TaskCompleted() | AttemptFailed() | AttemptTimedOut() | AttemptDeferred():
            _change_task(shard, fact)
        case JobRetryScheduled() | JobRetryStarted() | JobPaused() | JobResumed():
            _turn_job(shard, fact)
        case JobCompleted() | JobFailed() | JobCancelled() | JobExpired():
            _end_job(shard, fact)
        case JobParked():
            parking.park(shard, fact)
        case JobUnparked():
            parking.unpark(shard, fact)
            _answer(shard, answer_key(fact.tenant_id, "", "", fact.request_id), fact.at)
        case BatchAccepted():
            shard.batches[fact.batch_id] = batches.accept(fact)
            shard.announced_count += fact.item_count
            shard.live_by_batch[fact.batch_id] = {}
            shard.timers.set(fact.expires_at, BatchExpires(fact.batch_id))
        case BatchItemsAccepted() | BatchCancelled() | BatchClosed() | BatchEnded():
            _change_batch(shard, fact)
        case AccountPaused():
            _pause_account(shard, fact)
        case SessionOpened():
            shard.sessions[_account(fact)] = Session(fact.session, fact.epoch, fact.partition)
        case SessionClosed():
            shard.sessions.pop(_account(fact), None)
        case RequestRefused():
            if not fact.may_pass_later:
                _answer(shard, answer_key(fact.tenant_id, fact.request_type, fact.subject, fact.request_id), fact.at)
        case OutcomeRefused() | InputRejected():
            pass  # Recorded for people; the state is as it was.
        case _:
            assert_never(fact)


def answer_key(tenant_id: str, request_type: str, subject: str, request_id: str | None) -> str:
    """A request by its own id, or by what it is about. Tenants choose their ids, and know nothing of each other's."""
    return f"{tenant_id}/{request_id or f'{request_type}:{subject}'}"


def _accept_job(shard: Shard, fact: JobAccepted) -> None:
    job = jobs.accept(fact)
    shard.jobs[fact.job_id] = job
    index.job_began(shard, job)
    index.all_ready(shard, job)


def _change_task(shard: Shard, fact: TaskDispatched | TaskCompleted | AttemptFailed | AttemptTimedOut | AttemptDeferred) -> None:
    job = jobs.evolve(shard.jobs[fact.job_id], fact)
    assert not isinstance(job, Stopped | Gone), "a task's fact ends no job"
    shard.jobs[fact.job_id] = job
    index.task_changed(shard, job, fact)


def _turn_job(shard: Shard, fact: JobRetryScheduled | JobRetryStarted | JobPaused | JobResumed) -> None:
    before = shard.jobs[fact.job_id]
    job = jobs.evolve(before, fact)
    assert not isinstance(job, Stopped | Gone), "a turn ends no job"
    shard.jobs[fact.job_id] = job
    if isinstance(before, Stopped):
        index.job_began(shard, job)
        if job.order.batch_id in shard.batches:
            shard.batches[job.order.batch_id] = batches.job_began_again(shard.batches[job.order.batch_id], before.status)
    index.job_turned(shard, job)
    if not isinstance(fact, JobRetryScheduled) and fact.request_id is not None:
        _answer(shard, answer_key(fact.tenant_id, "", "", fact.request_id), fact.at)


def _end_job(shard: Shard, fact: JobCompleted | JobFailed | JobCancelled | JobExpired) -> None:
    before = shard.jobs[fact.job_id]
    assert not isinstance(before, Stopped | Gone), "a job ended twice"
    job = jobs.evolve(before, fact)
    assert isinstance(job, Stopped | Gone), "an end that ends nothing"
    shard.jobs[fact.job_id] = job
    index.job_ended(shard, before)
    remember(shard, fact.at, "job", fact.job_id)
    batch = shard.batches.get(before.order.batch_id or "")
    if batch is not None:
        shard.batches[batch.batch_id] = batches.job_ended(batch, job.status)


def _change_batch(shard: Shard, fact: BatchItemsAccepted | BatchCancelled | BatchClosed | BatchEnded) -> None:
    before = shard.batches[fact.batch_id]
    shard.batches[fact.batch_id] = batch = batches.evolve(before, fact)
    shard.announced_count += batch.to_come - before.to_come
    if isinstance(fact, BatchCancelled):
        shard.timers.set(fact.at, CancelJobs(fact.batch_id))
        _answer(shard, answer_key(fact.tenant_id, "", "", fact.request_id), fact.at)
    if isinstance(fact, BatchEnded):
        remember(shard, fact.at, "batch", fact.batch_id)


def _pause_account(shard: Shard, fact: AccountPaused) -> None:
    account = _account(fact)
    if fact.until > shard.pauses.get(account, fact.at):
        shard.pauses[account] = fact.until
        shard.timers.set(fact.until, AccountOpens(account))


def _answer(shard: Shard, key: str, at: datetime) -> None:
    shard.answered.add(key)
    remember(shard, at, "answer", key)


def _account(fact: AccountPaused | SessionOpened | SessionClosed) -> AccountKey:
    return AccountKey(fact.tenant_id, fact.marketplace, fact.account_id)
