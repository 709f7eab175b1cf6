"""What the gateway answers, as values. Fields this version does not know are ignored; nothing here does I/O."""

from pydantic import Field

from hawker.contracts.failures import Failure
from hawker.contracts.listings import Listing
from hawker.contracts.words import Action, BatchStatus, JobStatus, Marketplace, Model, Moment, Result, TaskKind, TaskStatus

BATCH_ENDED = frozenset({BatchStatus.COMPLETED, BatchStatus.PARTIALLY_FAILED, BatchStatus.FAILED, BatchStatus.CANCELLED})
JOB_ENDED = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.EXPIRED})


class Progress(Model):
    """Counts of jobs (of a batch) or of tasks (of a job)."""

    total: int = 0
    pending: int = 0
    running: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    expired: int = 0
    percent: float = 0.0

    @property
    def ended(self) -> int:
        return self.completed + self.failed + self.cancelled + self.expired


class Task(Model):
    """One step of a job. Its id is `job:position`."""

    id: str
    job_id: str
    position: int
    name: str
    kind: TaskKind
    operation: str
    status: TaskStatus
    attempt: int = 0
    retry_count: int = 0
    result: Result | None = None
    failure: Failure | None = None
    waited_ms: int | None = None
    took_ms: int | None = None
    started_at: Moment | None = None
    ended_at: Moment | None = None


class Job(Model):
    """One action on one product. `tasks` is filled where one job was asked for."""

    id: str
    batch_id: str | None = None
    marketplace: Marketplace
    action: Action
    account: str
    handle: str = ""
    title: str = ""
    priority: int
    status: JobStatus
    retry_count: int = 0
    reason: str | None = None
    failure: Failure | None = None
    listing: Listing | None = None
    tasks: tuple[Task, ...] = ()
    progress: Progress = Field(default_factory=Progress)
    created_at: Moment | None = None
    due_at: Moment | None = None
    """When a resting job tries again."""
    ended_at: Moment | None = None

    @property
    def has_ended(self) -> bool:
        return self.status in JOB_ENDED


class Batch(Model):
    """One bulk operation."""

    id: str
    marketplace: Marketplace
    action: Action
    account: str
    priority: int
    status: BatchStatus
    progress: Progress = Field(default_factory=Progress)
    reason: str | None = None
    requested_at: Moment | None = None
    ended_at: Moment | None = None

    @property
    def has_ended(self) -> bool:
        return self.status in BATCH_ENDED

    @property
    def ended_whole(self) -> bool:
        """With all its products, whatever became of them: a batch that was cut short is cancelled or has a reason."""
        return self.has_ended and self.status is not BatchStatus.CANCELLED and self.reason is None


class Page[T](Model):
    """One page of a list; `totals` counts the whole list by status."""

    items: tuple[T, ...]
    next_cursor: str | None = None
    totals: dict[str, int] = Field(default_factory=dict)


class Problem(Model):
    """An error's body (RFC 9457); `advice` is the gateway's own word on what to do."""

    title: str = ""
    detail: str = ""
    advice: str = ""
    waiting_for: tuple[str, ...] = ()
    """Of a gateway that is not ready."""
