"""The read models in memory: merges pages of rows as write.sql does, statement by statement. An integration test holds it to PostgreSQL.

A later fact wins, facts that come again change nothing, and no row ever goes back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from hawker.contracts.words import BatchStatus, JobStatus, TaskStatus
from orchestrator.projections.jobs import RESUMED
from orchestrator.projections.rows import (
    BatchChange,
    JobChange,
    JobParking,
    NewBatch,
    NewJob,
    NewListing,
    NewTask,
    Rows,
    StoppedJob,
    TaskChange,
)
from tests.invariants.ledger import BrokenError

type Row = dict[str, Any]  # Any: columns are of many types
type Table = dict[tuple[object, ...], Row]

COUNTED = (JobStatus.RUNNING, JobStatus.PAUSED, JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.EXPIRED)
"""A batch's row counts its jobs by these."""
UNBEGUN = dict.fromkeys(("reason", "failure", "listing", "due_at", "ended_at", "parked")) | {
    "began": False,
    "retry_count": 0,
    "parked_offset": -1,
}
UNTRIED = dict.fromkeys(("result", "failure", "waited_ms", "took_ms", "started_at", "ended_at")) | {"attempt": 0, "retry_count": 0}


@dataclass(slots=True)
class Tables:
    batches: Table = field(default_factory=dict)
    jobs: Table = field(default_factory=dict)
    tasks: Table = field(default_factory=dict)
    listings: Table = field(default_factory=dict)
    history: Table = field(default_factory=dict)

    def write(self, rows: Rows) -> None:
        """In the order of write.py."""
        for batch in rows.new_batches:
            self._add_batch(batch)
        for job in rows.new_jobs:
            self._add_job(job)
        for task in rows.new_tasks:
            self._add_task(task)
        for change in rows.batch_changes.values():
            self._change_batch(change)
        for parking in rows.job_parkings.values():
            self._park(parking)
        self._change_jobs(rows.job_changes.values())
        for changed in rows.task_changes.values():
            self._change_task(changed)
        for stopped in rows.stopped_jobs.values():
            self._cancel_tasks(stopped)
        for listing in sorted(rows.new_listings, key=lambda new: new.offset):
            self._put_listing(listing)
        for entry in rows.history:
            self.history.setdefault((entry.partition, entry.offset), entry._asdict())

    def check_counts(self) -> None:
        """A batch's counts are the sum over its jobs' rows, at any time. Raises BrokenError."""
        sums: dict[tuple[object, ...], dict[str, int]] = {key: dict.fromkeys(COUNTED, 0) for key in self.batches}
        for job in self.jobs.values():
            if job["status"] in COUNTED and (key := (job["tenant_id"], job["batch_id"])) in sums:
                sums[key][job["status"]] += 1
        for name, batch in self.batches.items():
            said = {status: batch[status] for status in COUNTED}
            if said != sums[name]:
                raise BrokenError(f"a batch's row is the sum of its jobs' rows: {name} says {said}, they are {sums[name]}")

    def _add_batch(self, new: NewBatch) -> None:
        counts = dict.fromkeys((*map(str, COUNTED), "missing"), 0)
        row = {**_accepted(new._asdict()), **counts, "status": BatchStatus.PENDING, "reason": None, "ended_at": None}
        self.batches.setdefault((new.tenant_id, new.batch_id), row)

    def _add_job(self, new: NewJob) -> None:
        self.jobs.setdefault((new.tenant_id, new.job_id), {**_accepted(new._asdict()), **UNBEGUN, "status": JobStatus.PENDING})

    def _add_task(self, new: NewTask) -> None:
        row = {**_accepted(new._asdict()), **UNTRIED, "status": TaskStatus.PENDING}
        self.tasks.setdefault((new.tenant_id, new.job_id, new.position), row)

    def _change_batch(self, change: BatchChange) -> None:
        row = _older(self.batches, (change.tenant_id, change.batch_id), change.offset)
        if row is not None:
            said = {name: getattr(change, name) for name in ("status", "missing", "reason", "ended_at")}
            _move(row, {name: row[name] if value is None else value for name, value in said.items()}, change.offset)

    def _park(self, change: JobParking) -> None:
        row = self.jobs.get((change.tenant_id, change.job_id))
        if row is not None and max(row["accepted_offset"], row["parked_offset"]) < change.offset:
            row.update(parked=change.parked, parked_offset=change.offset, expires_at=change.expires_at or row["expires_at"])

    def _change_jobs(self, changes: Iterable[JobChange]) -> None:
        """All see the batches as they were when the statement began."""
        moved: dict[tuple[object, ...], list[tuple[str, str, int | None]]] = {}
        for change in changes:
            row = _older(self.jobs, (change.tenant_id, change.job_id), change.offset)
            if row is None or _goes_on(row, change):
                continue
            before = row["status"]
            _change_job(row, change)
            if row["batch_id"] is not None:
                moved.setdefault((change.tenant_id, row["batch_id"]), []).append((before, row["status"], change.opened_at_offset))
        for key, moves in moved.items():
            _count(self.batches[key], moves)

    def _change_task(self, change: TaskChange) -> None:
        row = _older(self.tasks, (change.tenant_id, change.job_id, change.position), change.offset)
        if row is None:
            return
        kept = {name: row[name] if (value := getattr(change, name)) is None else value for name in ("attempt", "retry_count", "started_at")}
        if change.status == TaskStatus.PENDING:
            kept["started_at"] = None
        said = {name: getattr(change, name) for name in ("status", "result", "failure", "waited_ms", "took_ms", "ended_at")}
        _move(row, {**kept, **said}, change.offset)

    def _cancel_tasks(self, stopped: StoppedJob) -> None:
        for position in range(len(self.tasks)):
            key = stopped.tenant_id, stopped.job_id, position
            if key not in self.tasks:
                return
            row = _older(self.tasks, key, stopped.offset)
            if row is not None and row["status"] in {TaskStatus.PENDING, TaskStatus.PROCESSING}:
                _move(row, {"status": TaskStatus.CANCELLED, "ended_at": stopped.at}, stopped.offset)

    def _put_listing(self, new: NewListing) -> None:
        job = self.jobs.get((new.tenant_id, new.job_id))
        if job is None:
            return
        key = itemgetter("tenant_id", "marketplace", "account_id", "handle")(job)
        if key not in self.listings or self.listings[key]["journal_offset"] < new.offset:
            said = {"listing_id": new.listing_id, "url": new.url, "skus": new.skus, "job_id": new.job_id, "listed_at": new.at}
            names = dict(zip(("tenant_id", "marketplace", "account_id", "handle"), key, strict=True))
            self.listings[key] = {**names, **said, "journal_offset": new.offset}


