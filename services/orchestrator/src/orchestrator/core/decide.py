"""What one input means to a shard: facts, perhaps none. Reads the state, changes nothing.

Requests that were answered before are quiet no-ops; old ones are refused, so that what must be remembered is bounded.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import assert_never

from hawker.contracts.facts import (
    AccountPaused,
    Fact,
    InputRejected,
    JobAccepted,
    RequestRefused,
    SessionClosed,
    SessionOpened,
)
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.limits import REQUEST_AGE_DAYS_MAX
from hawker.contracts.outcomes import AccountThrottled, Outcome, PluginConnected, PluginDisconnected, TaskFailed, TaskSucceeded
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.contracts.requests import (
    BatchCancelRequested,
    BatchItemsAdded,
    BatchRequested,
    JobCancelRequested,
    JobPauseRequested,
    JobRequested,
    JobResumeRequested,
    JobRetryRequested,
    JobUnparkRequested,
    Request,
)
from orchestrator.batch import decide as batches
from orchestrator.core import parking
from orchestrator.core.apply import answer_key
from orchestrator.core.capacity import why_full
from orchestrator.core.ids import job_id
from orchestrator.core.state import REQUEST_AGE_MAX, REQUEST_AHEAD_MAX, Shard
from orchestrator.core.timers import AccountOpens, BatchExpires, CancelJobs, JobExpires, LeaseEnds, RestEnds, Timer
from orchestrator.job import decide as jobs
from orchestrator.job.state import AccountKey, Active, Gone, Job, Live, Paused, Resting, Running, Stopped
from orchestrator.plans import PLANS, Plan

CANCEL_JOBS_MAX = 500
"""Jobs of a cancelled batch that end in one step."""
PAUSE_MARGIN = timedelta(seconds=0.5)
"""A pause that is longer by less than this says nothing new."""
PAUSE_MAX = timedelta(days=1)
"""What one word of a worker can close an account for, whatever the marketplace or a wrong clock told it."""
TAKEN = "another job has this id: ids are for one job each, so take one of your own"
UNKNOWN_TENANT = "unknown"
"""What cannot be read does not say whose it is."""

type Input = Request | Outcome | Undecodable


def meet(shard: Shard, recorded: Recorded[Input], now: datetime) -> Sequence[Fact]:
    message = recorded.message
    match message:
        case TaskSucceeded() | TaskFailed():
            return _conclude(shard, message, now)
        case AccountThrottled():
            return _pause_account(shard, message, now)
        case PluginConnected():
            return _open_session(shard, message, now)
        case PluginDisconnected():
            return _close_session(shard, message, now)
        case Undecodable():
            return (reject(recorded, message.reason, now),)
        case _:
            return _request(shard, message, recorded.envelope.traceparent, now)


def ring(shard: Shard, timer: Timer, now: datetime) -> Sequence[Fact]:
    """What a due timer means."""
    match timer:
        case LeaseEnds():
            return jobs.end_lease(shard.jobs.get(timer.job_id), timer.position, timer.attempt, now)
        case RestEnds():
            return jobs.begin_round(shard.jobs.get(timer.job_id), now)
        case JobExpires():
            return jobs.expire(shard.jobs.get(timer.job_id), now)
        case BatchExpires():
            return batches.expire(shard.batches.get(timer.batch_id), now)
        case CancelJobs():
            return _cancel_jobs(shard, timer, now)
        case AccountOpens():
            return ()
        case _:
            assert_never(timer)


def reject(recorded: Recorded[Input], reason: str, now: datetime, tenant_id: str | None = None) -> InputRejected:
    """The input cannot be used; the shell puts it into the dead letters."""
    said = UNKNOWN_TENANT if isinstance(recorded.message, Undecodable) else recorded.message.tenant_id
    return InputRejected(
        tenant_id=tenant_id or said,
        at=now,
        topic=recorded.topic,
        partition=recorded.partition,
        offset=recorded.offset,
        reason=reason,
    )


def too_large(shard: Shard, recorded: Recorded[Input], reason: str, now: datetime) -> Sequence[Fact]:
    """What follows from this input would not fit a message of the log; whoever sent it is told so instead."""
    match recorded.message:
        case Undecodable() | AccountThrottled() | PluginConnected() | PluginDisconnected():
            return (reject(recorded, reason, now),)
        case TaskSucceeded() | TaskFailed() as outcome:
            failure = Failure(kind=FailureKind.REJECTED, reason=f"what the step left behind is too large to be kept: {reason}", code="size")
            about = outcome.model_dump(exclude={"result", "failure"})
            return _conclude(shard, TaskFailed(**about, failure=failure), now)
        case request:
            return (_refuse(request, f"it is too large to be carried out: {reason}", now),)


def _request(shard: Shard, request: Request, traceparent: str | None, now: datetime) -> Sequence[Fact]:
    subject, request_id = _names(request)
    if answer_key(request.tenant_id, request.type_name, subject, request_id) in shard.answered:
        return ()
    if (untimely := _untimely(request.requested_at, now)) is not None:
        return (_refuse(request, untimely, now, may_pass_later=request.requested_at > now),)
    match request:
        case BatchRequested():
            return _batch(shard, request, traceparent, now)
        case BatchItemsAdded():
            batch = shard.batches.get(request.batch_id)
            plan = None if batch is None else PLANS.get((batch.marketplace, batch.action))
            return _of_tenant(batch, request, now) or _items(shard, request, batches.add_items(batch, request, plan, job_id, now), now)
        case JobRequested():
            return _job(shard, request, traceparent, now)
        case JobCancelRequested() | JobRetryRequested() | JobPauseRequested() | JobResumeRequested():
            job = shard.jobs.get(request.job_id)
            job = job if owner_of(job) == request.tenant_id else None
            return _in_cancelled_batch(shard, job, request, now) or jobs.control(job, request, now)
        case JobUnparkRequested():
            return _unpark(shard, request, now)
        case BatchCancelRequested():
            batch = shard.batches.get(request.batch_id)
            return _of_tenant(batch, request, now) or batches.cancel(batch, request, now)
        case _:
            assert_never(request)


def _untimely(requested_at: datetime, now: datetime) -> str | None:
    """Why a request of this date cannot be told from its own repeat. One that is too young yet may pass when it is older."""
    if requested_at < now - REQUEST_AGE_MAX:
        return f"the request is older than {REQUEST_AGE_DAYS_MAX} days: ask again"
    if requested_at > now + REQUEST_AHEAD_MAX:
        return f"the request is dated {requested_at.isoformat(timespec='minutes')}, which is yet to come: set the sender's clock"
    return None


def _unpark(shard: Shard, request: JobUnparkRequested, now: datetime) -> Sequence[Fact]:
    """Also of an id that is no job: its own request may be among what is redriven."""
    if owner_of(shard.jobs.get(request.job_id)) not in {None, request.tenant_id}:
        return (_refuse(request, "there is no such job", now),)
    return (parking.let_go(shard, request, now),)


def _names(request: Request) -> tuple[str, str | None]:
    """The subject and the id of a request, as a refusal repeats them."""
    match request:
        case BatchRequested():
            return request.batch_id, None
        case BatchItemsAdded():
            return f"{request.batch_id}/{request.sequence}", None
        case JobRequested():
            return request.job_id, None
        case BatchCancelRequested():
            return request.batch_id, request.request_id
        case _:
            return request.job_id, request.request_id


def _batch(shard: Shard, request: BatchRequested, traceparent: str | None, now: datetime) -> Sequence[Fact]:
    if (request.marketplace, request.action) not in PLANS:
        return (_refuse(request, f"{request.marketplace} has no plan for {request.action}", now),)
    known = shard.batches.get(request.batch_id)
    if known is None and (full := why_full(shard, request.item_count)) is not None:
        return (_refuse(request, full, now, may_pass_later=True),)
    return _of_tenant(known, request, now) or batches.request(known, request, now, traceparent)


def _job(shard: Shard, request: JobRequested, traceparent: str | None, now: datetime) -> Sequence[Fact]:
    plan = PLANS.get((request.marketplace, request.action))
    if plan is None:
        return (_refuse(request, f"{request.marketplace} has no plan for {request.action}", now),)
    if request.job_id in shard.jobs:
        return () if owner_of(shard.jobs[request.job_id]) == request.tenant_id else (_refuse(request, TAKEN, now),)
    if (full := why_full(shard, 1)) is not None:
        return (_refuse(request, full, now, may_pass_later=True),)
    return (_accepted(request, plan, traceparent, now),)


def _items(shard: Shard, request: BatchItemsAdded, facts: Sequence[Fact], now: datetime) -> Sequence[Fact]:
    """A batch's jobs have ids that follow from its own; somebody may have taken one of them for a job by hand."""
    taken = any(isinstance(fact, JobAccepted) and fact.job_id in shard.jobs for fact in facts)
    return (_refuse(request, TAKEN, now),) if taken else facts


