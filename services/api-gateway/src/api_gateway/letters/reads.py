"""Dead letters looked up, as the caller may see them. Writes nothing."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from api_gateway.database import Database
from api_gateway.letters.bodies import LetterFilter, ParkedJobBody
from api_gateway.letters.letter import Letter, Raw, Raws
from api_gateway.paging import Cursor
from api_gateway.reads import Wanted
from api_gateway.rows import Row, totals
from hawker.contracts.dead_letters import LetterState
from hawker.postgres.pool import Connection
from hawker.postgres.queries import load

QUERIES = load("api_gateway.letters", "reads.sql")
_EPOCH = datetime.fromtimestamp(0, UTC)
_OFFSET_BITS = 40
"""A cursor's second number is the partition and, in so many bits, the offset."""
_HEAD = tuple(name for name in Letter.__dataclass_fields__ if name not in {"state", "kept_bytes"})


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose letters: one tenant's, or for an operator everybody's."""

    tenant: str | None


class LetterReads(Protocol):
    async def page(
        self, scope: Scope, wanted: Wanted, sought: LetterFilter, state: LetterState | None
    ) -> tuple[Sequence[Letter], dict[str, int]]:
        """Newest first, one more than the page where there is a next one; and how many there are by state."""

    async def waiting(self, scope: Scope, sought: LetterFilter, count_max: int) -> Sequence[str]:
        """The oldest waiting ones' origins."""

    async def named(self, scope: Scope, origins: Collection[str]) -> Sequence[Letter]:
        """Those that are there and may be seen, oldest first."""

    async def of_job(self, scope: Scope, tenant_id: str, job_id: str, count_max: int) -> Sequence[Letter]:
        """What waits of this tenant's job, in the order in which it came."""

    async def raw(self, scope: Scope, origins: Collection[str]) -> Raws: ...

    async def parked(self, scope: Scope, job_id: str | None, count_max: int) -> Sequence[ParkedJobBody]:
        """Jobs that stand still: this one, of whoever may be seen, or all."""


@dataclass(frozen=True, slots=True)
class PostgresLetterReads:
    database: Database

    async def page(
        self, scope: Scope, wanted: Wanted, sought: LetterFilter, state: LetterState | None
    ) -> tuple[Sequence[Letter], dict[str, int]]:
        async with self._as(scope) as connection:
            found = await connection.fetch(QUERIES["letters"], *_filters(sought), state, *_after(wanted.cursor), wanted.limit + 1)
            counts = totals(await connection.fetch(QUERIES["totals"], *_filters(sought)))
        return [_letter(row) for row in found], counts

    async def waiting(self, scope: Scope, sought: LetterFilter, count_max: int) -> Sequence[str]:
        async with self._as(scope) as connection:
            return [row["origin"] for row in await connection.fetch(QUERIES["waiting"], *_filters(sought), count_max)]

    async def named(self, scope: Scope, origins: Collection[str]) -> Sequence[Letter]:
        async with self._as(scope) as connection:
            return [_letter(row) for row in await connection.fetch(QUERIES["named"], list(origins))]

    async def of_job(self, scope: Scope, tenant_id: str, job_id: str, count_max: int) -> Sequence[Letter]:
        async with self._as(scope) as connection:
            return [_letter(row) for row in await connection.fetch(QUERIES["of_job"], tenant_id, job_id, count_max)]

    async def raw(self, scope: Scope, origins: Collection[str]) -> Raws:
        async with self._as(scope) as connection:
            return {row["origin"]: _raw(row) for row in await connection.fetch(QUERIES["raw"], list(origins))}

    async def parked(self, scope: Scope, job_id: str | None, count_max: int) -> Sequence[ParkedJobBody]:
        async with self._as(scope) as connection:
            return [ParkedJobBody(**dict(row)) for row in await connection.fetch(QUERIES["parked"], job_id, count_max)]

    def _as(self, scope: Scope) -> AbstractAsyncContextManager[Connection]:
        return self.database.of_operator() if scope.tenant is None else self.database.of(scope.tenant)


def place(letter: Letter) -> Cursor:
    return (letter.at - _EPOCH) // timedelta(microseconds=1), (letter.partition << _OFFSET_BITS) + letter.letter_offset


def _after(cursor: Cursor | None) -> tuple[datetime | None, int | None, int | None]:
    if cursor is None:
        return None, None, None
    microseconds, there = cursor
    try:
        at = _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        at = datetime.max.replace(tzinfo=UTC)  # A made-up cursor: everything comes after it.
    return at, there >> _OFFSET_BITS, there & ((1 << _OFFSET_BITS) - 1)


def _filters(sought: LetterFilter) -> tuple[str | datetime | None, ...]:
    return sought.job_id, sought.topic, sought.type, sought.reason, sought.since, sought.until


def _letter(row: Row) -> Letter:
    return Letter(state=LetterState(row["state"]), kept_bytes=row["kept_bytes"] or 0, **{name: row[name] for name in _HEAD})


def _raw(row: Row) -> Raw:
    return Raw(row["key"], list(zip(row["header_names"], row["header_values"], strict=True)), row["value"])
