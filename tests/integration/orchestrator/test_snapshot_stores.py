"""What a shard relies on, of the snapshots in memory and of those in PostgreSQL alike."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from hawker.contracts.topics import Topics
from hawker.kafka.errors import Unavailable
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from hawker.testing.snapshots import MemorySnapshots, Shelf
from orchestrator.shard.seams import SnapshotStore
from orchestrator.snapshots.head import VERSION, Head
from orchestrator.snapshots.settings import SnapshotSettings, snapshot_store
from orchestrator.snapshots.store import PostgresSnapshots

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
CHUNKS = [b"one" * 1000, b"two", b"\x00three\xff"]


def head(position: int, partition: int = 0, checksum: str = "c") -> Head:
    return Head(partition, position, VERSION, f"fact-{position}", checksum, "d", 3, 4_000, NOON)


@pytest.fixture(params=["memory", "postgres"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[SnapshotStore]:
    if request.param == "memory":
        yield MemorySnapshots(Shelf())
        return
    dsn: str = request.getfixturevalue("database")
    pool = await open_pool(PostgresSettings(dsn=SecretStr(dsn)))
    yield PostgresSnapshots(pool, "hawker.journal")
    await pool.close()


async def positions(store: SnapshotStore, partition: int = 0) -> Sequence[int]:
    return [found.position for found in await store.heads(partition)]


async def test_what_was_saved_is_loaded_as_it_was(store: SnapshotStore) -> None:
    await store.save(head(10), CHUNKS)
    assert await store.heads(0) == [head(10)]
    assert list(await store.load(head(10))) == CHUNKS


async def test_there_is_nothing_where_nothing_was_saved(store: SnapshotStore) -> None:
    assert list(await store.heads(0)) == []
    assert list(await store.load(head(10))) == []


async def test_the_newest_and_the_one_before_it_are_kept(store: SnapshotStore) -> None:
    for position in (10, 20, 30):
        await store.save(head(position), CHUNKS)
    assert await positions(store) == [30, 20]
    assert list(await store.load(head(10))) == []


async def test_one_that_comes_late_replaces_nothing_newer(store: SnapshotStore) -> None:
    for position in (20, 30, 10):
        await store.save(head(position), CHUNKS)
    assert await positions(store) == [30, 20]


async def test_a_place_that_is_taken_stays_as_it_is(store: SnapshotStore) -> None:
    await store.save(head(10, checksum="first"), CHUNKS)
    await store.save(head(10, checksum="second"), [b"other"])
    assert [found.checksum for found in await store.heads(0)] == ["first"]
    assert list(await store.load(head(10))) == CHUNKS


async def test_two_owners_that_save_one_place_at_once_leave_one_whole_snapshot(store: SnapshotStore) -> None:
    await asyncio.gather(*[store.save(head(10, checksum=name), [name.encode()] * 20) for name in ("first", "second")])
    [found] = await store.heads(0)
    assert set(await store.load(found)) == {found.checksum.encode()}


async def test_shards_do_not_meet(store: SnapshotStore) -> None:
    await store.save(head(10, partition=0), CHUNKS)
    await store.save(head(20, partition=1), CHUNKS)
    assert (await positions(store, 0), await positions(store, 1)) == ([10], [20])


async def test_journals_that_share_a_database_do_not_meet(database: str) -> None:
    settings = SnapshotSettings(postgres_dsn=SecretStr(database), snapshots=True)
    async with snapshot_store(settings, Topics("one")) as one, snapshot_store(settings, Topics("two")) as two:
        assert one is not None
        assert two is not None
        await one.save(head(10), CHUNKS)
        assert await positions(two) == []


async def test_a_database_that_is_away_is_told_as_unavailable() -> None:
    settings = SnapshotSettings(postgres_dsn=SecretStr("postgresql://nobody@127.0.0.1:1/none"), snapshots=True)
    async with snapshot_store(settings, Topics("hawker")) as store:
        assert store is not None
        for call in (lambda: store.heads(0), lambda: store.load(head(1)), lambda: store.save(head(1), CHUNKS)):
            with pytest.raises(Unavailable):
                await call()


async def test_a_database_without_our_tables_is_told_as_unavailable(database: str) -> None:
    bare = replace_database(database, "postgres")
    async with snapshot_store(SnapshotSettings(postgres_dsn=SecretStr(bare), snapshots=True), Topics("hawker")) as store:
        assert store is not None
        with pytest.raises(Unavailable):
            await store.heads(0)


def replace_database(dsn: str, name: str) -> str:
    """The server's own database, in which nothing was migrated."""
    return f"{dsn.rpartition('/')[0]}/{name}"


@pytest.mark.parametrize(
    "settings", [SnapshotSettings(postgres_dsn=None), SnapshotSettings(postgres_dsn=SecretStr("postgresql://x"), snapshots=False)]
)
async def test_without_a_database_or_turned_off_there_is_no_store(settings: SnapshotSettings) -> None:
    async with snapshot_store(settings, Topics("hawker")) as store:
        assert store is None
