"""What a stand-in browser does with a task: refuse, remember, acknowledge, fetch, answer. Owns no socket; a fetch outlives the one it came by."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Protocol

from hawker.contracts.plugin import TASKS_IN_FLIGHT_MAX, Ack, Nack, NackCode, Task, TaskResult
from hawker.contracts.plugin_policy import refusal
from sandbox.browser_memory import Memory

log = logging.getLogger(__name__)

type Say = Callable[[Ack | Nack | TaskResult], Awaitable[None]]
"""Sends a frame if a bridge is there; what is not heard is asked for again."""


class Fetches(Protocol):
    """The seller's side, as this room needs it."""

    async def fetch(self, task: Task) -> TaskResult | Nack: ...
    async def log_in(self) -> bool: ...


class Tasks:
    """`hosts` is this browser's own allow-list; the bridge's list only narrows it."""

    def __init__(self, seller: Fetches, memory: Memory, hosts: Collection[str], say: Say) -> None:
        self._seller = seller
        self._memory = memory
        self._own_hosts = frozenset(hosts)
        self._hosts = self._own_hosts
        self._clock_is_off = timedelta()
        self._say = say
        self._running: dict[str, asyncio.Task[None]] = {}
        self._work: set[asyncio.Task[None]] = set()
        self._logging_in = asyncio.Lock()

    @property
    def known(self) -> tuple[str, ...]:
        return self._memory.known

    def agree(self, hosts: Collection[str], now: datetime) -> None:
        """On what a welcome says: the hosts, and what time it is at the bridge."""
        self._hosts = self._own_hosts & frozenset(hosts)
        self._clock_is_off = now - datetime.now(UTC)

    async def take(self, task: Task) -> None:
        remembered = self._memory.recall(task.task_id)
        if task.task_id in self._running:
            await self._say(Ack(task_id=task.task_id))
        elif isinstance(remembered, Ack):  # It was ended before it could say how.
            await self._say(Nack(task_id=task.task_id, code=NackCode.INTERRUPTED))
        elif remembered is not None:
            await self._say(remembered)
        elif (code := self._refusal(task)) is not None:
            await self._say(Nack(task_id=task.task_id, code=code))
        else:
            await self._begin(task)

    async def cancel(self, task_id: str) -> None:
        running = self._running.get(task_id)
        if running is None:
            await self._say(Nack(task_id=task_id, code=NackCode.UNKNOWN_TASK))
        else:
            running.cancel()

    async def stop(self) -> None:
        work = tuple(self._work)
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)

    def _refusal(self, task: Task) -> NackCode | None:
        if task.deadline <= datetime.now(UTC) + self._clock_is_off:
            return NackCode.EXPIRED
        if len(self._running) >= TASKS_IN_FLIGHT_MAX:
            return NackCode.BUSY
        return refusal(task, self._hosts)

    async def _begin(self, task: Task) -> None:
        """Remembered and acknowledged before the fetch: from here on it may have happened."""
        acked = Ack(task_id=task.task_id)
        if not task.idempotent:
            self._memory.keep(acked)
        fetching = self._running[task.task_id] = asyncio.create_task(self._fetch(task))
        self._work.add(fetching)
        fetching.add_done_callback(lambda ended: self._ended(task, ended))
        await self._say(acked)

    async def _fetch(self, task: Task) -> None:
        try:
            frame = await self._seller.fetch(task)
        except asyncio.CancelledError:
            frame = Nack(task_id=task.task_id, code=NackCode.CANCELLED)
        if not task.idempotent:
            self._memory.keep(frame)
        del self._running[task.task_id]  # Before it is said: whoever asks again from now on wants the answer, not one more ack.
        await self._say(frame)
        if isinstance(frame, TaskResult) and frame.redirected:
            await self._log_in_again()

    def _ended(self, task: Task, fetching: asyncio.Task[None]) -> None:
        self._work.discard(fetching)
        if self._running.get(task.task_id) is fetching:  # It was cancelled before its first step.
            del self._running[task.task_id]

    async def _log_in_again(self) -> None:
        """A seller who sees the log-in page logs in; the next task finds them logged in."""
        if self._logging_in.locked():
            return
        async with self._logging_in:
            log.info("logged out; logging in again: %s", "done" if await self._seller.log_in() else "refused")
