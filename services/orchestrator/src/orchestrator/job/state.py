"""What a job is at any moment: one class per status, holding only what is true there.

task:  Waiting --dispatched--> Running --success--> Succeeded
^                       |
|  deferred             +--failure--> Failed     --+
+-----------------------+--lease ended--> TimedOut-+--next round--> Waiting

job:   Active <--> Paused        Active --round over--> Resting --due--> Active
Active --> Completed | Failed | Cancelled | Expired
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from hawker.contracts.facts import TaskSpec
from hawker.contracts.failures import Failure
from hawker.contracts.topics import LANES, Lane
from hawker.contracts.words import Action, JobStatus, Marketplace, Priority


class AccountKey(NamedTuple):
    """Whose work it is, and where: pace, credentials and browser sessions belong to this."""

    tenant_id: str
    marketplace: Marketplace
    account_id: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """`attempt` is the last one there was; `look_first` stays once an attempt ended in doubt."""

    attempt: int = 0
    look_first: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """`session` and `epoch` name the browser that was asked, where one was."""

    attempt: int
    lease_until: datetime
    look_first: bool = False
    session: str | None = None
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Succeeded:
    """`result` is JSON as it came: a tenth of what it takes as objects, and few tasks after this one ask for it."""

    attempt: int
    result: bytes


@dataclass(frozen=True, slots=True)
class Failed:
    attempt: int
    failure: Failure
    look_first: bool


@dataclass(frozen=True, slots=True)
class TimedOut:
    attempt: int


type Task = Waiting | Running | Succeeded | Failed | TimedOut


@dataclass(frozen=True, slots=True)
class Order:
    """What never changes about a job: who asked for what, and the plan. `product` is JSON as it came."""

    job_id: str
    batch_id: str | None
    tenant_id: str
    account_id: str
    marketplace: Marketplace
    action: Action
    priority: Priority
    product: bytes
    plan: tuple[TaskSpec, ...]
    wait: timedelta
    traceparent: str | None

    @property
    def account(self) -> AccountKey:
        return AccountKey(self.tenant_id, self.marketplace, self.account_id)

    @property
    def lane(self) -> Lane:
        return LANES[self.marketplace]


@dataclass(frozen=True, slots=True)
class Active:
    """Its ready tasks may be dispatched. `round` counts retries: 0, 1, 2, 3."""

    order: Order
    tasks: tuple[Task, ...]
    round: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Resting:
    """Between two rounds, until `due_at`."""

    order: Order
    tasks: tuple[Task, ...]
    round: int
    expires_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Paused:
    """A person said so; what runs may end, nothing begins. `due_at` keeps a rest that was interrupted."""

    order: Order
    tasks: tuple[Task, ...]
    round: int
    expires_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stopped:
    """Failed or expired: kept whole, because a person may ask for another try."""

    order: Order
    tasks: tuple[Task, ...]
    status: JobStatus


@dataclass(frozen=True, slots=True)
class Gone:
    """Completed or cancelled: only its name is kept, for as long as repeats can come."""

    job_id: str
    tenant_id: str
    batch_id: str | None
    status: JobStatus


type Live = Active | Resting | Paused
type Job = Live | Stopped | Gone


def ready(job: Active) -> tuple[int, ...]:
    """The positions that may be dispatched now: waiting, with all they need succeeded."""
    return tuple(position for position in range(len(job.tasks)) if is_ready(job, position))


def has_ready(job: Active) -> bool:
    return any(is_ready(job, position) for position in range(len(job.tasks)))


def is_ready(job: Active, position: int) -> bool:
    needs = job.order.plan[position].needs
    return isinstance(job.tasks[position], Waiting) and all(isinstance(job.tasks[need], Succeeded) for need in needs)


def is_running(job: Live) -> bool:
    return any(isinstance(task, Running) for task in job.tasks)
