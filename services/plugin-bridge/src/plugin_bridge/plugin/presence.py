"""Tells the orchestrator which browsers are here and on which command partition they are reached. Only tells; what follows is decided there."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from zlib import crc32

import structlog

from hawker.contracts.outcomes import PluginConnected, PluginDisconnected
from hawker.contracts.plugin import CloseCode
from plugin_bridge.plugin.session import Session
from plugin_bridge.plugin.sessions import Sessions

log = structlog.get_logger()

TELL_SECONDS_MAX = 10.0
"""For one message to the log. After it the browser is sent away to come again."""

type Tell = Callable[[PluginConnected | PluginDisconnected], Awaitable[None]]


class Presence:
    """`tell` writes one message to the log and returns when it is there; `now` is the clock."""

    def __init__(self, sessions: Sessions, tell: Tell, now: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._tell = tell
        self._now = now
        self._assigned: Sequence[int] = ()
        self._changed = asyncio.Event()
        self._epoch = 0

    @property
    def has_partition(self) -> bool:
        return bool(self._assigned)

    def assigned(self, partitions: frozenset[int]) -> None:
        """The command partitions of this process from now on. Does no I/O: `follow` does what follows."""
        self._assigned = sorted(partitions)
        self._changed.set()

    async def follow(self) -> None:
        """Announces every session anew; without any partition, browsers have to go where one is.

        Also those whose partition stays: while we stood still, another process had it, and may have said that their browser is not there.
        """
        while True:
            await self._changed.wait()
            self._changed.clear()
            async with asyncio.TaskGroup() as announcements:
                for session in self._sessions:
                    announcements.create_task(self.connected(session))

    async def connected(self, session: Session) -> None:
        """Announces the session, or closes it with TRY_AGAIN where it cannot be announced."""
        async with session.telling:
            if session.ended:
                return
            if not self._assigned or not await self._announce(session, self._assigned):
                await session.line.close(CloseCode.TRY_AGAIN)

    async def disconnected(self, session: Session) -> None:
        """Only of a session that was announced. Another browser of the same account takes its place."""
        async with session.telling:
            if session.partition is not None:
                # If the log does not take it, the orchestrator learns from the first command that nobody is here.
                await self._told(_disconnected(session))
        other = self._sessions.another(session)
        if other is not None and self._assigned:
            await self.connected(other)

    def next_epoch(self) -> int:
        """Milliseconds since 1970, and later than every one before it."""
        self._epoch = max(self._epoch + 1, int(self._now().timestamp() * 1000))
        return self._epoch

    async def _announce(self, session: Session, assigned: Sequence[int]) -> bool:
        session.partition = assigned[crc32(session.device.device_id.encode()) % len(assigned)]
        session.epoch = self.next_epoch()
        return await self._told(_connected(session, session.partition))

    async def _told(self, message: PluginConnected | PluginDisconnected) -> bool:
        try:
            async with asyncio.timeout(TELL_SECONDS_MAX):
                await self._tell(message)
        except Exception as fault:  # noqa: BLE001 - the border: whatever the log's client raises, the browser comes again and is announced then
            log.error("the log did not take it", message=message.type_name, device=message.session, fault=type(fault).__name__)
            return False
        return True


def _connected(session: Session, partition: int) -> PluginConnected:
    device = session.device
    return PluginConnected(
        tenant_id=device.tenant_id,
        account_id=device.account_id,
        marketplace=device.marketplace,
        session=device.device_id,
        epoch=session.epoch,
        partition=partition,
    )


def _disconnected(session: Session) -> PluginDisconnected:
    device = session.device
    return PluginDisconnected(
        tenant_id=device.tenant_id,
        account_id=device.account_id,
        marketplace=device.marketplace,
        session=device.device_id,
        epoch=session.epoch,
    )
