"""Which browsers are connected to this process: one session a device, the newest. Opens and closes nothing."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator

from plugin_bridge.plugin.session import Session

type Account = tuple[str, str, str]


class Sessions:
    def __init__(self) -> None:
        self._live: dict[str, Session] = {}
        self._by_account: defaultdict[Account, set[str]] = defaultdict(set)
        self._awaited: defaultdict[str, set[asyncio.Future[Session]]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._live)

    def __iter__(self) -> Iterator[Session]:
        return iter(tuple(self._live.values()))

    def add(self, session: Session) -> Session | None:
        """The older session of the device, which the caller has to close."""
        device_id = session.device.device_id
        older = self._live.get(device_id)
        self._live[device_id] = session
        self._by_account[session.device.account].add(device_id)
        for waiter in self._awaited.pop(device_id, ()):
            if not waiter.done():
                waiter.set_result(session)
        return older

    def remove(self, session: Session) -> None:
        """Does nothing to the newer session of the same device."""
        device = session.device
        if self._live.get(device.device_id) is not session:
            return
        del self._live[device.device_id]
        self._by_account[device.account].discard(device.device_id)
        if not self._by_account[device.account]:
            del self._by_account[device.account]

    def another(self, session: Session) -> Session | None:
        """A live session of another device of the same account."""
        device = session.device
        others = self._by_account.get(device.account, set()) - {device.device_id}
        return self._live[min(others)] if others else None

    async def reach(self, device_id: str, wait_seconds: float) -> Session | None:
        """The device's session, if need be the one that opens within `wait_seconds`."""
        live = self._live.get(device_id)
        if live is not None and not live.ended:
            return live
        waiter: asyncio.Future[Session] = asyncio.get_running_loop().create_future()
        self._awaited[device_id].add(waiter)
        try:
            return await asyncio.wait_for(waiter, wait_seconds)
        except TimeoutError:
            return None
        finally:
            self._give_up(device_id, waiter)

    def _give_up(self, device_id: str, waiter: asyncio.Future[Session]) -> None:
        if device_id in self._awaited:
            self._awaited[device_id].discard(waiter)
            if not self._awaited[device_id]:
                del self._awaited[device_id]
