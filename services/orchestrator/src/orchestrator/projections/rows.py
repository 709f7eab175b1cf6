"""The rows that facts leave behind, as plain tuples in the order of the SQL's columns. Says nothing of how they are written."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

type BatchKey = tuple[str, str]
type JobKey = tuple[str, str]
"""Both: tenant and id."""
type TaskKey = tuple[str, str, int]
"""Tenant, job and position."""
type Json = str
"""JSON text that PostgreSQL takes as jsonb."""


class NewBatch(NamedTuple):
    tenant_id: str
    batch_id: str
    account_id: str
    marketplace: str
    action: str
    priority: int
    item_count: int
    requested_at: datetime
    expires_at: datetime
    offset: int


class BatchChange(NamedTuple):
    """None keeps what the row has."""

    tenant_id: str
    batch_id: str
    status: str | None
    missing: int | None
    reason: str | None
    ended_at: datetime | None
    offset: int


class NewJob(NamedTuple):
    tenant_id: str
    job_id: str
    batch_id: str | None
    account_id: str
    marketplace: str
    action: str
    handle: str
    title: str
    priority: int
    created_at: datetime
    expires_at: datetime
    offset: int


class JobChange(NamedTuple):
    """The state after the last fact of the page. None keeps `began`, `retry_count`, `listing` and `expires_at`, and clears the others.

    `began`: something of this round was dispatched.
    `opened_at_offset`: where in this page something of it was dispatched or a person began it again; that opens its batch.
    """

    tenant_id: str
    job_id: str
    status: str
    began: bool | None
    opened_at_offset: int | None
    retry_count: int | None
    reason: str | None
    failure: Json | None
    listing: Json | None
    expires_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None
    offset: int


class JobParking(NamedTuple):
    """Whether the job stands still after the last fact of the page, and why. None keeps `expires_at`."""

    tenant_id: str
    job_id: str
    parked: str | None
    expires_at: datetime | None
    offset: int


class NewTask(NamedTuple):
    tenant_id: str
    job_id: str
    position: int
    name: str
    kind: str
    operation: str
    offset: int


class TaskChange(NamedTuple):
    """The state after the last fact of the page. None keeps `attempt`, `retry_count` and `started_at`, and clears the others."""

    tenant_id: str
    job_id: str
    position: int
    status: str
    attempt: int | None
    retry_count: int | None
    result: Json | None
    failure: Json | None
    waited_ms: int | None
    took_ms: int | None
    started_at: datetime | None
    ended_at: datetime | None
    offset: int


class StoppedJob(NamedTuple):
    """Whatever of it had not ended by `offset` is cancelled."""

    tenant_id: str
    job_id: str
    at: datetime
    offset: int


class NewListing(NamedTuple):
    tenant_id: str
    job_id: str
    listing_id: str
    url: str
    skus: Json
    at: datetime
    offset: int


class HistoryEntry(NamedTuple):
    tenant_id: str
    partition: int
    offset: int
    type: str
    batch_id: str | None
    job_id: str | None
    position: int | None
    at: datetime
    body: Json


@dataclass(slots=True)
class Rows:
    """What one page of facts comes to: at most one change per key, the last."""

    new_batches: list[NewBatch] = field(default_factory=list)
    batch_changes: dict[BatchKey, BatchChange] = field(default_factory=dict)
    new_jobs: list[NewJob] = field(default_factory=list)
    job_changes: dict[JobKey, JobChange] = field(default_factory=dict)
    job_parkings: dict[JobKey, JobParking] = field(default_factory=dict)
    new_tasks: list[NewTask] = field(default_factory=list)
    task_changes: dict[TaskKey, TaskChange] = field(default_factory=dict)
    stopped_jobs: dict[JobKey, StoppedJob] = field(default_factory=dict)
    new_listings: list[NewListing] = field(default_factory=list)
    history: list[HistoryEntry] = field(default_factory=list)
