"""What has been decided, in the past tense and for ever. The journal is these, and the state is their fold.

Every fact is additive only: a changed shape is a new version beside the old one, plus an upcaster.
"""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from hawker.contracts.failures import Failure
from hawker.contracts.listings import Listing, Product
from hawker.contracts.words import (
    Action,
    BatchStatus,
    Id,
    JobStatus,
    Marketplace,
    Model,
    Moment,
    Priority,
    Result,
    TaskKind,
)


class TaskSpec(Model):
    """One step of a plan.

    `needs` are the positions whose success makes it ready.
    `picks` says what the command carries: an input key for each path into the product or an earlier result,
    `"product.images.0"` or `"create_offer.offer_id"`; a tuple of paths gives a list.
    `undo` names the operation that compensates a success.
    """

    name: str
    kind: TaskKind
    operation: str
    needs: tuple[int, ...] = ()
    timeout_seconds: float = Field(gt=0)
    picks: Mapping[str, str | tuple[str, ...]] = Field(default_factory=dict)
    undo: str | None = None


class _Fact(Model):
    type_name: ClassVar[str]
    tenant_id: Id
    at: Moment


class BatchAccepted(_Fact):
    type_name = "hawker.batch.accepted.v1"
    batch_id: Id
    account_id: Id
    marketplace: Marketplace
    action: Action
    priority: Priority
    item_count: int
    expires_at: Moment
    traceparent: str | None = None


class BatchItemsAccepted(_Fact):
    """A chunk's jobs were accepted; the chunk is known by `sequence` from now on."""

    type_name = "hawker.batch.items-accepted.v1"
    batch_id: Id
    sequence: int
    item_count: int


class BatchCancelled(_Fact):
    """No more of this batch begins; it ends when what runs has ended."""

    type_name = "hawker.batch.cancelled.v1"
    batch_id: Id
    request_id: Id


class BatchClosed(_Fact):
    """No more items are taken: `missing` of them never came. The batch ends when its jobs have."""

    type_name = "hawker.batch.closed.v1"
    batch_id: Id
    missing: int
    reason: str


class BatchEnded(_Fact):
    """Counts are of jobs; `expired` jobs and items that never came count as failed in `status`."""

    type_name = "hawker.batch.ended.v1"
    batch_id: Id
    status: BatchStatus
    completed: int
    failed: int
    cancelled: int
    expired: int
    missing: int = 0
    reason: str | None = None


class JobAccepted(_Fact):
    type_name = "hawker.job.accepted.v1"
    job_id: Id
    batch_id: Id | None
    account_id: Id
    marketplace: Marketplace
    action: Action
    priority: Priority
    product: Product
    tasks: tuple[TaskSpec, ...]
    expires_at: Moment
    traceparent: str | None = None


class _JobFact(_Fact):
    job_id: Id


class JobRetryScheduled(_JobFact):
    """The job rests until `due_at`, then round `round` runs `again` and reuses `reused` (positions)."""

    type_name = "hawker.job.retry-scheduled.v1"
    round: int
    due_at: Moment
    again: tuple[int, ...]
    reused: tuple[int, ...]


class JobRetryStarted(_JobFact):
    """`round` is 0 when a person asked for the retry: the count begins anew."""

    type_name = "hawker.job.retry-started.v1"
    round: int
    again: tuple[int, ...]
    expires_at: Moment
    request_id: Id | None = None


class JobPaused(_JobFact):
    type_name = "hawker.job.paused.v1"
    request_id: Id


class JobResumed(_JobFact):
    type_name = "hawker.job.resumed.v1"
    request_id: Id
    expires_at: Moment


class JobCompleted(_JobFact):
    type_name = "hawker.job.completed.v1"
    listing: Listing | None = None


class JobFailed(_JobFact):
    """`failure` is what a seller is told; `position` the task it came from."""

    type_name = "hawker.job.failed.v1"
    reason: str
    position: int | None = None
    failure: Failure | None = None


class JobCancelled(_JobFact):
    type_name = "hawker.job.cancelled.v1"
    request_id: Id | None = None


