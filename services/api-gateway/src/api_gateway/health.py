"""What the gateway needs to do its work, and what of it is missing right now. Repairs nothing."""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

import asyncpg

from api_gateway.database import QUERIES
from hawker.postgres.migrate import known
from hawker.postgres.pool import UNREACHABLE, Pool

ANSWER_SECONDS_MAX = 2.0


class Checks(Protocol):
    async def missing(self) -> Sequence[str]:
        """In words for operators; empty when all is there."""


class Opened(Protocol):
    @property
    def is_open(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Dependencies:
    pool: Pool
    outlet: Opened
    bootstrap: str

    async def missing(self) -> Sequence[str]:
        database, log = await asyncio.gather(self._database(), self._log())
        return [what for what in (database, log) if what is not None]

    async def _database(self) -> str | None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                applied = {row["migration_id"] for row in await self.pool.fetch(QUERIES["migrations"])}
        except UNREACHABLE:
            return "PostgreSQL does not answer at HAWKER_POSTGRES_DSN"
        except asyncpg.PostgresError:
            return "PostgreSQL has no schema of ours yet: python -m hawker.postgres migrate"
        lacking = sorted(known() - applied)
        return f"migrations are missing: {', '.join(lacking)}; python -m hawker.postgres migrate" if lacking else None

    async def _log(self) -> str | None:
        if not self.outlet.is_open:
            return f"Kafka has not let us in yet at {self.bootstrap}"
        addresses = self.bootstrap.split(",")
        answers = await asyncio.gather(*(_answers(address.strip()) for address in addresses))
        return None if any(answers) else f"Kafka does not answer at {self.bootstrap}"


async def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    except (OSError, TimeoutError, ValueError):
        return False
    with closing(writer):
        return True
