"""Accounts on a real PostgreSQL: one refresh for all who want a token, stored before it is used."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from pydantic import SecretStr

from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.words import Marketplace
from hawker.postgres.pool import Pool, open_pool
from hawker.postgres.settings import PostgresSettings
from hawker.worker import accounts as room
from hawker.worker.accounts import Account, Accounts, Tokens
from hawker.worker.sealing import KEY_BYTES, KeyRing

KEY = os.urandom(KEY_BYTES)
ACCOUNT = Account("demo", Marketplace.ETSY, "main", {"shop_id": 7})


def hours(number: float) -> datetime:
    return datetime.now(UTC) + timedelta(hours=number)


def tokens(access: str | None = None, *, ends: datetime | None = None, refresh: str = "refresh-0") -> Tokens:
    return Tokens(refresh_token=SecretStr(refresh), access_token=SecretStr(access) if access else None, expires_at=ends)


@dataclass
class Marketplaces:
    """A marketplace whose refresh token rotates: each works once."""

    delay_seconds: float = 0.05
    refused: Failure | None = None
    calls: int = 0
    valid: str = "refresh-0"
    began: asyncio.Event = field(default_factory=asyncio.Event)

    async def refresh(self, old: Tokens) -> Tokens | Failure:
        self.calls += 1
        self.began.set()
        if self.refused is not None:
            return self.refused
        assert old.refresh_token.get_secret_value() == self.valid, "a refresh token was used twice"
        self.valid = f"refresh-{self.calls}"
        await asyncio.sleep(self.delay_seconds)
        return tokens(f"access-{self.calls}", ends=hours(1), refresh=self.valid)


@pytest.fixture
async def pools(database: str) -> AsyncIterator[tuple[Pool, Pool]]:
    """Two replicas' connections."""
    settings = PostgresSettings(dsn=SecretStr(database))
    async with await open_pool(settings) as one, await open_pool(settings) as other:
        yield one, other


@pytest.fixture
def replicas(pools: tuple[Pool, Pool]) -> tuple[Accounts, Accounts]:
    one, other = (Accounts(pool, KeyRing({"key": KEY})) for pool in pools)
    return one, other


async def test_eight_tasks_on_two_replicas_make_one_refresh(replicas: tuple[Accounts, Accounts]) -> None:
    await replicas[0].put(ACCOUNT, tokens())
    marketplace = Marketplaces()
    got = await asyncio.gather(*(replicas[number % 2].access_token(ACCOUNT, marketplace.refresh) for number in range(8)))
    assert marketplace.calls == 1
    assert {one.get_secret_value() if isinstance(one, SecretStr) else one for one in got} == {"access-1"}


async def test_a_token_that_is_about_to_end_is_refreshed_before_it_is_used(replicas: tuple[Accounts, Accounts]) -> None:
    await replicas[0].put(ACCOUNT, tokens("old", ends=datetime.now(UTC) + room.REFRESH_MARGIN / 2))
    got = await replicas[0].access_token(ACCOUNT, Marketplaces().refresh)
    assert isinstance(got, SecretStr)
    assert got.get_secret_value() == "access-1"


async def test_a_token_that_works_is_kept(replicas: tuple[Accounts, Accounts]) -> None:
    await replicas[0].put(ACCOUNT, tokens("good", ends=hours(1)))
    marketplace = Marketplaces()
    for _ in range(3):
        got = await replicas[1].access_token(ACCOUNT, marketplace.refresh)
        assert isinstance(got, SecretStr)
        assert got.get_secret_value() == "good"
    assert marketplace.calls == 0


async def test_a_refused_token_is_replaced_once_for_all_who_were_refused(replicas: tuple[Accounts, Accounts]) -> None:
    await replicas[0].put(ACCOUNT, tokens("revoked", ends=hours(1)))
    marketplace = Marketplaces()
    got = await asyncio.gather(
        *(replicas[number % 2].access_token(ACCOUNT, marketplace.refresh, stale="revoked" if number else None) for number in range(8))
    )
    assert marketplace.calls == 1
    assert [one.get_secret_value() for one in got[1:] if isinstance(one, SecretStr)] == ["access-1"] * 7


