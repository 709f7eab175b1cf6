"""Tasks, and the listings that came of them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api_gateway import problems
from api_gateway.asking import Behind, Reader, WantedPage
from api_gateway.bodies import ListingBody, Page, TaskBody, TaskDetail
from api_gateway.routes import answers
from hawker.contracts.words import Id, Marketplace, TaskKind, TaskStatus

router = APIRouter(prefix="/v1", tags=["tasks"])

type Handle = Annotated[str, Query(max_length=255, pattern=r"^[^\x00]*$")]
"""A database's text has no NUL."""

type TaskId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}:\d{1,6}$", description="job:position")]


@router.get("/tasks", responses=answers.READING)
async def list_tasks(
    who: Reader,
    behind: Behind,
    wanted: WantedPage,
    job_id: Id | None = None,
    status: TaskStatus | None = None,
    kind: TaskKind | None = None,
) -> Page[TaskBody]:
    """The newest job's first, each job's in their order; `totals` counts those of one job, where one is named."""
    return await behind.reads.tasks(who.tenant, wanted, job_id=job_id, status=status, kind=kind)


@router.get("/tasks/{task_id}", responses=answers.FINDING)
async def get_task(task_id: TaskId, who: Reader, behind: Behind) -> TaskDetail:
    """With its result or failure, and its job."""
    job_id, _, position = task_id.rpartition(":")
    task = await behind.reads.task(who.tenant, job_id, int(position))
    if task is None:
        raise problems.not_found(f"No task {task_id}.")
    return task


@router.get("/listings", responses=answers.READING, tags=["listings"])
async def list_listings(
    who: Reader, behind: Behind, wanted: WantedPage, marketplace: Marketplace | None = None, handle: Handle | None = None
) -> Page[ListingBody]:
    """What stands on the marketplaces, the latest first."""
    return await behind.reads.listings(who.tenant, wanted, marketplace=marketplace, handle=handle)
