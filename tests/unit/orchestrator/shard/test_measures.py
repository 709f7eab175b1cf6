"""A shard's owner tells what it does in numbers, and nothing any more of a shard that it lost."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from hawker.contracts.topics import Topics
from hawker.kafka.clock import SystemClock
from hawker.telemetry import metrics
from hawker.testing.inbox import MemoryInbox
from hawker.testing.journal import MemoryJournalReader, MemoryJournalWriter
from hawker.testing.log import MemoryLog
from hawker.testing.publisher import MemoryOutbox, MemoryPublisher
from orchestrator.shard.keeper import Keeper
from orchestrator.shard.owner import Ports
from orchestrator.shard.suspicion import Suspicion
from tests.support.counting import counting
from tests.support.stories import TENANT, job_requested

SECONDS_MAX = 20.0


def ports(log: MemoryLog) -> Ports:
    return Ports(
        writer=lambda partition: MemoryJournalWriter(log, partition),
        reader=MemoryJournalReader(log),
        inbox=lambda partition: MemoryInbox(log, partition),
        outbox=MemoryOutbox(log),
        clock=SystemClock(),
        pause=asyncio.sleep,
        partition_count=log.shards,
    )


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while not is_so():
            await asyncio.sleep(0.005)


async def test_turns_jobs_and_commands_are_told_and_a_shard_that_went_away_is_not() -> None:
    log = MemoryLog(Topics("test"), shards=1)
    with counting() as told:
        keeper = Keeper(0, ports(log), Suspicion())
        running = asyncio.create_task(keeper.run())
        for name in ("job-1", "job-2"):
            asked = job_requested(name, requested_at=datetime.now(UTC))
            await MemoryPublisher(log, "test").publish(log.topics.requests, TENANT, asked, id=name)
        await until(lambda: told.value(metrics.COMMANDS_DISPATCHED, lane="ebay") == 2)
        assert told.value(metrics.JOBS_LIVE, shard="0") == 2
        assert told.value(metrics.JOBS_PARKED, shard="0") == 0
        assert told.value(metrics.SHARDS_ACQUIRED) == 1
        assert told.value(metrics.RECOVERY_SECONDS) == 1
        turns = told.value(metrics.TURN_SECONDS)
        assert turns is not None
        assert turns == told.value(metrics.TURN_INPUTS) == told.value(metrics.TURN_FACTS)
        keeper.stop()
        await running
        assert told.value(metrics.JOBS_LIVE, shard="0") is None


async def test_a_fence_and_the_facts_of_a_replay_are_told() -> None:
    log = MemoryLog(Topics("test"), shards=1)
    with counting() as told:
        keeper = Keeper(0, ports(log), Suspicion())
        running = asyncio.create_task(keeper.run())
        await MemoryPublisher(log, "test").publish(log.topics.requests, TENANT, job_requested(requested_at=datetime.now(UTC)), id="1")
        await until(lambda: told.value(metrics.JOBS_LIVE, shard="0") == 1)
        assert told.value(metrics.FACTS_REPLAYED) is None
        usurper = Keeper(0, ports(log), Suspicion())
        usurping = asyncio.create_task(usurper.run())
        await until(lambda: told.value(metrics.SHARDS_ACQUIRED) == 2)
        assert told.value(metrics.FACTS_REPLAYED) == 2
        await MemoryPublisher(log, "test").publish(
            log.topics.requests, TENANT, job_requested("job-2", requested_at=datetime.now(UTC)), id="2"
        )
        await until(lambda: told.value(metrics.SHARDS_LOST, cause="fenced") == 1)
        keeper.stop()
        usurper.stop()
        await asyncio.gather(running, usurping)
