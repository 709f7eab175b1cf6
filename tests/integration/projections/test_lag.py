"""How far the read models are behind is told while they are written, and is nothing once all is written."""

import asyncio

import asyncpg

from hawker.contracts.partitioning import partition_of
from hawker.telemetry import metrics
from tests.integration.projections.conftest import SHARDS, WAIT_SECONDS_MAX, Journal, until
from tests.integration.projections.stories import random_story
from tests.integration.projections.test_projector import COUNT, Start
from tests.support.counting import counting


async def test_the_lag_counts_what_is_not_written_yet_and_ends_at_nothing(
    journal: Journal, rows: asyncpg.Connection, start_projector: Start
) -> None:
    facts = random_story(3).facts
    home = str(partition_of(facts[0].tenant_id, SHARDS))
    await journal.say(*facts)
    with counting() as told:
        projector = start_projector()
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            while not (lag := told.value(metrics.PROJECTOR_LAG, partition=home)):
                await asyncio.sleep(0.001)
        assert lag >= len(facts)
        await until(rows, COUNT, len(facts))
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            while told.value(metrics.PROJECTOR_LAG, partition=home) != 0:
                await asyncio.sleep(0.02)
        await projector.kill()
        assert told.value(metrics.PROJECTOR_LAG, partition=home) is None
