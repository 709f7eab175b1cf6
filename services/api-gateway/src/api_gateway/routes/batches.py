"""Batches: ask for many things at once, look at them, cancel them."""

from fastapi import APIRouter, Response

from api_gateway import controls, problems
from api_gateway.asking import Behind, Reader, Rooms, WantedPage, Writer
from api_gateway.bodies import Accepted, BatchBody, BatchOrder, HistoryBody, ItemsAccepted, ItemsOrder, JobBody, Page
from api_gateway.routes import answers
from hawker.contracts.words import BatchStatus, Id, JobStatus, Marketplace

router = APIRouter(prefix="/v1/batches", tags=["batches"])


@router.post("", status_code=202, responses=answers.CREATING)
async def create_batch(order: BatchOrder, response: Response, sender: Writer, behind: Behind) -> BatchBody:
    """Ask for one bulk operation. The answer is the batch as it stands; follow it at Location."""
    async with behind.intakes.one():
        batch_id = await behind.intake.batch(sender, order)
    response.headers["Location"] = f"/v1/batches/{batch_id}"
    return await _found(behind, sender.tenant, batch_id)


@router.post("/{batch_id}/items", status_code=202, responses=answers.ADDING)
async def add_items(batch_id: Id, order: ItemsOrder, response: Response, sender: Writer, behind: Behind) -> ItemsAccepted:
    """Some of the products of a batch that was announced by `item_count`; at most 100 in one part."""
    batch = await _found(behind, sender.tenant, batch_id)
    if batch.status not in controls.BATCH_OPEN:
        why = f": {batch.reason}" if batch.reason else ""
        raise problems.state(f"The batch is {batch.status}{why}.", "Ask for a new batch: this one takes no more products.")
    async with behind.intakes.one():
        await behind.intake.items(sender, batch_id, order)
    response.headers["Location"] = f"/v1/batches/{batch_id}"
    return ItemsAccepted(batch_id=batch_id, sequence=order.sequence, item_count=len(order.products))


@router.get("", responses=answers.READING)
async def list_batches(
    who: Reader, behind: Behind, wanted: WantedPage, marketplace: Marketplace | None = None, status: BatchStatus | None = None
) -> Page[BatchBody]:
    """Newest first."""
    return await behind.reads.batches(who.tenant, wanted, marketplace=marketplace, status=status)


@router.get("/{batch_id}", responses=answers.FINDING)
async def get_batch(batch_id: Id, who: Reader, behind: Behind) -> BatchBody:
    return await _found(behind, who.tenant, batch_id)


@router.get("/{batch_id}/jobs", responses=answers.FINDING)
async def list_batch_jobs(batch_id: Id, who: Reader, behind: Behind, wanted: WantedPage, status: JobStatus | None = None) -> Page[JobBody]:
    """Newest first; `totals` counts them by status."""
    await _found(behind, who.tenant, batch_id)
    return await behind.reads.jobs(who.tenant, wanted, batch_id=batch_id, marketplace=None, status=status)


@router.get("/{batch_id}/history", responses=answers.FINDING)
async def list_batch_history(batch_id: Id, who: Reader, behind: Behind, wanted: WantedPage) -> Page[HistoryBody]:
    """What was decided about the batch itself, oldest first."""
    await _found(behind, who.tenant, batch_id)
    return await behind.reads.history(who.tenant, wanted, of="batch", id=batch_id)


@router.post("/{batch_id}/cancel", status_code=202, responses=answers.CONTROLLING)
async def cancel_batch(batch_id: Id, response: Response, sender: Writer, behind: Behind) -> Accepted:
    """Cancels what has not run and leaves what has."""
    batch = await _found(behind, sender.tenant, batch_id)
    accepted = await controls.cancel_batch(behind.intake, sender, batch)
    response.headers["Location"] = accepted.location
    return accepted


async def _found(behind: Rooms, tenant: str, batch_id: str) -> BatchBody:
    """Raises Problem."""
    batch = await behind.reads.batch(tenant, batch_id)
    if batch is None:
        raise problems.not_found(f"No batch {batch_id}.")
    return batch
