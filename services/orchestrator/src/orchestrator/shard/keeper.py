"""Keeps one shard owned for as long as it is assigned: after an error it acquires again, fenced it waits for the next assignment."""

import asyncio

import structlog

from hawker.kafka.errors import Fenced, OutcomeUnknown, Unavailable
from orchestrator.shard.owner import Owner, Ports
from orchestrator.shard.suspicion import Suspicion

BACKOFF_SECONDS_FIRST = 0.2
BACKOFF_SECONDS_MAX = 5.0

log = structlog.get_logger(__name__)


class Keeper:
    """One assignment of shard `partition`."""

    def __init__(self, partition: int, ports: Ports, suspicion: Suspicion) -> None:
        self._partition = partition
        self._ports = ports
        self._suspicion = suspicion
        self._stopping = asyncio.Event()
        self.owner: Owner | None = None

    def stop(self) -> None:
        """End after the turn that runs."""
        self._stopping.set()
        if self.owner is not None:
            self.owner.stop()

    async def run(self) -> None:
        """Returns when stopped or fenced."""
        backoff_seconds = BACKOFF_SECONDS_FIRST
        while not self._stopping.is_set():
            self.owner = Owner(self._partition, self._ports, self._suspicion)
            began = self._ports.clock.now()
            try:
                await self.owner.run()
            except Fenced as fence:
                log.warning("fenced: this process writes nothing more for the shard", shard=self._partition, why=str(fence))
                return
            except (OutcomeUnknown, Unavailable) as fault:
                log.warning("shard lost, acquiring again", shard=self._partition, why=str(fault))
            except Exception:
                log.exception("shard broke, acquiring again", shard=self._partition)
            if (self._ports.clock.now() - began).total_seconds() > BACKOFF_SECONDS_MAX:
                backoff_seconds = BACKOFF_SECONDS_FIRST
            await self._rest(backoff_seconds)
            backoff_seconds = min(BACKOFF_SECONDS_MAX, backoff_seconds * 2)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