def _accepted(row: Row) -> Row:
    offset = row.pop("offset")
    return {**row, "accepted_offset": offset, "journal_offset": offset}


def _older(table: Table, key: tuple[object, ...], offset: int) -> Row | None:
    """The row, if this fact is news to it."""
    row = table.get(key)
    return row if row is not None and row["journal_offset"] < offset else None


def _move(row: Row, change: Row, offset: int) -> None:
    row.update(change, journal_offset=offset)


def _goes_on(row: Row, change: JobChange) -> bool:
    """A running job that runs needs no new row."""
    return row["status"] == change.status == JobStatus.RUNNING and change.retry_count is None and change.expires_at is None


def _change_job(row: Row, change: JobChange) -> None:
    kept = {
        name: row[name] if (value := getattr(change, name)) is None else value for name in ("began", "retry_count", "listing", "expires_at")
    }
    status = change.status
    if status == RESUMED:
        status = JobStatus.RUNNING if kept["began"] else JobStatus.PENDING
    said = {name: getattr(change, name) for name in ("reason", "failure", "due_at", "ended_at")}
    _move(row, {**kept, **said, "status": status}, change.offset)


def _count(batch: Row, moves: list[tuple[str, str, int | None]]) -> None:
    for before, after, _ in moves:
        for status, step in ((before, -1), (after, 1)):
            if status in COUNTED:
                batch[status] += step
    opened = max((at for _, _, at in moves if at is not None), default=None)
    if opened is None:
        return
    if opened > batch["journal_offset"]:
        batch.update(status=BatchStatus.RUNNING, ended_at=None)
    elif batch["status"] == BatchStatus.PENDING:
        batch["status"] = BatchStatus.RUNNING