async def test_new_tokens_are_stored_before_anyone_has_them(replicas: tuple[Accounts, Accounts]) -> None:
    await replicas[0].put(ACCOUNT, tokens())
    marketplace = Marketplaces()
    await replicas[0].access_token(ACCOUNT, marketplace.refresh)
    got = await replicas[1].access_token(ACCOUNT, marketplace.refresh, stale="access-1")  # Another process, with nothing in its memory.
    assert isinstance(got, SecretStr)
    assert marketplace.calls == 2


async def test_a_refresh_is_not_cancelled_with_the_attempt_that_wanted_it(replicas: tuple[Accounts, Accounts]) -> None:
    await replicas[0].put(ACCOUNT, tokens())
    marketplace = Marketplaces(delay_seconds=0.2)
    attempt = asyncio.create_task(replicas[0].access_token(ACCOUNT, marketplace.refresh))
    await marketplace.began.wait()
    attempt.cancel()
    await asyncio.wait([attempt])
    await replicas[0].settle()
    got = await replicas[1].access_token(ACCOUNT, marketplace.refresh)
    assert isinstance(got, SecretStr)
    assert (got.get_secret_value(), marketplace.calls) == ("access-1", 1)


async def test_a_refused_refresh_changes_nothing_that_is_stored(replicas: tuple[Accounts, Accounts]) -> None:
    await replicas[0].put(ACCOUNT, tokens())
    refused = Failure(kind=FailureKind.TRANSIENT, reason="busy")
    assert await replicas[0].access_token(ACCOUNT, Marketplaces(refused=refused).refresh) == refused
    assert isinstance(await replicas[0].access_token(ACCOUNT, Marketplaces().refresh), SecretStr)


async def test_a_refused_consent_is_not_asked_about_by_every_task_until_it_is_given_anew(replicas: tuple[Accounts, Accounts]) -> None:
    await replicas[0].put(ACCOUNT, tokens())
    marketplace = Marketplaces(refused=Failure(kind=FailureKind.UNAUTHORISED, reason="consent withdrawn"))
    for _ in range(5):
        assert await replicas[0].access_token(ACCOUNT, marketplace.refresh) == marketplace.refused
    assert marketplace.calls == 1
    await replicas[0].put(ACCOUNT, tokens())
    assert isinstance(await replicas[0].access_token(ACCOUNT, Marketplaces().refresh), SecretStr)


