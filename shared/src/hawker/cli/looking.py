"""`hawker batches|batch|jobs|job|tasks`: what there is and how it stands."""

from collections.abc import AsyncIterator

from pydantic import BaseModel

from hawker.cli import exits, ids, tables
from hawker.cli.exits import Exit
from hawker.cli.screen import Screen
from hawker.cli.watching import follow
from hawker.client import Batch, Hawker, HawkerError, Job, Page
from hawker.contracts.words import BatchStatus, JobStatus, Marketplace, TaskStatus

FAILURES_SHOWN_MAX = 20


async def batches(hawker: Hawker, screen: Screen, marketplace: Marketplace | None, status: BatchStatus | None, limit: int) -> Exit:
    page = await _first(hawker.batches(marketplace=marketplace, status=status, page_items=limit))
    screen.show(tables.batches(page), page)
    return Exit.DONE


async def batch(hawker: Hawker, screen: Screen, batch_id: str, *, watch: bool) -> Exit:
    found = await find_batch(hawker, batch_id)
    if watch and not found.has_ended:
        (found,) = await follow(hawker, [found], screen.err)
    failed = await failures(hawker, found)
    screen.show(tables.batch(found, failed), {**found.model_dump(mode="json"), "failures": [job.model_dump(mode="json") for job in failed]})
    return exits.of_batch(found)


async def jobs(hawker: Hawker, screen: Screen, batch_id: str | None, status: JobStatus | None, limit: int) -> Exit:
    whole_id = (await find_batch(hawker, batch_id)).id if batch_id else None
    page = await _first(hawker.jobs(batch_id=whole_id, status=status, page_items=limit))
    screen.show(tables.jobs(page), page)
    return Exit.DONE


async def job(hawker: Hawker, screen: Screen, job_id: str) -> Exit:
    found = await find_job(hawker, job_id)
    screen.show(tables.job(found), found)
    return exits.of_job(found)


async def tasks(hawker: Hawker, screen: Screen, job_id: str | None, status: TaskStatus | None, limit: int) -> Exit:
    whole_id = (await find_job(hawker, job_id)).id if job_id else None
    page = await _first(hawker.tasks(job_id=whole_id, status=status, page_items=limit))
    screen.show(tables.tasks(page), page)
    return Exit.DONE


async def find_batch(hawker: Hawker, text: str) -> Batch:
    return await ids.find(text, hawker.batch, hawker.batches)


async def find_job(hawker: Hawker, text: str) -> Job:
    return await ids.find(text, hawker.job, hawker.jobs)


async def failures(hawker: Hawker, of: Batch) -> list[Job]:
    """The first jobs that did not make it, for their reasons."""
    found: list[Job] = []
    for status, count in ((JobStatus.FAILED, of.progress.failed), (JobStatus.EXPIRED, of.progress.expired)):
        wanted = min(count, FAILURES_SHOWN_MAX - len(found))
        if wanted:
            found += (await _first(hawker.jobs(batch_id=of.id, status=status, page_items=wanted))).items
    return found


async def _first[M: BaseModel](pages: AsyncIterator[Page[M]]) -> Page[M]:
    async for page in pages:
        return page
    raise HawkerError("The list has no page")  # The client always asks for a first one.
