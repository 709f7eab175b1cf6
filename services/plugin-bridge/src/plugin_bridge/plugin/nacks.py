"""What a browser's refusal means for an attempt: one table, in a seller's words. Decides nothing else."""

from collections.abc import Mapping

from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.plugin import Nack, NackCode, Task

BUSY_SECONDS = 5.0
PAUSED_SECONDS = 60.0
_OUR_RULES = "This address is not one that Hawker may open in your browser."

MEANINGS: Mapping[NackCode, tuple[FailureKind, str]] = {
    NackCode.BUSY: (FailureKind.THROTTLED, "Your browser is busy with other tasks."),
    NackCode.PAUSED: (FailureKind.THROTTLED, "You have paused Hawker in your browser."),
    NackCode.EXPIRED: (FailureKind.TRANSIENT, "The task reached your browser too late."),
    NackCode.CANCELLED: (FailureKind.UNKNOWN, "The task was cancelled in your browser; it may have been carried out."),
    NackCode.SCHEME_NOT_ALLOWED: (FailureKind.REJECTED, _OUR_RULES),
    NackCode.HOST_NOT_ALLOWED: (FailureKind.REJECTED, _OUR_RULES),
    NackCode.METHOD_NOT_ALLOWED: (FailureKind.REJECTED, _OUR_RULES),
    NackCode.HEADER_NOT_ALLOWED: (FailureKind.REJECTED, _OUR_RULES),
    NackCode.PERMISSION_MISSING: (FailureKind.UNAUTHORISED, "Allow the Hawker extension to use this marketplace, then try again."),
    NackCode.UNKNOWN_TASK: (FailureKind.TRANSIENT, "Your browser does not know this task."),
    NackCode.INTERRUPTED: (FailureKind.UNKNOWN, "Your browser was closed in the middle of the task, so it may have been carried out."),
    NackCode.UNREACHABLE: (FailureKind.UNKNOWN, "The marketplace gave your browser no answer, so the task may have been carried out."),
    NackCode.RESPONSE_TOO_LARGE: (
        FailureKind.UNKNOWN,
        "The marketplace's answer was too large to read, so the task may have been carried out.",
    ),
}
WAITS: Mapping[NackCode, float] = {NackCode.BUSY: BUSY_SECONDS, NackCode.PAUSED: PAUSED_SECONDS}


def failure(nack: Nack, task: Task) -> Failure:
    """Reading twice does no harm, so for a reading nothing is unknown."""
    kind, reason = MEANINGS[nack.code]
    if kind is FailureKind.UNKNOWN and task.idempotent:
        kind, reason = FailureKind.TRANSIENT, "Your browser could not read from the marketplace."
    return Failure(kind=kind, reason=reason, code=nack.code.value, text=nack.reason or None, retry_after_seconds=WAITS.get(nack.code))
