"""What must happen when nobody asks: leases, rests and deadlines, derived from the state. A timer only produces an input.

A timer that has lost its point is not searched for; when it is due, it meets a state that ignores it.
"""

from collections.abc import Callable
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from orchestrator.job.state import AccountKey


class LeaseEnds(NamedTuple):
    job_id: str
    position: int
    attempt: int


class RestEnds(NamedTuple):
    job_id: str


class JobExpires(NamedTuple):
    job_id: str


class BatchExpires(NamedTuple):
    batch_id: str


class CancelJobs(NamedTuple):
    """The next jobs of a cancelled batch."""

    batch_id: str


class AccountOpens(NamedTuple):
    """Only wakes the dispatcher: an account's pause is over."""

    account: AccountKey


type Timer = LeaseEnds | RestEnds | JobExpires | BatchExpires | CancelJobs | AccountOpens


class Timers:
    """A heap by due time; timers of one moment keep the order in which they were set."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Timer]] = []
        self._count = 0

    def set(self, due_at: datetime, timer: Timer) -> None:
        self._count += 1
        heappush(self._heap, (due_at, self._count, timer))

    @property
    def next_due(self) -> datetime | None:
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: datetime, count_max: int) -> list[Timer]:
        due: list[Timer] = []
        while self._heap and self._heap[0][0] <= now and len(due) < count_max:
            due.append(heappop(self._heap)[2])
        return due

    def keep(self, has_point: Callable[[Timer], bool]) -> None:
        """Forgets the others."""
        self._heap = [entry for entry in self._heap if has_point(entry[2])]
        heapify(self._heap)

    def __len__(self) -> int:
        return len(self._heap)
