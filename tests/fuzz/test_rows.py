"""Whatever follows from what a shard is told can be kept by PostgreSQL: no fact stops the projector."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from hawker.contracts.recorded import Recorded
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from orchestrator.projections.store import ROLE, Store
from tests.fuzz.profile import fuzz
from tests.fuzz.scene import Record, Scene
from tests.fuzz.test_records import records

EXAMPLES_TOLD = 15


def test_every_fact_that_a_shard_writes_becomes_rows(database: str) -> None:
    """All examples in one database, one partition each."""
    told: list[Scene] = []

    @fuzz(EXAMPLES_TOLD)
    @given(st.lists(records(), min_size=1, max_size=4))
    def tell(some: list[Record]) -> None:
        scene = Scene.fresh()
        scene.deliver(*some)
        scene.story.wait(70)
        told.append(scene)

    tell()
    asyncio.run(_project(database, told))


async def _project(database: str, told: list[Scene]) -> None:
    async with await open_pool(PostgresSettings(dsn=SecretStr(database)), role=ROLE) as pool:
        for partition, scene in enumerate(told):
            page = [Recorded(one.topic, partition, one.offset, one.envelope, one.message) for one in scene.journal()]
            store = Store(pool)
            await store.project(page, await store.positions([partition]))
