"""Rows of the read models, and of the intake before those have it, as the bodies of /v1. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from api_gateway.bodies import BatchBody, HistoryBody, JobBody, ListingBody, Progress, TaskBody
from hawker.contracts.listings import Listing
from hawker.contracts.words import BatchStatus, JobStatus, TaskStatus

NEEDS_AN_OPERATOR = "needs an operator"
"""What a parked job's reason begins with; its status says what it was doing."""


class Row(Protocol):
    """Of a table, or of a test."""

    def __getitem__(self, name: str, /) -> Any: ...  # Any: a column's value; the bodies check it


def progress(total: int, **counts: int) -> Progress:
    """`counts` has the fields of Progress; what is left out is 0."""
    ended = sum(counts.get(name, 0) for name in ("completed", "failed", "cancelled", "expired"))
    return Progress(total=total, percent=round(100 * ended / total, 1) if total else 0.0, **counts)


def batch(row: Row) -> BatchBody:
    return BatchBody(
        id=row["batch_id"],
        marketplace=row["marketplace"],
        action=row["action"],
        account=row["account_id"],
        priority=row["priority"],
        status=row["status"],
        progress=_batch_progress(row),
        reason=row["reason"],
        requested_at=row["requested_at"],
        ended_at=row["ended_at"],
    )


def _batch_progress(row: Row) -> Progress:
    """Items that have not come are pending; those that never will are cancelled with their batch, or else expired."""
    counts = {name: row[name] for name in ("running", "completed", "failed", "cancelled", "expired")}
    counts["cancelled" if row["status"] == BatchStatus.CANCELLED else "expired"] += row["missing"]
    return progress(row["item_count"], pending=row["item_count"] - sum(counts.values()), **counts)


def job(row: Row, job_progress: Progress, tasks: Sequence[TaskBody] = ()) -> JobBody:
    return JobBody(
        id=row["job_id"],
        batch_id=row["batch_id"],
        marketplace=row["marketplace"],
        action=row["action"],
        account=row["account_id"],
        handle=row["handle"],
        title=row["title"],
        priority=row["priority"],
        status=row["status"],
        retry_count=row["retry_count"],
        reason=f"{NEEDS_AN_OPERATOR}: {row['parked']}" if row["parked"] else row["reason"],
        failure=row["failure"],
        listing=row["listing"],
        tasks=list(tasks),
        progress=job_progress,
        created_at=row["created_at"],
        due_at=row["due_at"],
        ended_at=row["ended_at"],
    )


def listed_job(row: Row) -> JobBody:
    return job(row, progress(row["tasks_total"], **{name: row[f"tasks_{name}"] for name in _TASK_COUNTS}))


def whole_job(row: Row, task_rows: Iterable[Row]) -> JobBody:
    tasks = [task(one) for one in task_rows]
    counts = {name: sum(one.status in statuses for one in tasks) for name, statuses in _TASK_COUNTS.items()}
    return job(row, progress(len(tasks), **counts), tasks)


_TASK_COUNTS: Mapping[str, set[TaskStatus]] = {
    "pending": {TaskStatus.PENDING},
    "running": {TaskStatus.PROCESSING},
    "completed": {TaskStatus.SUCCESS},
    "failed": {TaskStatus.FAILED, TaskStatus.TIMEOUT},
    "cancelled": {TaskStatus.CANCELLED},
}
"""A task's statuses in the words of Progress."""


def task(row: Row) -> TaskBody:
    names = ("job_id", "position", "name", "kind", "operation", "status", "attempt", "retry_count", "result", "failure")
    times = ("waited_ms", "took_ms", "started_at", "ended_at")
    return TaskBody(id=f"{row['job_id']}:{row['position']}", **{name: row[name] for name in (*names, *times)})


def listing(row: Row) -> ListingBody:
    listed = Listing(listing_id=row["listing_id"], url=row["url"], skus=tuple(row["skus"]))
    return ListingBody(
        marketplace=row["marketplace"],
        account=row["account_id"],
        handle=row["handle"],
        listing=listed,
        job_id=row["job_id"],
        listed_at=row["listed_at"],
    )


def history(row: Row) -> HistoryBody:
    return HistoryBody(offset=row["journal_offset"], type=row["type"], at=row["at"], position=row["position"], body=row["body"])


def pending_batch(row: Row) -> BatchBody:
    """As it was asked for; the orchestrator has not taken it up yet, or has refused it."""
    refused, summary = row["refused_because"], row["summary"]
    total = summary["item_count"]
    return BatchBody(
        id=row["id"],
        status=BatchStatus.FAILED if refused else BatchStatus.PENDING,
        progress=progress(total, failed=total) if refused else progress(total, pending=total),
        reason=refused,
        requested_at=row["created_at"],
        ended_at=_ended_at(row),
        **_order(summary),
    )


def pending_job(row: Row) -> JobBody:
    refused, summary = row["refused_because"], row["summary"]
    return JobBody(
        id=row["id"],
        handle=summary["handle"],
        title=summary["title"],
        status=JobStatus.FAILED if refused else JobStatus.PENDING,
        progress=progress(0),
        reason=refused,
        created_at=row["created_at"],
        ended_at=_ended_at(row),
        **_order(summary),
    )


def _order(summary: Mapping[str, Any]) -> dict[str, Any]:  # Any: the bodies check them
    return {name: summary[name] for name in ("marketplace", "action", "account", "priority")}


def _ended_at(row: Row) -> datetime | None:
    return row["created_at"] if row["refused_because"] else None


def totals(rows: Iterable[Row]) -> dict[str, int]:
    return {row["status"]: row["count"] for row in rows}
