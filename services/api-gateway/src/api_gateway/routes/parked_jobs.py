"""Jobs that stand still because something about them broke the orchestrator. Those with letters go on by these; the others are let go here."""

import uuid

from fastapi import APIRouter, Response

from api_gateway import paging, problems
from api_gateway.asking import Behind, IdempotencyKey, LetterHandler
from api_gateway.bodies import Accepted
from api_gateway.letters.bodies import ParkedJobs
from api_gateway.routes import answers
from hawker.contracts.words import Id

router = APIRouter(prefix="/v1/parked-jobs", tags=["dead letters"])

_NAMES = uuid.UUID("b0a7a9b0-6d2c-5b9e-9f43-2f3f9f0f6c11")
"""The same caller, key and job give the same request id: a repeat is known by it."""


@router.get("", responses=answers.LETTERS)
async def list_parked_jobs(who: LetterHandler, behind: Behind) -> ParkedJobs:
    found = await behind.letters.reads.parked(who.scope, None, paging.PAGE_ITEMS_MAX + 1)
    return ParkedJobs(items=list(found[: paging.PAGE_ITEMS_MAX]), more=len(found) > paging.PAGE_ITEMS_MAX)


@router.post("/{job_id}/unpark", status_code=202, responses=answers.CONTROLLING)
async def unpark_job(
    job_id: Id, response: Response, who: LetterHandler, behind: Behind, idempotency_key: IdempotencyKey = None
) -> Accepted:
    """For a job that no letter speaks of, because a timer broke it: it goes on, and meets that timer again."""
    found = await behind.letters.reads.parked(who.scope, job_id, paging.PAGE_ITEMS_MAX)
    if not found:
        raise problems.not_found(f"No parked job {job_id}.")
    if any(job.letters_waiting for job in found):
        raise problems.state("Letters of this job wait.", "Redrive or discard them: with that the job goes on.")
    request_id = str(uuid.uuid4() if idempotency_key is None else uuid.uuid5(_NAMES, f"{who.name}\n{idempotency_key}\n{job_id}"))
    for job in found:
        await behind.letters.let_go(who, job, request_id)
    response.headers["Location"] = f"/v1/jobs/{job_id}"
    return Accepted(request_id=request_id, location=response.headers["Location"])
