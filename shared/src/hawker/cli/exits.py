"""How the command ends, as a number: 0 only when everything asked for is done and everything watched or shown has completed."""

from enum import IntEnum

from hawker.client import Batch, HawkerError, Job, NotAllowed, NotReachable, NotUnderstood
from hawker.contracts.words import BatchStatus, JobStatus


class Exit(IntEnum):
    DONE = 0
    NOT_ALL = 1
    """It ended, but something failed, expired, was cancelled or was left out; for `doctor`: something needed is wrong."""
    USAGE = 2
    """The command line was wrong."""
    BAD_FILE = 3
    """The file is no catalogue, or has rows to correct; nothing was sent."""
    REFUSED = 4
    """Hawker refused it and said why."""
    NOT_REACHABLE = 5
    """No answer, or none that a gateway gives."""
    NOT_ALLOWED = 6
    """The token is missing, wrong, out of date or of too low a role."""
    NOT_ENDED = 7
    """The batch or job shown is still under way."""
    INTERRUPTED = 130


MEANINGS = """\
Exit status: 0 everything completed (submit without --watch: accepted) · 1 ended, but not all of it completed · 2 wrong usage ·
3 the file has faults, nothing was sent · 4 refused by Hawker · 5 no answer · 6 token not accepted · 7 still under way · 130 interrupted.
"""


def of_error(error: HawkerError) -> Exit:
    match error:
        case NotAllowed():
            return Exit.NOT_ALLOWED
        case NotReachable() | NotUnderstood():
            return Exit.NOT_REACHABLE
        case _:
            return Exit.REFUSED


def of_batch(batch: Batch) -> Exit:
    if not batch.has_ended:
        return Exit.NOT_ENDED
    return Exit.DONE if batch.status is BatchStatus.COMPLETED else Exit.NOT_ALL


def of_job(job: Job) -> Exit:
    if not job.has_ended:
        return Exit.NOT_ENDED
    return Exit.DONE if job.status is JobStatus.COMPLETED else Exit.NOT_ALL
