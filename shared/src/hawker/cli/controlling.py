"""`hawker cancel|pause|resume|retry`: asks for it, and tells what was asked. Whether it may be is the orchestrator's to decide."""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum

from rich.text import Text

from hawker.cli.exits import Exit
from hawker.cli.ids import NOT_FOUND
from hawker.cli.looking import find_batch, find_job
from hawker.cli.screen import Screen
from hawker.client import Batch, Hawker, HawkerError, Job
from hawker.contracts.words import JobStatus


class Control(StrEnum):
    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"
    RETRY = "retry"


OF_JOB: Mapping[Control, Callable[[Hawker, str], Awaitable[None]]] = {
    Control.CANCEL: Hawker.cancel_job,
    Control.PAUSE: Hawker.pause_job,
    Control.RESUME: Hawker.resume_job,
    Control.RETRY: Hawker.retry_job,
}
AGAIN = (JobStatus.FAILED, JobStatus.EXPIRED)
"""What `retry` of a batch begins again."""


async def control(hawker: Hawker, screen: Screen, asked: Control, text: str) -> Exit:
    """`text` names a job or a batch; of a batch, `cancel` ends it and `retry` begins its failed jobs again."""
    found = await _find(hawker, text)
    match found, asked:
        case Batch(), Control.CANCEL:
            await hawker.cancel_batch(found.id)
            return _tell(screen, asked, "batch", [found.id])
        case Batch(), Control.RETRY:
            return _tell(screen, asked, "job", await _retry_failed(hawker, found))
        case Batch(), _:
            raise HawkerError(
                f"A batch cannot be asked to {asked}", found.id, f"Give the id of a job; `hawker jobs --batch {found.id}` lists them."
            )
        case _:
            await OF_JOB[asked](hawker, found.id)
            return _tell(screen, asked, "job", [found.id])


async def _find(hawker: Hawker, text: str) -> Batch | Job:
    try:
        return await find_batch(hawker, text)
    except HawkerError as error:
        if error.status != NOT_FOUND:
            raise
    return await find_job(hawker, text)


async def _retry_failed(hawker: Hawker, batch: Batch) -> list[str]:
    """All ids first: a job that begins again leaves the list that is being read."""
    again = [job.id for status in AGAIN async for page in hawker.jobs(batch_id=batch.id, status=status) for job in page.items]
    for job_id in again:
        await hawker.retry_job(job_id)
    return again


def _tell(screen: Screen, asked: Control, what: str, names: list[str]) -> Exit:
    listed = ", ".join(names) if names else f"no {what} to {asked}"
    screen.show(Text(f"Asked to {asked}: {listed}."), {"asked": asked.value, "kind": what, "ids": list(names)})
    return Exit.DONE
