"""The accounts that sellers connected: who they are at the marketplace, and a token that works now. Tokens never leave here unasked.

A refresh may give a new refresh token and end the old one. So one refresher works on an account over all replicas (a row lock),
what it got is stored before anyone uses it, and once begun it is not cancelled with the attempt that wanted it.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic

import asyncpg
from pydantic import JsonValue, SecretStr, TypeAdapter

from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.words import Marketplace
from hawker.postgres import queries
from hawker.postgres.pool import Connection, Pool
from hawker.worker.sealing import KeyRing, Sealed, SealError

SQL = queries.load("hawker.worker", "accounts.sql")
REFRESH_MARGIN = timedelta(seconds=120)
"""A token that ends within this is refreshed before it is used."""
REFRESH_SECONDS_MAX = 20.0
"""One refresh, at the marketplace and in the database."""
LOCK_SECONDS_MAX = 25.0
"""How long we wait for another replica's refresh: longer than one may take."""
PROFILE_SECONDS_MAX = 60.0
"""A changed profile is seen after this."""
REFUSAL_SECONDS = 30.0
"""After a refused consent the marketplace is not asked again for so long, however many tasks want a token."""
KEPT_MAX = 10_000
"""Accounts kept in memory; the one that came first goes first."""

type Place = tuple[str, Marketplace, str]


@dataclass(frozen=True, slots=True)
class Account:
    """`profile` is what the marketplace's calls need beside tokens: policies, locations, a shop's id."""

    tenant_id: str
    marketplace: Marketplace
    account_id: str
    profile: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        return (self.tenant_id, self.marketplace, self.account_id)


@dataclass(frozen=True, slots=True)
class Tokens:
    refresh_token: SecretStr
    access_token: SecretStr | None = None
    expires_at: datetime | None = None

    def working(self, now: datetime, stale: str | None) -> SecretStr | None:
        """The access token, unless it is about to end or is the one that was refused."""
        token = self.access_token
        if token is None or self.expires_at is None or now >= self.expires_at - REFRESH_MARGIN:
            return None
        return None if _is(token, stale) else token


type Refresh = Callable[[Tokens], Awaitable[Tokens | Failure]]
"""Asks the marketplace for new tokens."""


