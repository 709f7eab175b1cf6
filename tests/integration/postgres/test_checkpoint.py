"""Positions move only from where their owner left them."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from hawker.postgres.checkpoint import Move, Superseded, advance, positions
from hawker.postgres.pool import Pool, open_pool
from hawker.postgres.settings import PostgresSettings


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    pool = await open_pool(PostgresSettings(dsn=SecretStr(database)))
    yield pool
    await pool.close()


async def move(pool: Pool, before: int, after: int, partition: int = 0) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await advance(connection, "test", {partition: Move(before, after)})


async def read(pool: Pool, *partitions: int) -> dict[int, int]:
    async with pool.acquire() as connection:
        return await positions(connection, "test", partitions)


async def test_reading_begins_at_zero_and_goes_on_where_it_was(pool: Pool) -> None:
    assert await read(pool, 0, 1) == {0: 0, 1: 0}
    await move(pool, 0, 7)
    assert await read(pool, 0, 1) == {0: 7, 1: 0}


async def test_a_position_that_another_has_moved_stays(pool: Pool) -> None:
    await read(pool, 0)
    await move(pool, 0, 7)
    with pytest.raises(Superseded):
        await move(pool, 0, 5)
    assert await read(pool, 0) == {0: 7}


async def test_of_several_partitions_none_moves_when_one_may_not(pool: Pool) -> None:
    await read(pool, 0, 1)
    await move(pool, 0, 7)
    with pytest.raises(Superseded):
        async with pool.acquire() as connection, connection.transaction():
            await advance(connection, "test", {0: Move(0, 9), 1: Move(0, 9)})
    assert await read(pool, 0, 1) == {0: 7, 1: 0}


async def test_of_two_at_once_exactly_one_moves(pool: Pool) -> None:
    await read(pool, 0)
    ended = await asyncio.gather(*(move(pool, 0, after) for after in (5, 6)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in ended) == ["NoneType", "Superseded"]


async def test_projections_do_not_meet(pool: Pool) -> None:
    await read(pool, 0)
    await move(pool, 0, 7)
    async with pool.acquire() as connection:
        assert await positions(connection, "another", [0]) == {0: 0}
