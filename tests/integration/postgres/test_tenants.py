"""Row-level security: what a query forgets, the database does not."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from pydantic import SecretStr

from hawker.postgres.pool import Pool, open_pool
from hawker.postgres.settings import PostgresSettings

ROW_OF = {
    "batches": "insert into batches values ($1, 'b', 'main', 'ebay', 'publish', 3, 'pending', 1, 0, 0, 0, 0, 0, 0, 0, null, now(), now(), null, 1, 1)",
    "jobs": "insert into jobs (tenant_id, job_id, account_id, marketplace, action, handle, title, priority, status, created_at, expires_at,"
    " accepted_offset, journal_offset) values ($1, 'j', 'main', 'ebay', 'publish', 'h', 't', 3, 'pending', now(), now(), 1, 1)",
    "tasks": "insert into tasks (tenant_id, job_id, position, name, kind, operation, status, accepted_offset, journal_offset)"
    " values ($1, 'j', 0, 'n', 'direct_http', 'o', 'pending', 1, 1)",
    "listings": "insert into listings values ($1, 'ebay', 'main', 'h', 'l', 'u', '[]', 'j', now(), 1)",
    "history": "insert into history values ($1, abs(hashtext($1)), 1, 't', null, 'j', null, now(), '{}')",
    "dead_letters": "insert into dead_letters values ($1, $1, 'j', 'why', 't', null, null, null, '{}', '{}', null, 0, now(), 0, 1)",
    "intake": "insert into intake values ($1, 'i', 'job', null, 'f', '{}', now())",
}


@pytest.fixture
async def filled(database: str) -> str:
    """A database in which two tenants have a row in each table."""
    connection = await asyncpg.connect(database)
    for insert in ROW_OF.values():
        await connection.executemany(insert, [("demo",), ("other",)])
    await connection.close()
    return database


@pytest.fixture
async def readers(filled: str) -> AsyncIterator[Pool]:
    pool = await open_pool(PostgresSettings(dsn=SecretStr(filled)), role="hawker_reader")
    yield pool
    await pool.close()


OPERATOR = "select set_config('role', 'hawker_operator', true)"


def all_of(table: str) -> str:
    return f"select tenant_id from {table}"  # noqa: S608 - names of ours


@pytest.mark.parametrize("table", ROW_OF)
async def test_a_forgotten_tenant_gets_nothing(readers: Pool, table: str) -> None:
    assert await readers.fetch(all_of(table)) == []


@pytest.mark.parametrize("table", ROW_OF)
async def test_a_forgotten_filter_shows_only_the_tenants_own_rows(readers: Pool, table: str) -> None:
    async with readers.acquire() as connection, connection.transaction():
        await connection.execute("select set_config('hawker.tenant', 'demo', true)")
        assert [row["tenant_id"] for row in await connection.fetch(all_of(table))] == ["demo"]


async def test_the_tenant_ends_with_its_transaction(readers: Pool) -> None:
    async with readers.acquire() as connection:
        async with connection.transaction():
            await connection.execute("select set_config('hawker.tenant', 'demo', true)")
        assert await connection.fetch(all_of("jobs")) == []


@pytest.mark.parametrize("table", [table for table in ROW_OF if table != "intake"])
async def test_a_reader_changes_no_read_model(readers: Pool, table: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await readers.execute(f"delete from {table}")  # noqa: S608 - names of ours


async def test_an_operator_sees_every_letter_and_nothing_else_of_a_tenant(readers: Pool) -> None:
    async with readers.acquire() as connection:
        async with connection.transaction():
            await connection.execute(OPERATOR)
            assert [row["tenant_id"] for row in await connection.fetch(all_of("dead_letters") + " order by 1")] == ["demo", "other"]
            assert await connection.fetch(all_of("jobs")) == []
        assert await connection.fetch(all_of("dead_letters")) == []


@pytest.mark.parametrize("table", [table for table in ROW_OF if table not in {"dead_letters", "jobs"}])
async def test_an_operator_may_not_even_ask_for_anything_else(readers: Pool, table: str) -> None:
    async with readers.acquire() as connection, connection.transaction():
        await connection.execute(OPERATOR)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(all_of(table))


async def test_a_letter_of_an_unknown_tenant_is_no_tenants(readers: Pool, filled: str) -> None:
    superuser = await asyncpg.connect(filled)
    await superuser.execute("update dead_letters set tenant_id = null where origin = 'demo'")
    await superuser.close()
    for tenant in ("demo", "unknown", ""):
        async with readers.acquire() as connection, connection.transaction():
            await connection.execute("select set_config('hawker.tenant', $1, true)", tenant)
            assert await connection.fetch(all_of("dead_letters")) == [], tenant


async def test_nobody_takes_in_for_another_tenant(readers: Pool) -> None:
    async with readers.acquire() as connection, connection.transaction():
        await connection.execute("select set_config('hawker.tenant', 'demo', true)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("insert into intake values ('other', 'new', 'job', null, 'f', '{}', now())")


async def test_readers_see_no_credentials(readers: Pool) -> None:
    tables = [
        row["name"]
        for row in await readers.fetch(
            "select relname::text as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
    ]
    readable = {name for name in tables if await readers.fetchval("select has_table_privilege($1, 'select')", name)}
    assert readable == {*ROW_OF, "checkpoints", "_yoyo_migration"}