class Accounts:
    def __init__(self, pool: Pool, keys: KeyRing) -> None:
        self._pool = pool
        self._keys = keys
        self._profiles: dict[Place, tuple[Account, float]] = {}
        self._tokens: dict[Place, Tokens] = {}
        self._refusals: dict[Place, tuple[Failure, float]] = {}
        self._refreshing: dict[Place, asyncio.Task[Tokens | Failure]] = {}
        self._unstored: dict[Place, tuple[SecretStr, Tokens]] = {}
        """New tokens, and the refresh token that they cost, until the database has them."""

    async def find(self, tenant_id: str, marketplace: Marketplace, account_id: str) -> Account | Failure:
        place = (tenant_id, marketplace, account_id)
        cached = self._profiles.get(place)
        if cached is not None and monotonic() < cached[1]:
            return cached[0]
        try:
            profile = await self._pool.fetchval(SQL["find_account"], *place)
        except DATABASE_ERRORS as error:
            return _away(error)
        if profile is None:
            return _unauthorised(f"The {marketplace} account {account_id!r} is not connected.")
        account = Account(tenant_id, marketplace, account_id, json.loads(profile))
        _keep(self._profiles, place, (account, monotonic() + PROFILE_SECONDS_MAX))
        return account

    async def access_token(self, account: Account, refresh: Refresh, *, stale: str | None = None) -> SecretStr | Failure:
        """A token that works now. `stale` is one that the marketplace has just refused."""
        cached = self._tokens.get(account.place)
        token = cached.working(datetime.now(UTC), stale) if cached else None
        if token is not None:
            return token
        tokens = await self._refreshed(account, refresh, stale)
        if isinstance(tokens, Tokens) and _is(tokens.access_token, stale):
            tokens = await self._refreshed(account, refresh, stale)  # We had joined a refresh that did not know of the refusal.
        if isinstance(tokens, Failure):
            return tokens
        return tokens.access_token or _unauthorised("The marketplace gave no access token.")

    async def put(self, account: Account, tokens: Tokens) -> None:
        """Connect an account, or connect it anew. Raises what the database raises."""
        sealed = self._seal(account, tokens)
        profile = json.dumps(dict(account.profile))
        await self._pool.execute(SQL["put_account"], *account.place, profile, sealed.key_id, sealed.content, tokens.expires_at)
        self._forget(account.place)

    async def reseal(self) -> int:
        """Put everything under the first key, so that older keys can go; gives how many were not. Raises SealError or what the database raises."""
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(SQL["lock_older"], self._keys.first)
            for row in rows:
                place: Place = (row["tenant_id"], Marketplace(row["marketplace"]), row["account_id"])
                secret = self._keys.open(Sealed(row["key_id"], row["tokens"]), place=_name(place))
                sealed = self._keys.seal(secret, place=_name(place))
                await connection.execute(SQL["reseal_tokens"], *place, sealed.key_id, sealed.content)
        return len(rows)

    async def settle(self) -> None:
        """Wait until no refresh is under way: before the process ends."""
        await asyncio.gather(*self._refreshing.values(), return_exceptions=True)

    async def _refreshed(self, account: Account, refresh: Refresh, stale: str | None) -> Tokens | Failure:
        """Join the refresh that is under way in this process, or begin one."""
        refusal = self._refusals.get(account.place)
        if refusal is not None and monotonic() < refusal[1]:
            return refusal[0]
        task = self._refreshing.get(account.place)
        if task is None:
            task = asyncio.create_task(self._locked(account, refresh, stale), name=f"refresh {account.account_id}")
            self._refreshing[account.place] = task
            task.add_done_callback(lambda _: self._refreshing.pop(account.place, None))
        return await asyncio.shield(task)

    async def _locked(self, account: Account, refresh: Refresh, stale: str | None) -> Tokens | Failure:
        try:
            async with (
                asyncio.timeout(LOCK_SECONDS_MAX + REFRESH_SECONDS_MAX),
                self._pool.acquire() as connection,
                connection.transaction(),
            ):
                tokens = await self._working_or_new(connection, account, refresh, stale)
        except DATABASE_ERRORS as error:
            return _away(error)
        except SealError as error:
            return _unauthorised(f"The stored tokens of {account.account_id!r} cannot be read: {error}.")
        self._unstored.pop(account.place, None)
        self._remember(account.place, tokens)
        return tokens

    async def _working_or_new(self, connection: Connection, account: Account, refresh: Refresh, stale: str | None) -> Tokens | Failure:
        await connection.fetchval(SQL["limit_wait"], f"{LOCK_SECONDS_MAX:.0f}s")
        row = await connection.fetchrow(SQL["lock_tokens"], *account.place, timeout=LOCK_SECONDS_MAX + 1)
        if row is None:
            return _unauthorised(f"The {account.marketplace} account {account.account_id!r} is no longer connected.")
        stored = self._open(account, Sealed(row["key_id"], row["tokens"]))
        if stored.working(datetime.now(UTC), stale) is not None:
            return stored
        fresh: Tokens | Failure | None = self._paid_for(account.place, stored, stale)
        if fresh is None:
            async with asyncio.timeout(REFRESH_SECONDS_MAX):
                fresh = await refresh(stored)
        if isinstance(fresh, Tokens):
            _keep(self._unstored, account.place, (stored.refresh_token, fresh))
            sealed = self._seal(account, fresh)
            await connection.execute(SQL["store_tokens"], *account.place, sealed.key_id, sealed.content, fresh.expires_at)
        return fresh

    def _paid_for(self, place: Place, stored: Tokens, stale: str | None) -> Tokens | None:
        """What was lost on its way into a database that died: the marketplace would not take the stored token again."""
        cost, tokens = self._unstored.get(place, (None, None))
        return tokens if tokens and cost == stored.refresh_token and tokens.working(datetime.now(UTC), stale) else None

    def _seal(self, account: Account, tokens: Tokens) -> Sealed:
        return self._keys.seal(_to_json(tokens), place=_name(account.place))

    def _open(self, account: Account, sealed: Sealed) -> Tokens:
        return _from_json(self._keys.open(sealed, place=_name(account.place)))

    def _remember(self, place: Place, tokens: Tokens | Failure) -> None:
        if isinstance(tokens, Tokens):
            _keep(self._tokens, place, tokens)
        elif tokens.kind is FailureKind.UNAUTHORISED:
            _keep(self._refusals, place, (tokens, monotonic() + REFUSAL_SECONDS))

    def _forget(self, place: Place) -> None:
        self._profiles.pop(place, None)
        self._tokens.pop(place, None)
        self._refusals.pop(place, None)


DATABASE_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
_STORED = TypeAdapter(dict[str, str | None])


def _keep[V](kept: dict[Place, V], place: Place, value: V) -> None:
    if len(kept) >= KEPT_MAX and place not in kept:
        del kept[next(iter(kept))]
    kept[place] = value


def _is(token: SecretStr | None, text: str | None) -> bool:
    return token is not None and token.get_secret_value() == text


def _name(place: Place) -> str:
    """What a sealed secret is bound to: it opens nowhere else."""
    return "/".join(place)


def _to_json(tokens: Tokens) -> bytes:
    return _STORED.dump_json(
        {
            "access_token": tokens.access_token.get_secret_value() if tokens.access_token else None,
            "refresh_token": tokens.refresh_token.get_secret_value(),
            "expires_at": tokens.expires_at.isoformat() if tokens.expires_at else None,
        }
    )


def _from_json(text: bytes) -> Tokens:
    stored = _STORED.validate_json(text)
    access, ends = stored["access_token"], stored["expires_at"]
    return Tokens(
        refresh_token=SecretStr(stored["refresh_token"] or ""),
        access_token=SecretStr(access) if access else None,
        expires_at=datetime.fromisoformat(ends) if ends else None,
    )


def _unauthorised(reason: str) -> Failure:
    return Failure(kind=FailureKind.UNAUTHORISED, reason=reason)


def _away(error: BaseException) -> Failure:
    return Failure(
        kind=FailureKind.TRANSIENT, reason=f"The account could not be read: the database did not answer ({type(error).__name__})."
    )