def _accepted(request: JobRequested, plan: Plan, traceparent: str | None, now: datetime) -> JobAccepted:
    return JobAccepted(
        tenant_id=request.tenant_id,
        at=now,
        job_id=request.job_id,
        batch_id=None,
        account_id=request.account_id,
        marketplace=request.marketplace,
        action=request.action,
        priority=request.priority,
        product=request.product,
        tasks=plan(request.product),
        expires_at=now + timedelta(seconds=request.wait_seconds_max),
        traceparent=traceparent,
    )


def _conclude(shard: Shard, outcome: TaskSucceeded | TaskFailed, now: datetime) -> Sequence[Fact]:
    job = shard.jobs.get(outcome.job_id)
    if owner_of(job) != outcome.tenant_id:
        job = None
    facts = [fact for fact in jobs.conclude(job, outcome, now) if not (isinstance(fact, AccountPaused) and _is_paused(shard, fact))]
    if isinstance(outcome, TaskFailed) and outcome.failure.kind is FailureKind.NOT_CONNECTED:
        return (*_lost_session(shard, job, outcome, now), *facts)
    return facts


def _lost_session(shard: Shard, job: object, outcome: TaskFailed, now: datetime) -> Sequence[Fact]:
    """The bridge has no such browser: what we believe is out of date, unless another has come since, or the same one again.

    An earlier attempt says nothing of the browser that is there now.
    """
    if not isinstance(job, Active | Resting | Paused) or outcome.position >= len(job.tasks):
        return ()
    task, session = job.tasks[outcome.position], shard.sessions.get(job.order.account)
    if not isinstance(task, Running) or task.attempt != outcome.attempt:
        return ()
    if session is None or (session.session, session.epoch) != (task.session, task.epoch):
        return ()
    return (_closed(job.order.account, session.session, session.epoch, now),)


