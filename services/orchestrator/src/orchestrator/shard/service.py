"""All shards of one process: starts a keeper for what the group assigns, stops it for what the group takes away."""

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog

from orchestrator.shard.keeper import Keeper
from orchestrator.shard.owner import Ports
from orchestrator.shard.suspicion import Suspicion

log = structlog.get_logger(__name__)

type OnChange = Callable[[frozenset[int]], None]


class Member(Protocol):
    """A process's place in the group."""

    async def start(self) -> None: ...
    async def wait(self) -> None: ...
    async def stop(self) -> None: ...


class Service:
    """`on_change` and `drain` are for the group's member, which may call them at any time."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._suspicions: dict[int, Suspicion] = {}
        self._keepers: dict[int, Keeper] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    @property
    def keepers(self) -> dict[int, Keeper]:
        return dict(self._keepers)

    def on_change(self, assigned: frozenset[int]) -> None:
        """No I/O: only says who should stop and who should begin."""
        given_up = sorted(self._keepers.keys() - assigned)
        if given_up:
            log.info("giving shards up: the group takes them back to share them out anew", shards=given_up)
        for partition in given_up:
            self._keepers.pop(partition).stop()
        for partition in assigned - self._keepers.keys():
            self._begin(partition)

    async def drain(self) -> None:
        """Every shard has ended its turn and let go."""
        self.on_change(frozenset())
        if tasks := [task for task in self._tasks.values() if not task.done()]:
            await asyncio.wait(tasks)

    async def run(self, member: Member, stop: asyncio.Event) -> None:
        """Until `stop`. Raises Unavailable when the group has no place for this process any more."""
        await member.start()
        stopping = asyncio.create_task(stop.wait())
        standing = asyncio.create_task(member.wait())
        try:
            await asyncio.wait({stopping, standing}, return_when=asyncio.FIRST_COMPLETED)
            if standing.done():
                standing.result()
        finally:
            await member.stop()
            await self.drain()
            for task in (stopping, standing):
                task.cancel()

    def _begin(self, partition: int) -> None:
        keeper = Keeper(partition, self._ports, self._suspicions.setdefault(partition, Suspicion()))
        self._keepers[partition] = keeper
        self._tasks[partition] = asyncio.create_task(_after(self._tasks.get(partition), keeper), name=f"shard {partition}")


async def _after(former: asyncio.Task[None] | None, keeper: Keeper) -> None:
    """A shard has one keeper at a time in a process: the former one ends its turn first."""
    if former is not None and not former.done():
        await asyncio.wait([former])
    await keeper.run()
