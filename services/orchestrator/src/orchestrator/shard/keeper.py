"""Keeps one shard owned for as long as it is assigned: after an error it acquires again, fenced it waits for the next assignment."""

import asyncio
import traceback

import structlog

from hawker.kafka.errors import Fenced, OutcomeUnknown, Unavailable
from hawker.telemetry import metrics
from orchestrator.shard.owner import Owner, Ports
from orchestrator.shard.suspicion import Suspicion

BACKOFF_SECONDS_FIRST = 0.2
BACKOFF_SECONDS_MAX = 5.0
FENCED_SECONDS_MAX = 120.0
"""Longer than a session and a rebalance: if nobody else was assigned by then, the fence was the broker's own (a transaction that timed out)."""

log = structlog.get_logger(__name__)


class Keeper:
    """One assignment of shard `partition`."""

    def __init__(self, partition: int, ports: Ports, suspicion: Suspicion) -> None:
        self._partition = partition
        self._ports = ports
        self._suspicion = suspicion
        self._stopping = asyncio.Event()
        self.owner: Owner | None = None
        self.is_fenced = False

    def stop(self) -> None:
        """End after the turn that runs."""
        self._stopping.set()
        if self.owner is not None:
            self.owner.stop()

    async def run(self) -> None:
        """Returns when stopped."""
        backoff_seconds = BACKOFF_SECONDS_FIRST
        while not self._stopping.is_set():
            self.owner = Owner(self._partition, self._ports, self._suspicion)
            began = self._ports.clock.now()
            try:
                await self.owner.run()
            except Fenced as fence:
                metrics.count(metrics.SHARDS_LOST, cause="fenced")
                await self._rest_fenced(str(fence))
                continue
            except (OutcomeUnknown, Unavailable) as fault:
                metrics.count(metrics.SHARDS_LOST, cause="outcome-unknown" if isinstance(fault, OutcomeUnknown) else "unavailable")
                log.warning("shard lost, acquiring again", shard=self._partition, why=str(fault))
            except asyncio.CancelledError:
                if _was_cancelled():
                    raise
                metrics.count(metrics.SHARDS_LOST, cause="cancelled")
                log.warning("shard lost, acquiring again", shard=self._partition, why="the log's client cancelled what we waited for")
            except Exception as fault:  # noqa: BLE001 - whatever a mistake of ours raises
                metrics.count(metrics.SHARDS_LOST, cause="broke")
                self._tell_broken(fault)
            if (self._ports.clock.now() - began).total_seconds() > BACKOFF_SECONDS_MAX:
                backoff_seconds = BACKOFF_SECONDS_FIRST
            await self._rest(backoff_seconds)
            backoff_seconds = min(BACKOFF_SECONDS_MAX, backoff_seconds * 2)

    def _tell_broken(self, fault: Exception) -> None:
        """Where it happened, and never the exception's text: that may repeat what an input said."""
        where = "".join(traceback.format_tb(fault.__traceback__))
        log.error("shard broke, acquiring again", shard=self._partition, error=type(fault).__name__, where=where)

    async def _rest_fenced(self, why: str) -> None:
        """Until the next assignment stops this keeper. One that goes on means that the group still counts on us."""
        log.warning("fenced: this process writes nothing more for the shard", shard=self._partition, why=why)
        self.is_fenced = True
        await self._rest(FENCED_SECONDS_MAX)
        self.is_fenced = False

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return


def _was_cancelled() -> bool:
    """Whether somebody cancelled this task. A client that dies with a broker cancels its own futures, and that looks alike."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
