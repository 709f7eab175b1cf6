"""What people ask for, looked up: one thing or one page of things, of the caller's tenant. Writes nothing."""

from dataclasses import dataclass
from typing import Protocol

from api_gateway import rows
from api_gateway.bodies import BatchBody, HistoryBody, JobBody, ListingBody, Page, TaskBody, TaskDetail
from api_gateway.database import QUERIES, Database
from api_gateway.paging import Cursor, page


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a list. `cursor` is None for its beginning."""

    limit: int
    cursor: Cursor | None = None

    @property
    def after(self) -> int | None:
        return self.cursor[0] if self.cursor else None


class Reads(Protocol):
    """The read side as the routes need it. None means: this tenant has no such thing."""

    async def batch(self, tenant: str, batch_id: str) -> BatchBody | None: ...
    async def batches(self, tenant: str, wanted: Wanted, *, marketplace: str | None, status: str | None) -> Page[BatchBody]: ...
    async def job(self, tenant: str, job_id: str) -> JobBody | None: ...
    async def jobs(
        self, tenant: str, wanted: Wanted, *, batch_id: str | None, marketplace: str | None, status: str | None
    ) -> Page[JobBody]: ...
    async def task(self, tenant: str, job_id: str, position: int) -> TaskDetail | None: ...
    async def tasks(self, tenant: str, wanted: Wanted, *, job_id: str | None, status: str | None, kind: str | None) -> Page[TaskBody]: ...
    async def listings(self, tenant: str, wanted: Wanted, *, marketplace: str | None, handle: str | None) -> Page[ListingBody]: ...
    async def history(self, tenant: str, wanted: Wanted, *, of: str, id: str) -> Page[HistoryBody]: ...


@dataclass(frozen=True, slots=True)
class PostgresReads:
    database: Database

    async def batch(self, tenant: str, batch_id: str) -> BatchBody | None:
        """Also what has only been taken in: a GET right after its POST finds it."""
        async with self.database.of(tenant) as connection:
            if (row := await connection.fetchrow(QUERIES["batch"], batch_id)) is not None:
                return rows.batch(row)
            row = await connection.fetchrow(QUERIES["intake"], batch_id, "batch")
            return None if row is None else rows.pending_batch(row)

    async def batches(self, tenant: str, wanted: Wanted, *, marketplace: str | None, status: str | None) -> Page[BatchBody]:
        async with self.database.of(tenant) as connection:
            found = await connection.fetch(QUERIES["batches"], marketplace, status, wanted.after, wanted.limit + 1)
            totals = rows.totals(await connection.fetch(QUERIES["batch_totals"], marketplace))
        return page(found, wanted.limit, _accepted, rows.batch, totals)

    async def job(self, tenant: str, job_id: str) -> JobBody | None:
        async with self.database.of(tenant) as connection:
            if (row := await connection.fetchrow(QUERIES["job"], job_id)) is not None:
                return rows.whole_job(row, await connection.fetch(QUERIES["job_tasks"], job_id))
            row = await connection.fetchrow(QUERIES["intake"], job_id, "job")
            return None if row is None else rows.pending_job(row)

    async def jobs(
        self, tenant: str, wanted: Wanted, *, batch_id: str | None, marketplace: str | None, status: str | None
    ) -> Page[JobBody]:
        async with self.database.of(tenant) as connection:
            found = await connection.fetch(QUERIES["jobs"], batch_id, marketplace, status, wanted.after, wanted.limit + 1)
            totals = rows.totals(await connection.fetch(QUERIES["job_totals"], batch_id, marketplace))
        return page(found, wanted.limit, _accepted, rows.listed_job, totals)

    async def task(self, tenant: str, job_id: str, position: int) -> TaskDetail | None:
        async with self.database.of(tenant) as connection:
            row = await connection.fetchrow(QUERIES["task"], job_id, position)
            job_row = await connection.fetchrow(QUERIES["job"], job_id)
            if row is None or job_row is None:
                return None
            job = rows.whole_job(job_row, await connection.fetch(QUERIES["job_tasks"], job_id))
        return TaskDetail(**rows.task(row).model_dump(), job=job.model_copy(update={"tasks": []}))

    async def tasks(self, tenant: str, wanted: Wanted, *, job_id: str | None, status: str | None, kind: str | None) -> Page[TaskBody]:
        offset, position = wanted.cursor or (None, None)
        async with self.database.of(tenant) as connection:
            found = await connection.fetch(QUERIES["tasks"], job_id, status, kind, offset, position, wanted.limit + 1)
            totals = rows.totals(await connection.fetch(QUERIES["task_totals"], job_id, kind)) if job_id else {}
        return page(found, wanted.limit, lambda row: (row["accepted_offset"], row["position"]), rows.task, totals)

    async def listings(self, tenant: str, wanted: Wanted, *, marketplace: str | None, handle: str | None) -> Page[ListingBody]:
        async with self.database.of(tenant) as connection:
            found = await connection.fetch(QUERIES["listings"], marketplace, handle, wanted.after, wanted.limit + 1)
        return page(found, wanted.limit, _written, rows.listing, {})

    async def history(self, tenant: str, wanted: Wanted, *, of: str, id: str) -> Page[HistoryBody]:
        """Oldest first. `of` is "job" or "batch"."""
        async with self.database.of(tenant) as connection:
            found = await connection.fetch(QUERIES[f"{of}_history"], id, wanted.after, wanted.limit + 1)
        return page(found, wanted.limit, _written, rows.history, {})


def _accepted(row: rows.Row) -> Cursor:
    return row["accepted_offset"], 0


def _written(row: rows.Row) -> Cursor:
    return row["journal_offset"], 0