async def test_another_replicas_long_refresh_is_waited_for_only_so_long(
    replicas: tuple[Accounts, Accounts], pools: tuple[Pool, Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    await replicas[0].put(ACCOUNT, tokens())
    monkeypatch.setattr(room, "LOCK_SECONDS_MAX", 1.0)
    async with pools[1].acquire() as connection, connection.transaction():
        await connection.execute("select 1 from connected_accounts for update")
        failure = await replicas[0].access_token(ACCOUNT, Marketplaces().refresh)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TRANSIENT


async def test_an_account_is_found_with_its_profile_or_told_to_be_connected(replicas: tuple[Accounts, Accounts]) -> None:
    await replicas[0].put(ACCOUNT, tokens())
    assert await replicas[1].find(*ACCOUNT.place) == ACCOUNT
    missing = await replicas[1].find("demo", Marketplace.EBAY, "main")
    assert isinstance(missing, Failure)
    assert missing.kind is FailureKind.UNAUTHORISED


async def test_no_token_lies_readable_in_the_database(replicas: tuple[Accounts, Accounts], pools: tuple[Pool, Pool]) -> None:
    await replicas[0].put(ACCOUNT, tokens("access-secret", ends=hours(1), refresh="refresh-secret"))
    row = await pools[0].fetchrow("select * from connected_accounts")
    assert row is not None
    assert b"secret" not in row["tokens"]
    assert "secret" not in str(dict(row))


async def test_tokens_moved_to_another_account_do_not_open(replicas: tuple[Accounts, Accounts], pools: tuple[Pool, Pool]) -> None:
    await replicas[0].put(ACCOUNT, tokens("mine", ends=hours(1)))
    await pools[0].execute("update connected_accounts set account_id = 'thief'")
    failure = await replicas[1].access_token(Account("demo", Marketplace.ETSY, "thief"), Marketplaces().refresh)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.UNAUTHORISED


async def test_after_a_new_key_the_next_refresh_uses_it(replicas: tuple[Accounts, Accounts], pools: tuple[Pool, Pool]) -> None:
    await replicas[0].put(ACCOUNT, tokens())
    rotated = Accounts(pools[0], KeyRing({"new": os.urandom(KEY_BYTES), "key": KEY}))
    assert isinstance(await rotated.access_token(ACCOUNT, Marketplaces().refresh), SecretStr)
    assert await pools[0].fetchval("select key_id from connected_accounts") == "new"


async def test_resealing_puts_everything_under_the_first_key_so_that_the_old_one_can_go(
    replicas: tuple[Accounts, Accounts], pools: tuple[Pool, Pool]
) -> None:
    await replicas[0].put(ACCOUNT, tokens("good", ends=hours(1)))
    new = os.urandom(KEY_BYTES)
    both = Accounts(pools[0], KeyRing({"new": new, "key": KEY}))
    assert (await both.reseal(), await both.reseal()) == (1, 0)
    got = await Accounts(pools[0], KeyRing({"new": new})).access_token(ACCOUNT, Marketplaces().refresh)
    assert isinstance(got, SecretStr)
    assert got.get_secret_value() == "good"


async def test_memory_holds_only_so_many_accounts(replicas: tuple[Accounts, Accounts], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "KEPT_MAX", 2)
    for number in range(4):
        account = Account("demo", Marketplace.ETSY, f"shop-{number}")
        await replicas[0].put(account, tokens("good", ends=hours(1)))
        await replicas[0].find(*account.place)
        await replicas[0].access_token(account, Marketplaces().refresh)
    assert len(replicas[0]._profiles) == len(replicas[0]._tokens) == 2


async def test_a_database_that_is_away_is_a_failure_and_not_an_error() -> None:
    pool = await open_pool(PostgresSettings(dsn=SecretStr("postgresql://nobody@127.0.0.1:1/none")))
    accounts = Accounts(pool, KeyRing({"key": KEY}))
    for failure in (await accounts.find(*ACCOUNT.place), await accounts.access_token(ACCOUNT, Marketplaces().refresh)):
        assert isinstance(failure, Failure)
        assert failure.kind is FailureKind.TRANSIENT
    await pool.close()


async def test_the_migrations_leave_the_tokens_to_their_owner_alone(database: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        granted = await connection.fetch(
            "select grantee from information_schema.role_table_grants where table_name = 'connected_accounts' and grantee = 'hawker_reader'"
        )
    finally:
        await connection.close()
    assert granted == []


async def test_tokens_that_a_dying_database_did_not_take_are_stored_by_the_next_try(
    replicas: tuple[Accounts, Accounts], database: str
) -> None:
    one, other = replicas
    await one.put(ACCOUNT, tokens())
    marketplace = Marketplaces(delay_seconds=0.5)
    asking = asyncio.create_task(one.access_token(ACCOUNT, marketplace.refresh))
    await marketplace.began.wait()
    killer = await asyncpg.connect(database)
    await killer.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    )
    await killer.close()
    lost = await asking
    assert isinstance(lost, Failure)
    assert lost.kind is FailureKind.TRANSIENT
    found = await one.access_token(ACCOUNT, marketplace.refresh)
    assert found == await other.access_token(ACCOUNT, marketplace.refresh) == SecretStr("access-1")
    assert marketplace.calls == 1