class JobExpired(_JobFact):
    type_name = "hawker.job.expired.v1"
    reason: str


class _TaskFact(_JobFact):
    position: int
    attempt: int


class TaskDispatched(_TaskFact):
    """Work was asked for. Its lease ends at `lease_until`; `session`, `epoch` and `partition` are set when a browser must be reached."""

    type_name = "hawker.task.dispatched.v1"
    look_first: bool = False
    deadline: Moment
    lease_until: Moment
    session: Id | None = None
    epoch: int | None = None
    partition: int | None = None


class TaskCompleted(_TaskFact):
    type_name = "hawker.task.completed.v1"
    result: Result = Field(default_factory=dict)
    waited_ms: int
    took_ms: int


class AttemptFailed(_TaskFact):
    """The task failed for this round. `look_first`: it may have been begun all the same, by an earlier delivery of its command."""

    type_name = "hawker.task.attempt-failed.v1"
    failure: Failure
    look_first: bool = False
    waited_ms: int
    took_ms: int


class AttemptTimedOut(_TaskFact):
    """No outcome came before the lease ended: it may have happened."""

    type_name = "hawker.task.attempt-timed-out.v1"


class AttemptDeferred(_TaskFact):
    """Throttled or not connected: the task is ready again and has lost nothing. `look_first` as in AttemptFailed."""

    type_name = "hawker.task.attempt-deferred.v1"
    failure: Failure
    look_first: bool = False


class AccountPaused(_Fact):
    """Nothing more goes to this account until `until`: the marketplace said so."""

    type_name = "hawker.account.paused.v1"
    account_id: Id
    marketplace: Marketplace
    until: Moment


class SessionOpened(_Fact):
    type_name = "hawker.session.opened.v1"
    account_id: Id
    marketplace: Marketplace
    session: Id
    epoch: int
    partition: int


class SessionClosed(_Fact):
    type_name = "hawker.session.closed.v1"
    account_id: Id
    marketplace: Marketplace
    session: Id
    epoch: int


class RequestRefused(_Fact):
    """`subject` is the batch or job that the request named. `may_pass_later`: nothing is remembered of it, and the same request may be sent again."""

    type_name = "hawker.request.refused.v1"
    request_type: str
    subject: str
    reason: str
    request_id: Id | None = None
    may_pass_later: bool = False


class OutcomeRefused(_TaskFact):
    """An outcome that came too late or twice: recorded, never applied."""

    type_name = "hawker.outcome.refused.v1"
    reason: str


class JobParked(_Fact):
    """Something about this job broke the decider. Nothing of it moves, and its later inputs wait in the dead letters, until an operator says how to go on."""

    type_name = "hawker.job.parked.v1"
    job_id: Id
    reason: str


class JobUnparked(_Fact):
    """An operator let the job go on; what was redriven follows in the facts after this one. `expires_at` of a living job is later by the time it stood still."""

    type_name = "hawker.job.unparked.v1"
    job_id: Id
    request_id: Id
    expires_at: Moment | None = None


class InputRejected(_Fact):
    """An input that could not be used; it lies in the dead letters under its topic, partition and offset. `subject` is the job it is about, if it says."""

    type_name = "hawker.input.rejected.v1"
    topic: str
    partition: int
    offset: int
    reason: str
    subject: str | None = None


type Fact = (
    BatchAccepted
    | BatchItemsAccepted
    | BatchCancelled
    | BatchClosed
    | BatchEnded
    | JobAccepted
    | JobRetryScheduled
    | JobRetryStarted
    | JobPaused
    | JobResumed
    | JobParked
    | JobUnparked
    | JobCompleted
    | JobFailed
    | JobCancelled
    | JobExpired
    | TaskDispatched
    | TaskCompleted
    | AttemptFailed
    | AttemptTimedOut
    | AttemptDeferred
    | AccountPaused
    | SessionOpened
    | SessionClosed
    | RequestRefused
    | OutcomeRefused
    | InputRejected
)

ENDED_JOB = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.EXPIRED})
