"""Everything one shard knows: frozen values by id, and the indexes that follow from them."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hawker.contracts.limits import REQUEST_AGE_DAYS_MAX
from hawker.contracts.recorded import Positions
from hawker.contracts.topics import Lane
from orchestrator.batch.state import Batch
from orchestrator.core.timers import Timers
from orchestrator.dispatch.ready import ReadyTasks
from orchestrator.dispatch.window import Window
from orchestrator.job.state import AccountKey, Job

REQUEST_AGE_MAX = timedelta(days=REQUEST_AGE_DAYS_MAX)
REQUEST_AHEAD_MAX = timedelta(hours=1)
"""How far a sender's clock may be ahead of ours. One dated later would still be young when its first coming is forgotten."""
MEMORY = REQUEST_AGE_MAX + REQUEST_AHEAD_MAX
"""How long ended jobs, ended batches and answered requests are remembered: as long as repeats can come."""


@dataclass(frozen=True, slots=True)
class Session:
    """A seller's browser, reached through `partition` of the plugin commands."""

    session: str
    epoch: int
    partition: int


@dataclass(frozen=True, slots=True)
class Parked:
    """A job, or the id of one that never came to be, that waits for an operator."""

    tenant_id: str
    reason: str
    at: datetime


@dataclass(slots=True)
class LaneState:
    """Derived: what is ready and what is in flight on one lane."""

    ready: ReadyTasks = field(default_factory=ReadyTasks)
    window: Window = field(default_factory=Window)


@dataclass(slots=True)
class Shard:
    """The fold of one journal partition. Only `apply` changes it."""

    jobs: dict[str, Job] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    pauses: dict[AccountKey, datetime] = field(default_factory=dict)
    sessions: dict[AccountKey, Session] = field(default_factory=dict)
    parked: dict[str, Parked] = field(default_factory=dict)
    """By job id. Nothing of these moves; their inputs go to the dead letters."""
    answered: set[str] = field(default_factory=set)
    """Requests that were refused, or that changed a state which may change back."""
    positions: Positions = field(default_factory=dict)
    """The next input of each topic, from the causes of the facts."""

    # Derived from the values above, on apply.
    lanes: dict[Lane, LaneState] = field(default_factory=lambda: {lane: LaneState() for lane in Lane})
    timers: Timers = field(default_factory=Timers)
    ages: dict[str, int] = field(default_factory=dict)
    """The number of each live job in order of acceptance."""
    live_by_batch: dict[str, dict[str, None]] = field(default_factory=dict)
    to_forget: deque[tuple[datetime, str, str]] = field(default_factory=deque)
    """When what was learned: (moment, kind, id), oldest first."""
    accepted_count: int = 0
    announced_count: int = 0
    """Items that the open batches have still to come."""

    @property
    def live_count(self) -> int:
        return len(self.ages)
