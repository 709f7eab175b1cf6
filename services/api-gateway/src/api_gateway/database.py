"""PostgreSQL as one tenant sees it. Every query runs in a transaction that names its tenant; without one there are no rows."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import structlog

from api_gateway import problems
from hawker.postgres.pool import UNREACHABLE, Connection, Pool
from hawker.postgres.queries import load

ROLE = "hawker_reader"
OPERATOR_ROLE = "hawker_operator"
QUERIES: Mapping[str, str] = load("api_gateway", "reads.sql")
NOT_THERE = (*UNREACHABLE, asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError, asyncpg.InsufficientPrivilegeError)
"""Also what an older schema answers: /health/ready says which migrations are missing."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Database:
    pool: Pool

    @asynccontextmanager
    async def of(self, tenant: str) -> AsyncIterator[Connection]:
        """A transaction in which only this tenant's rows exist. Raises Problem when PostgreSQL does not answer."""
        async with self._with("hawker.tenant", tenant) as connection:
            yield connection

    @asynccontextmanager
    async def of_operator(self) -> AsyncIterator[Connection]:
        """A transaction in which every tenant's dead letters and parked jobs exist, and no other row of anybody. Raises Problem."""
        async with self._with("role", OPERATOR_ROLE) as connection:
            yield connection

    @asynccontextmanager
    async def _with(self, setting: str, value: str) -> AsyncIterator[Connection]:
        try:
            async with self.pool.acquire() as connection, connection.transaction():
                await connection.execute("select set_config($1, $2, true)", setting, value)
                yield connection
        except NOT_THERE as fault:
            log.warning("PostgreSQL does not answer", kind=type(fault).__name__, fault=str(fault))
            raise problems.unavailable("The database") from fault
