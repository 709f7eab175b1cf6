"""Rows become bodies: what an item that never came counts as, what a refused wish looks like."""

from datetime import UTC, datetime
from typing import Any

import pytest

from api_gateway import rows

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

JOB_ROW = {
    "job_id": "j", "batch_id": None, "marketplace": "ebay", "action": "publish", "account_id": "main", "handle": "h", "title": "t",
    "priority": 3, "status": "running", "retry_count": 1, "reason": None, "parked": None, "failure": None, "listing": None, "created_at": NOON,
    "due_at": None, "ended_at": None,
}  # fmt: skip


def batch_row(**more: object) -> dict[str, Any]:  # Any: a row
    return {
        "batch_id": "b", "marketplace": "ebay", "action": "publish", "account_id": "main", "priority": 3, "status": "running",
        "item_count": 10, "running": 1, "paused": 1, "completed": 2, "failed": 1, "cancelled": 0, "expired": 1, "missing": 0,
        "reason": None, "requested_at": NOON, "ended_at": None, **more,
    }  # fmt: skip


def test_what_has_not_come_and_what_is_paused_is_pending() -> None:
    progress = rows.batch(batch_row()).progress
    assert (progress.total, progress.pending, progress.running, progress.percent) == (10, 5, 1, 40.0)


@pytest.mark.parametrize(("status", "counted_as"), [("failed", "expired"), ("partially_failed", "expired"), ("cancelled", "cancelled")])
def test_items_that_never_came_are_counted_at_the_end(status: str, counted_as: str) -> None:
    row = batch_row(status=status, running=0, paused=0, completed=4, failed=1, expired=0, missing=5, ended_at=NOON)
    progress = rows.batch(row).progress
    assert getattr(progress, counted_as) == 5
    assert (progress.pending, progress.percent) == (0, 100.0)


def intake_row(kind: str, refused_because: str | None = None) -> dict[str, Any]:  # Any: a row
    summary = {"marketplace": "ebay", "action": "publish", "account": "main", "priority": 3}
    summary |= {"item_count": 4} if kind == "batch" else {"handle": "mug", "title": "Mug"}
    return {"id": "x", "kind": kind, "summary": summary, "created_at": NOON, "refused_because": refused_because}


def test_what_was_only_taken_in_is_pending() -> None:
    assert rows.pending_batch(intake_row("batch")).progress.pending == 4
    assert rows.pending_job(intake_row("job")).status == "pending"


def test_what_the_orchestrator_refused_has_failed_with_its_reason() -> None:
    batch = rows.pending_batch(intake_row("batch", "too old"))
    assert (batch.status, batch.reason, batch.progress.failed, batch.progress.percent) == ("failed", "too old", 4, 100.0)
    job = rows.pending_job(intake_row("job", "too old"))
    assert (job.status, job.reason) == ("failed", "too old")


def test_a_parked_job_says_that_it_needs_an_operator_and_keeps_its_status() -> None:
    body = rows.whole_job(JOB_ROW | {"parked": "the decider raised KeyError"}, [])
    assert (body.status, body.reason) == ("running", "needs an operator: the decider raised KeyError")


def test_a_jobs_progress_is_its_tasks() -> None:
    statuses = ("success", "success", "failed", "timeout", "processing", "pending", "cancelled")
    tasks = [
        {
            "job_id": "j", "position": position, "name": "n", "kind": "direct_http", "operation": "o", "status": status, "attempt": 1,
            "retry_count": 0, "result": None, "failure": None, "waited_ms": 1, "took_ms": 2, "started_at": None, "ended_at": None,
        }
        for position, status in enumerate(statuses)
    ]  # fmt: skip
    body = rows.whole_job(JOB_ROW, tasks)
    progress = body.progress
    assert (progress.total, progress.completed, progress.failed, progress.running, progress.pending, progress.cancelled) == (
        7,
        2,
        2,
        1,
        1,
        1,
    )
    assert [task.id for task in body.tasks][:2] == ["j:0", "j:1"]
