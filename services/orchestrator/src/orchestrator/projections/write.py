"""Rows to PostgreSQL: a handful of statements a page, whatever its size. Opens no transaction and decides nothing."""

from collections.abc import Collection, Mapping

from hawker.postgres.pool import Connection
from hawker.postgres.queries import load
from orchestrator.projections.rows import (
    BatchChange,
    HistoryEntry,
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

QUERIES: Mapping[str, str] = load("orchestrator.projections", "write.sql")

type Row = NewBatch | BatchChange | NewJob | JobChange | JobParking | NewTask | TaskChange | StoppedJob | NewListing | HistoryEntry


async def write(connection: Connection, rows: Rows) -> None:
    """A later fact wins; facts that come again change nothing. New rows go before what changes them, batches before the jobs they count."""
    await _each(connection, "add_batches", rows.new_batches)
    await _each(connection, "add_jobs", rows.new_jobs)
    await _each(connection, "add_tasks", rows.new_tasks)
    await _each(connection, "change_batches", rows.batch_changes.values())
    await _each(connection, "park_jobs", rows.job_parkings.values())
    await _each(connection, "change_jobs", rows.job_changes.values())
    await _each(connection, "change_tasks", rows.task_changes.values())
    await _each(connection, "cancel_tasks", rows.stopped_jobs.values())
    await _each(connection, "put_listings", rows.new_listings)
    await _each(connection, "add_history", rows.history)


async def _each(connection: Connection, query: str, rows: Collection[Row]) -> None:
    """The statement takes an array per column, in the order of the tuple's fields."""
    if rows:
        await connection.execute(QUERIES[query], *(list(column) for column in zip(*rows, strict=True)))
