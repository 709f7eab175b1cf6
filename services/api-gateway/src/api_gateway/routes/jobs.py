"""Jobs: one action on one product; look at it, steer it."""

from fastapi import APIRouter, Response

from api_gateway import controls, problems
from api_gateway.asking import Behind, Reader, Rooms, WantedPage, Writer
from api_gateway.bodies import Accepted, HistoryBody, JobBody, JobOrder, Page
from api_gateway.routes import answers
from hawker.contracts.words import Id, JobStatus, Marketplace

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])


@router.post("", status_code=202, responses=answers.CREATING)
async def create_job(order: JobOrder, response: Response, sender: Writer, behind: Behind) -> JobBody:
    """Ask for one action on one product. The answer is the job as it stands; follow it at Location."""
    async with behind.intakes.one():
        job_id = await behind.intake.job(sender, order)
    response.headers["Location"] = f"/v1/jobs/{job_id}"
    return await _found(behind, sender.tenant, job_id)


@router.get("", responses=answers.READING)
async def list_jobs(
    who: Reader,
    behind: Behind,
    wanted: WantedPage,
    batch_id: Id | None = None,
    marketplace: Marketplace | None = None,
    status: JobStatus | None = None,
) -> Page[JobBody]:
    """Newest first, without their tasks."""
    return await behind.reads.jobs(who.tenant, wanted, batch_id=batch_id, marketplace=marketplace, status=status)


@router.get("/{job_id}", responses=answers.FINDING)
async def get_job(job_id: Id, who: Reader, behind: Behind) -> JobBody:
    """With its tasks, in their order."""
    return await _found(behind, who.tenant, job_id)


@router.get("/{job_id}/history", responses=answers.FINDING)
async def list_job_history(job_id: Id, who: Reader, behind: Behind, wanted: WantedPage) -> Page[HistoryBody]:
    """Everything that was decided about it, oldest first; also why a wish was refused."""
    await _found(behind, who.tenant, job_id)
    return await behind.reads.history(who.tenant, wanted, of="job", id=job_id)


@router.post("/{job_id}/cancel", status_code=202, responses=answers.CONTROLLING)
async def cancel_job(job_id: Id, response: Response, sender: Writer, behind: Behind) -> Accepted:
    """What has not run is cancelled, what has stays."""
    return await _control(job_id, "cancel", response, sender, behind)


@router.post("/{job_id}/retry", status_code=202, responses=answers.CONTROLLING)
async def retry_job(job_id: Id, response: Response, sender: Writer, behind: Behind) -> Accepted:
    """Begins again from what failed, with a fresh count of retries; what succeeded is not done again."""
    return await _control(job_id, "retry", response, sender, behind)


@router.post("/{job_id}/pause", status_code=202, responses=answers.CONTROLLING)
async def pause_job(job_id: Id, response: Response, sender: Writer, behind: Behind) -> Accepted:
    """Nothing more begins until it is resumed; what runs may end."""
    return await _control(job_id, "pause", response, sender, behind)


@router.post("/{job_id}/resume", status_code=202, responses=answers.CONTROLLING)
async def resume_job(job_id: Id, response: Response, sender: Writer, behind: Behind) -> Accepted:
    return await _control(job_id, "resume", response, sender, behind)


async def _control(job_id: str, verb: str, response: Response, sender: Writer, behind: Rooms) -> Accepted:
    job = await _found(behind, sender.tenant, job_id)
    accepted = await controls.control_job(behind.intake, sender, job, verb)
    response.headers["Location"] = accepted.location
    return accepted


async def _found(behind: Rooms, tenant: str, job_id: str) -> JobBody:
    """Raises Problem."""
    job = await behind.reads.job(tenant, job_id)
    if job is None:
        raise problems.not_found(f"No job {job_id}.")
    return job
