"""The ready tasks of one lane, in the order in which they may go.

Strict priority first; inside a priority the accounts take turns; inside an account the oldest job goes first,
so that jobs end one after another instead of all together at the end.
Tasks for a seller's browser lie apart in their account: while it is away they hold up nothing, however many they are.
Entries are promises, not truth: whoever takes them says which still wait.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from heapq import heappop, heappush
from typing import NamedTuple

from hawker.contracts.words import Priority
from orchestrator.job.state import AccountKey


class Ready(NamedTuple):
    """`age` is the number of the job in order of acceptance."""

    age: int
    position: int
    job_id: str


class Way(Enum):
    """How far an account's tasks can go now."""

    CLOSED = auto()
    """The marketplace asked for a pause."""
    NO_BROWSER = auto()
    OPEN = auto()


@dataclass(slots=True)
class _Queue:
    """One account's ready tasks, as two heaps."""

    direct: list[Ready] = field(default_factory=list)
    in_browser: list[Ready] = field(default_factory=list)

    def push(self, entry: Ready, *, in_browser: bool) -> None:
        heappush(self.in_browser if in_browser else self.direct, entry)

    def take(self, way: Way, is_wanted: Callable[[Ready], bool]) -> Ready | None:
        """The oldest wanted entry that can go."""
        while heap := self._next(way):
            entry = heappop(heap)
            if is_wanted(entry):
                return entry
        return None

    def _next(self, way: Way) -> list[Ready]:
        """The heap with the older head; an empty one if nothing can go."""
        if way is not Way.OPEN or not self.in_browser:
            return [] if way is Way.CLOSED else self.direct
        return self.in_browser if not self.direct or self.in_browser[0] < self.direct[0] else self.direct

    def __len__(self) -> int:
        return len(self.direct) + len(self.in_browser)


@dataclass(slots=True)
class _Level:
    """One priority: a queue for each account, and whose turn it is."""

    queues: dict[AccountKey, _Queue] = field(default_factory=dict)
    turns: deque[AccountKey] = field(default_factory=deque)

    def push(self, account: AccountKey, entry: Ready, *, in_browser: bool) -> None:
        queue = self.queues.get(account)
        if queue is None:
            queue = self.queues[account] = _Queue()
            self.turns.append(account)
        queue.push(entry, in_browser=in_browser)

    def take(self, way: Callable[[AccountKey], Way], is_wanted: Callable[[Ready], bool]) -> Ready | None:
        """The next account's oldest wanted entry; what cannot go keeps its place, what is not wanted costs no turn."""
        for _ in range(len(self.turns)):
            account = self.turns.popleft()
            queue = self.queues[account]
            entry = queue.take(way(account), is_wanted)
            if queue:
                self.turns.append(account)
            else:
                del self.queues[account]
            if entry is not None:
                return entry
        return None

    def __len__(self) -> int:
        return sum(map(len, self.queues.values()))


class ReadyTasks:
    """All priorities of one lane."""

    def __init__(self) -> None:
        self._levels = {priority: _Level() for priority in Priority}

    def push(self, priority: Priority, account: AccountKey, entry: Ready, *, in_browser: bool = False) -> None:
        self._levels[priority].push(account, entry, in_browser=in_browser)

    def take(self, way: Callable[[AccountKey], Way], is_wanted: Callable[[Ready], bool]) -> Iterator[Ready]:
        """Wanted entries in order, each removed as it is given, until nothing that can go is left."""
        for level in self._levels.values():
            while level.queues:
                entry = level.take(way, is_wanted)
                if entry is None:
                    break
                yield entry

    def __len__(self) -> int:
        return sum(map(len, self._levels.values()))
