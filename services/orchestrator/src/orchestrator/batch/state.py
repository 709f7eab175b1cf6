"""What a batch is: how many of its items came, and how its jobs stand. Counts, never the jobs themselves."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hawker.contracts.words import Action, JobStatus, Marketplace, Priority


@dataclass(frozen=True, slots=True)
class Counts:
    """Jobs by how they ended."""

    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    expired: int = 0

    @property
    def ended(self) -> int:
        return self.completed + self.failed + self.cancelled + self.expired


@dataclass(frozen=True, slots=True)
class Batch:
    """`chunks` has bit n set when chunk n came. `closed_because` is set once no more items are taken."""

    batch_id: str
    tenant_id: str
    account_id: str
    marketplace: Marketplace
    action: Action
    priority: Priority
    item_count: int
    wait: timedelta
    expires_at: datetime
    traceparent: str | None
    chunks: int = 0
    accepted: int = 0
    counts: Counts = Counts()
    closed_because: str | None = None
    cancelled: bool = False
    ended: bool = False

    @property
    def missing(self) -> int:
        return self.item_count - self.accepted

    @property
    def takes_items(self) -> bool:
        return self.closed_because is None and not self.cancelled and not self.ended

    @property
    def to_come(self) -> int:
        """Items that were announced and may still come."""
        return self.missing if self.takes_items else 0

    def has_chunk(self, sequence: int) -> bool:
        return bool(self.chunks >> sequence & 1)

    @property
    def is_done(self) -> bool:
        """Nothing more comes, and every job that came has ended."""
        complete = self.missing == 0 or not self.takes_items
        return complete and self.counts.ended == self.accepted


def count(counts: Counts, status: JobStatus, change: int) -> Counts:
    match status:
        case JobStatus.COMPLETED:
            return replace(counts, completed=counts.completed + change)
        case JobStatus.FAILED:
            return replace(counts, failed=counts.failed + change)
        case JobStatus.CANCELLED:
            return replace(counts, cancelled=counts.cancelled + change)
        case JobStatus.EXPIRED:
            return replace(counts, expired=counts.expired + change)
        case JobStatus.PENDING | JobStatus.RUNNING | JobStatus.PAUSED:
            raise AssertionError(f"{status} is no end")
