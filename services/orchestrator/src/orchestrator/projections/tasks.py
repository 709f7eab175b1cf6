"""How facts change a task's row.

pending --> processing --> success | failed | timeout          cancelled: its job was, before it had ended
   ^            |            (failed and timeout become pending again in the next round)
   +--deferred--+
"""

from typing import assert_never

from hawker.contracts.facts import (
    AttemptDeferred,
    AttemptFailed,
    AttemptTimedOut,
    JobAccepted,
    JobCancelled,
    JobRetryStarted,
    TaskCompleted,
    TaskDispatched,
)
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.words import TaskStatus
from orchestrator.projections.jsontext import json_text
from orchestrator.projections.rows import NewTask, Rows, StoppedJob, TaskChange

_NO_ANSWER = json_text(Failure(kind=FailureKind.UNKNOWN, reason="no answer came in time", code="lease_ended"))


def accept(rows: Rows, fact: JobAccepted, offset: int) -> None:
    rows.new_tasks.extend(
        NewTask(fact.tenant_id, fact.job_id, position, spec.name, spec.kind, spec.operation, offset)
        for position, spec in enumerate(fact.tasks)
    )


def dispatch(rows: Rows, fact: TaskDispatched, offset: int) -> None:
    key = (fact.tenant_id, fact.job_id, fact.position)
    before = rows.task_changes.get(key)
    retries = before.retry_count if before is not None else None
    rows.task_changes[key] = TaskChange(*key, TaskStatus.PROCESSING, fact.attempt, retries, None, None, None, None, fact.at, None, offset)


def complete(rows: Rows, fact: TaskCompleted, offset: int) -> None:
    key = (fact.tenant_id, fact.job_id, fact.position)
    before = rows.task_changes.get(key)
    retries, started_at = (before.retry_count, before.started_at) if before is not None else (None, None)
    result = json_text(fact.result)
    rows.task_changes[key] = TaskChange(
        *key, TaskStatus.SUCCESS, fact.attempt, retries, result, None, fact.waited_ms, fact.took_ms, started_at, fact.at, offset
    )


def fail(rows: Rows, fact: AttemptFailed | AttemptTimedOut | AttemptDeferred, offset: int) -> None:
    key = (fact.tenant_id, fact.job_id, fact.position)
    rows.task_changes[key] = _failed(rows.task_changes.get(key), fact, offset)


def run_again(rows: Rows, fact: JobRetryStarted, offset: int) -> None:
    for position in fact.again:
        key = (fact.tenant_id, fact.job_id, position)
        before = rows.task_changes.get(key)
        rows.task_changes[key] = TaskChange(
            *key,
            status=TaskStatus.PENDING,
            attempt=before and before.attempt,
            retry_count=fact.round,
            result=None,
            failure=None,
            waited_ms=None,
            took_ms=None,
            started_at=None,
            ended_at=None,
            offset=offset,
        )


def cancel(rows: Rows, fact: JobCancelled, offset: int) -> None:
    rows.stopped_jobs[fact.tenant_id, fact.job_id] = StoppedJob(fact.tenant_id, fact.job_id, fact.at, offset)


def _failed(before: TaskChange | None, fact: AttemptFailed | AttemptTimedOut | AttemptDeferred, offset: int) -> TaskChange:
    key = (fact.tenant_id, fact.job_id, fact.position)
    retries, started_at = (before.retry_count, before.started_at) if before is not None else (None, None)
    match fact:
        case AttemptFailed():
            failure, times = json_text(fact.failure), (fact.waited_ms, fact.took_ms)
            return TaskChange(*key, TaskStatus.FAILED, fact.attempt, retries, None, failure, *times, started_at, fact.at, offset)
        case AttemptTimedOut():
            return TaskChange(*key, TaskStatus.TIMEOUT, fact.attempt, retries, None, _NO_ANSWER, None, None, started_at, fact.at, offset)
        case AttemptDeferred():
            return TaskChange(
                *key, TaskStatus.PENDING, fact.attempt, retries, None, json_text(fact.failure), None, None, None, None, offset
            )
        case _:
            assert_never(fact)
