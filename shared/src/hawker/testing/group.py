"""A consumer group in memory: who owns which partition, eagerly balanced, and members that are taken for dead. It reads no record."""

import asyncio
from collections.abc import Awaitable, Callable

from hawker.contracts.recorded import Positions

DRAIN_SECONDS_MAX = 5.0
"""How long a member may take to bring its work to rest before its partitions go."""


async def _nothing() -> None:
    """What there is to drain where nothing was said."""


class MemoryGroup:
    """One group over partitions 0 to `partition_count`. One rebalance at a time."""

    def __init__(self, partition_count: int) -> None:
        self._partition_count = partition_count
        self._members: list[MemoryMember] = []
        self._balancing = asyncio.Lock()

    async def join(self, member: "MemoryMember") -> None:
        self._members.append(member)
        await self.rebalance()

    async def leave(self, member: "MemoryMember") -> None:
        self._members.remove(member)
        await self.rebalance()

    def has(self, member: "MemoryMember") -> bool:
        return member in self._members

    async def evict(self, member: "MemoryMember") -> None:
        """A member that was not heard of in time. Nobody can tell it: it goes on until it learns."""
        if member in self._members:
            self._members.remove(member)
            await self.rebalance()

    async def rebalance(self) -> None:
        """Everybody lets go, then everybody is told anew, by ranges as Kafka's assignor makes them."""
        async with self._balancing:
            await asyncio.gather(*[member.let_go() for member in self._members])
            for number, member in enumerate(self._members):
                member.tell(self._range(number))

    def _range(self, number: int) -> frozenset[int]:
        each, more = divmod(self._partition_count, len(self._members))
        first = number * each + min(number, more)
        return frozenset(range(first, first + each + (number < more)))


class MemoryMember:
    """One process in a group. `on_change` hears the empty set when a rebalance begins; `on_revoke` is awaited then."""

    def __init__(
        self,
        group: MemoryGroup,
        on_change: Callable[[frozenset[int]], None],
        on_revoke: Callable[[], Awaitable[None]] = _nothing,
    ) -> None:
        self._group = group
        self._on_change = on_change
        self._on_revoke = on_revoke
        self._ended = asyncio.Event()
        self._assigned: frozenset[int] = frozenset()
        self.hints: dict[int, Positions] = {}

    @property
    def assigned(self) -> frozenset[int]:
        return self._assigned

    async def start(self) -> None:
        """Join, and return when the first assignment is there."""
        await self._group.join(self)

    async def wait(self) -> None:
        """Until stop()."""
        await self._ended.wait()

    async def stop(self) -> None:
        """Let the work come to rest, then leave."""
        if self._ended.is_set():
            return
        self._ended.set()
        await self.let_go()
        if self._group.has(self):
            await self._group.leave(self)

    def commit_hint(self, partition: int, positions: Positions) -> None:
        if partition in self._assigned:
            self.hints[partition] = dict(positions)

    def tell(self, partitions: frozenset[int]) -> None:
        if self._ended.is_set() and partitions:
            return  # It is leaving: nothing may begin any more.
        self._assigned = partitions
        self._on_change(partitions)

    async def let_go(self) -> None:
        """The group waits no longer than DRAIN_SECONDS_MAX."""
        self.tell(frozenset())
        try:
            async with asyncio.timeout(DRAIN_SECONDS_MAX):
                await self._on_revoke()
        except TimeoutError:
            return
