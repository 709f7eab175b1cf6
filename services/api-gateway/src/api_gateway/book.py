"""The intake's memory: what came in under which id and Idempotency-Key. A first entry stands; a second one is shown the first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from api_gateway.database import QUERIES, Database


@dataclass(frozen=True, slots=True)
class Entry:
    """`summary` answers a GET until the projection has the row; it holds no product."""

    tenant: str
    id: str
    kind: str
    key: str | None
    fingerprint: str
    summary: Mapping[str, Any]  # Any: JSON
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Entered:
    """What the book holds: this entry, or the one that came first under its id or key."""

    id: str
    fingerprint: str
    created_at: datetime


class Book(Protocol):
    async def enter(self, entry: Entry) -> Entered: ...


@dataclass(frozen=True, slots=True)
class PostgresBook:
    database: Database

    async def enter(self, entry: Entry) -> Entered:
        async with self.database.of(entry.tenant) as connection:
            await connection.execute(
                QUERIES["enter"],
                entry.tenant,
                entry.id,
                entry.kind,
                entry.key,
                entry.fingerprint,
                _storable(entry.summary),
                entry.created_at,
            )
            row = await connection.fetchrow(QUERIES["entered"], entry.id, entry.key)
        assert row is not None, "an entry that was made is there"
        return Entered(row["id"], row["fingerprint"], row["created_at"])


def _storable(summary: Mapping[str, Any]) -> dict[str, Any]:  # Any: JSON
    """PostgreSQL knows no NUL; a title may have one."""
    return {name: value.replace("\x00", "\ufffd") if isinstance(value, str) else value for name, value in summary.items()}
