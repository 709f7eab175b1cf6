"""Sellers' browsers: they come, go and come back, and tell of it or not. They carry nothing out; whether one is there is all that counts."""

import asyncio

from hawker.contracts.outcomes import Outcome, PluginConnected, PluginDisconnected
from hawker.contracts.topics import Lane
from hawker.contracts.words import Marketplace
from hawker.testing.log import MemoryLog
from hawker.testing.publisher import MemoryPublisher
from tests.simulation.faults import Fault
from tests.simulation.marketplace import StandIn
from tests.simulation.scene import Scene
from tests.simulation.virtual import VirtualClock


class Browser:
    """One seller's. It comes, goes, and comes back; its going is not always told."""

    def __init__(self, tenant_id: str, log: MemoryLog, stand_in: StandIn, scene: Scene) -> None:
        self._tenant_id = tenant_id
        self._log = log
        self._stand_in = stand_in
        self._scene = scene
        self._clock = VirtualClock(asyncio.get_running_loop())
        self._publisher = MemoryPublisher(log, "plugin-bridge")
        self._count = 0

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._scene.chance.uniform(0, 3))
            session, epoch = await self._connect()
            await asyncio.sleep(self._scene.chance.uniform(5, 20))
            while not self._scene.strikes(Fault.BROWSER_LEAVES, self._tenant_id):
                await asyncio.sleep(self._scene.chance.uniform(5, 20))
            await self._leave(session, epoch)
            await asyncio.sleep(self._scene.chance.uniform(0, 20))

    async def _connect(self) -> tuple[str, int]:
        self._count += 1
        session, epoch = f"{self._tenant_id}-{self._count}", self._count
        self._stand_in.sessions[self._tenant_id, "main"] = session
        partition = self._scene.chance.randrange(self._log.count(self._log.topics.commands(Lane.PLUGIN)))
        about = {"session": session, "epoch": epoch, "partition": partition}
        await self._say(PluginConnected.model_validate({**self._account(), **about}), f"{session}.connected")
        return session, epoch

    async def _leave(self, session: str, epoch: int) -> None:
        self._stand_in.sessions.pop((self._tenant_id, "main"))
        if self._scene.chance.random() < 0.7:
            gone = PluginDisconnected.model_validate({**self._account(), "session": session, "epoch": epoch})
            await self._say(gone, f"{session}.gone")

    def _account(self) -> dict[str, str]:
        return {"tenant_id": self._tenant_id, "account_id": "main", "marketplace": Marketplace.FLEA}

    async def _say(self, outcome: Outcome, name: str) -> None:
        await asyncio.sleep(self._scene.chance.uniform(0, 0.5))
        await self._publisher.publish(self._log.topics.outcomes, self._tenant_id, outcome, id=name, time=self._clock.now())
