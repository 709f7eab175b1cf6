"""The state's values as plain rows and back: for its checksum and for snapshots. A row holds nothing but numbers, text, bytes and lists.

What many jobs have in common, their origin and their plan, has rows of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from typing import Any, assert_never

from pydantic import TypeAdapter

from hawker.contracts.facts import TaskSpec
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.words import Action, JobStatus, Marketplace, Priority
from orchestrator.batch.state import Batch, Counts
from orchestrator.core.state import Parked, Session
from orchestrator.job.sharing import shared_plan, untouched
from orchestrator.job.state import (
    AccountKey,
    Active,
    Failed,
    Gone,
    Job,
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

type Row = Sequence[Any]  # Any: plain values of many kinds; the functions that read them say which
type Origin = tuple[str | None, str, str, Marketplace, Action, Priority, timedelta, str | None]
"""Batch, tenant, account, marketplace, action, priority, wait, traceparent."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
UNTOUCHED = untouched(1)[0]
_PLAN = TypeAdapter(tuple[TaskSpec, ...])


def moment_number(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def moment_of(number: int) -> datetime:
    return EPOCH + timedelta(microseconds=number)


def origin_of_order(order: Order) -> Origin:
    return (
        order.batch_id,
        order.tenant_id,
        order.account_id,
        order.marketplace,
        order.action,
        order.priority,
        order.wait,
        order.traceparent,
    )


def origin_row(origin: Origin) -> Row:
    return (*origin[:6], origin[6] // MICROSECOND, origin[7])


def origin_of(row: Row) -> Origin:
    batch_id, tenant_id, account_id, marketplace, action, priority, wait, traceparent = row
    return (
        batch_id,
        tenant_id,
        account_id,
        Marketplace(marketplace),
        Action(action),
        Priority(priority),
        timedelta(microseconds=wait),
        traceparent,
    )


def plan_bytes(plan: tuple[TaskSpec, ...]) -> bytes:
    return _PLAN.dump_json(plan)


def plan_of(value: bytes) -> tuple[TaskSpec, ...]:
    return shared_plan(_PLAN.validate_json(value))


def job_row(job: Job) -> Row:
    """Without its origin and its plan."""
    match job:
        case Gone():
            return ("gone", job.job_id, job.tenant_id, job.batch_id, job.status)
        case Stopped():
            return ("stopped", job.order.job_id, job.order.product, _task_rows(job.tasks), job.status)
        case Active() | Resting() | Paused():
            due_at = None if isinstance(job, Active) or job.due_at is None else moment_number(job.due_at)
            kind = "active" if isinstance(job, Active) else "resting" if isinstance(job, Resting) else "paused"
            tasks = _task_rows(job.tasks)
            return (kind, job.order.job_id, job.order.product, tasks, job.round, moment_number(job.expires_at), due_at)
        case _:
            assert_never(job)


def gone_of(row: Row, share: Callable[[str], str]) -> Gone:
    _, job_id, tenant_id, batch_id, status = row
    return Gone(job_id, share(tenant_id), None if batch_id is None else share(batch_id), JobStatus(status))


def job_of(row: Row, origin: Origin, plan: tuple[TaskSpec, ...]) -> Active | Resting | Paused | Stopped:
    kind, job_id, product, task_rows = row[:4]
    batch_id, tenant_id, account_id, marketplace, action, priority, wait, traceparent = origin
    order = Order(job_id, batch_id, tenant_id, account_id, marketplace, action, priority, product, plan, wait, traceparent)
    tasks = untouched(len(plan)) if task_rows is None else tuple(map(_task_of, task_rows))
    assert len(tasks) == len(plan), "a job has as many tasks as its plan"
    if kind == "stopped":
        return Stopped(order, tasks, JobStatus(row[4]))
    round_, expires_at = row[4], moment_of(row[5])
    due_at = None if row[6] is None else moment_of(row[6])
    match kind:
        case "active":
            return Active(order, tasks, round_, expires_at)
        case "paused":
            return Paused(order, tasks, round_, expires_at, due_at)
        case "resting":
            assert due_at is not None, "a rest has an end"
            return Resting(order, tasks, round_, expires_at, due_at)
        case _:
            raise ValueError(f"{kind} is no kind of job")


def _task_rows(tasks: tuple[Task, ...]) -> list[Row | None] | None:
    """None for one that was never tried, and for all of them: most jobs of a large batch."""
    if tasks == untouched(len(tasks)):
        return None
    return [None if task == UNTOUCHED else _task_row(task) for task in tasks]


def _task_row(task: Task) -> Row:
    match task:
        case Waiting():
            return ("waiting", task.attempt, task.look_first)
        case Running():
            return ("running", task.attempt, moment_number(task.lease_until), task.look_first, task.session, task.epoch)
        case Succeeded():
            return ("succeeded", task.attempt, task.result)
        case Failed():
            failure = task.failure
            said = (failure.kind, failure.reason, failure.code, failure.text, failure.retry_after_seconds)
            return ("failed", task.attempt, said, task.look_first)
        case TimedOut():
            return ("timed-out", task.attempt)
        case _:
            assert_never(task)


def _task_of(row: Row | None) -> Task:
    if row is None:
        return UNTOUCHED
    match row:
        case ["succeeded", attempt, result]:
            return Succeeded(attempt, result)
        case ["waiting", attempt, look_first]:
            return Waiting(attempt, look_first)
        case ["running", attempt, lease_until, look_first, session, epoch]:
            return Running(attempt, moment_of(lease_until), look_first, session, epoch)
        case ["failed", attempt, [kind, reason, code, text, retry_after_seconds], look_first]:
            failure = Failure(kind=FailureKind(kind), reason=reason, code=code, text=text, retry_after_seconds=retry_after_seconds)
            return Failed(attempt, failure, look_first)
        case ["timed-out", attempt]:
            return TimedOut(attempt)
        case _:
            raise ValueError(f"{row[0]} is no kind of task")


def batch_row(batch: Batch) -> Row:
    return (
        batch.batch_id,
        batch.tenant_id,
        batch.account_id,
        batch.marketplace,
        batch.action,
        batch.priority,
        batch.item_count,
        batch.wait // MICROSECOND,
        moment_number(batch.expires_at),
        batch.traceparent,
        batch.chunks.to_bytes(batch.chunks.bit_length() // 8 + 1),
        batch.accepted,
        astuple(batch.counts),
        batch.closed_because,
        batch.cancelled,
        batch.ended,
    )


def batch_of(row: Row) -> Batch:
    batch_id, tenant_id, account_id, marketplace, action, priority, item_count, wait, expires_at, traceparent, *rest = row
    chunks, accepted, counts, closed_because, cancelled, ended = rest
    return Batch(
        batch_id=batch_id,
        tenant_id=tenant_id,
        account_id=account_id,
        marketplace=Marketplace(marketplace),
        action=Action(action),
        priority=Priority(priority),
        item_count=item_count,
        wait=timedelta(microseconds=wait),
        expires_at=moment_of(expires_at),
        traceparent=traceparent,
        chunks=int.from_bytes(chunks),
        accepted=accepted,
        counts=Counts(*counts),
        closed_because=closed_because,
        cancelled=cancelled,
        ended=ended,
    )


def account_of(row: Row) -> AccountKey:
    tenant_id, marketplace, account_id = row
    return AccountKey(tenant_id, Marketplace(marketplace), account_id)


def session_row(session: Session) -> Row:
    return (session.session, session.epoch, session.partition)


def session_of(row: Row) -> Session:
    return Session(*row)


def parked_row(parked: Parked) -> Row:
    return (parked.tenant_id, parked.reason, moment_number(parked.at))


def parked_of(row: Row) -> Parked:
    tenant_id, reason, at = row
    return Parked(tenant_id, reason, moment_of(at))