def _pause_account(shard: Shard, outcome: AccountThrottled, now: datetime) -> Sequence[Fact]:
    until = min(outcome.until, now + PAUSE_MAX)
    fact = AccountPaused(tenant_id=outcome.tenant_id, at=now, account_id=outcome.account_id, marketplace=outcome.marketplace, until=until)
    return () if until <= now or _is_paused(shard, fact) else (fact,)


def _is_paused(shard: Shard, fact: AccountPaused) -> bool:
    known = shard.pauses.get(AccountKey(fact.tenant_id, fact.marketplace, fact.account_id))
    return known is not None and fact.until <= known + PAUSE_MARGIN


def _open_session(shard: Shard, outcome: PluginConnected, now: datetime) -> Sequence[Fact]:
    known = shard.sessions.get(AccountKey(outcome.tenant_id, outcome.marketplace, outcome.account_id))
    same = known is not None and (known.session, known.epoch, known.partition) == (outcome.session, outcome.epoch, outcome.partition)
    if same or (known is not None and outcome.epoch < known.epoch):
        return ()
    return (
        SessionOpened(
            tenant_id=outcome.tenant_id,
            at=now,
            account_id=outcome.account_id,
            marketplace=outcome.marketplace,
            session=outcome.session,
            epoch=outcome.epoch,
            partition=outcome.partition,
        ),
    )


def _close_session(shard: Shard, outcome: PluginDisconnected, now: datetime) -> Sequence[Fact]:
    account = AccountKey(outcome.tenant_id, outcome.marketplace, outcome.account_id)
    known = shard.sessions.get(account)
    if known is None or (known.session, known.epoch) != (outcome.session, outcome.epoch):
        return ()
    return (_closed(account, outcome.session, outcome.epoch, now),)


def _closed(account: AccountKey, session: str, epoch: int, now: datetime) -> SessionClosed:
    return SessionClosed(
        tenant_id=account.tenant_id,
        at=now,
        account_id=account.account_id,
        marketplace=account.marketplace,
        session=session,
        epoch=epoch,
    )


def _cancel_jobs(shard: Shard, timer: CancelJobs, now: datetime) -> Sequence[Fact]:
    names = list(islice(parking.to_cancel(shard, timer.batch_id), CANCEL_JOBS_MAX))
    return [jobs.cancel_with_batch(_live(shard, name), now) for name in names]


def _live(shard: Shard, name: str) -> Live:
    job = shard.jobs[name]
    assert isinstance(job, Active | Resting | Paused), "the index of live jobs names one that has ended"
    return job


def _of_tenant(batch: object, request: BatchRequested | BatchItemsAdded | BatchCancelRequested, now: datetime) -> Sequence[Fact]:
    """A batch of another tenant is, to this one, no batch at all; its id cannot be taken either."""
    owner = getattr(batch, "tenant_id", request.tenant_id)
    return () if owner == request.tenant_id else (_refuse(request, "there is no such batch", now),)


def _in_cancelled_batch(shard: Shard, job: Job | None, request: Request, now: datetime) -> Sequence[Fact]:
    """A retry there would never be dispatched: nothing of a cancelled batch begins any more."""
    if not isinstance(job, Stopped) or not isinstance(request, JobRetryRequested):
        return ()
    batch = shard.batches.get(job.order.batch_id or "")
    return (_refuse(request, "its batch was cancelled", now),) if batch is not None and batch.cancelled else ()


def owner_of(job: Job | None) -> str | None:
    """The tenant whose job it is."""
    match job:
        case Active() | Resting() | Paused() | Stopped():
            return job.order.tenant_id
        case Gone():
            return job.tenant_id
        case None:
            return None
        case _:
            assert_never(job)


def _refuse(request: Request, reason: str, now: datetime, *, may_pass_later: bool = False) -> RequestRefused:
    subject, request_id = _names(request)
    return RequestRefused(
        tenant_id=request.tenant_id,
        at=now,
        request_type=request.type_name,
        subject=subject,
        reason=reason,
        request_id=request_id,
        may_pass_later=may_pass_later,
    )
