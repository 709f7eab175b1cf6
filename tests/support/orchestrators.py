"""One orchestrator process's worth of shards, inside a test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hawker.kafka.settings import KafkaSettings
from orchestrator.shard.service import Service
from orchestrator.snapshots.store import PostgresSnapshots
from orchestrator.wiring import joined

STOP_SECONDS_MAX = 60.0


@asynccontextmanager
async def orchestrator(kafka: KafkaSettings, snapshots: PostgresSnapshots | None = None) -> AsyncIterator[Service]:
    """Runs while it is held, then drains and leaves the group."""
    stop = asyncio.Event()
    async with joined(kafka, snapshots) as (service, member):
        running = asyncio.create_task(service.run(member, stop))
        try:
            yield service
        finally:
            stop.set()
            await asyncio.wait_for(running, STOP_SECONDS_MAX)
