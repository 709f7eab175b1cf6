"""The ready tasks of one lane, in the order in which they may go.

Strict priority first; inside a priority the accounts take turns; inside an account the oldest job goes first,
so that jobs end one after another instead of all together at the end.
Entries are promises, not truth: whoever takes them says which still wait.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

from hawker.contracts.words import Priority
from orchestrator.job.state import AccountKey


class Ready(NamedTuple):
    """`age` is the number of the job in order of acceptance."""

    age: int
    position: int
    job_id: str


@dataclass(slots=True)
class _Level:
    """One priority: a heap for each account, and whose turn it is."""

    heaps: dict[AccountKey, list[Ready]] = field(default_factory=dict)
    turns: deque[AccountKey] = field(default_factory=deque)

    def push(self, account: AccountKey, entry: Ready) -> None:
        heap = self.heaps.get(account)
        if heap is None:
            heap = self.heaps[account] = []
            self.turns.append(account)
        heappush(heap, entry)

    def take(self, is_open: Callable[[AccountKey], bool], is_wanted: Callable[[Ready], bool]) -> Ready | None:
        """The next account's oldest wanted entry; what is closed keeps its entries, what is not wanted costs no turn."""
        for _ in range(len(self.turns)):
            account = self.turns.popleft()
            heap = self.heaps[account]
            entry = _oldest(heap, is_wanted) if is_open(account) else None
            if heap:
                self.turns.append(account)
            else:
                del self.heaps[account]
            if entry is not None:
                return entry
        return None

    def __len__(self) -> int:
        return sum(map(len, self.heaps.values()))


def _oldest(heap: list[Ready], is_wanted: Callable[[Ready], bool]) -> Ready | None:
    while heap:
        entry = heappop(heap)
        if is_wanted(entry):
            return entry
    return None


class ReadyTasks:
    """All priorities of one lane."""

    def __init__(self) -> None:
        self._levels = {priority: _Level() for priority in Priority}

    def push(self, priority: Priority, account: AccountKey, entry: Ready) -> None:
        self._levels[priority].push(account, entry)

    def take(self, is_open: Callable[[AccountKey], bool], is_wanted: Callable[[Ready], bool]) -> Iterator[Ready]:
        """Wanted entries in order, each removed as it is given, until nothing that is open is left."""
        for level in self._levels.values():
            while level.heaps:
                entry = level.take(is_open, is_wanted)
                if entry is None:
                    break
                yield entry

    def __len__(self) -> int:
        return sum(map(len, self._levels.values()))
