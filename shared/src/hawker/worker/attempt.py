"""One attempt of one task: within its time, through its handler, to an outcome. Whatever goes wrong becomes a Failure."""

import asyncio
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import JsonValue, TypeAdapter, ValidationError

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.outcomes import AccountThrottled, TaskFailed, TaskSucceeded
from hawker.contracts.words import Result, TaskKind
from hawker.worker.handler import Worker
from hawker.worker.pulse import StoodStillError

log = structlog.get_logger()

_JSON = TypeAdapter(dict[str, JsonValue])
"""Checks what a handler left behind: behind its alias `Result`, pydantic lets anything pass."""
PAUSE_SECONDS_MAX = 24 * 3600.0
"""Whatever a marketplace asked for: no calendar has a date for every number."""
REACHES_A_MARKETPLACE = frozenset({TaskKind.DIRECT_HTTP, TaskKind.PLUGIN_HTTP})


type Guard = Callable[[], AbstractContextManager[None]]
"""What an attempt stands under while it acts; may raise StoodStillError."""


async def attempt[A](worker: Worker[A], command: ExecuteTask, guard: Guard = nullcontext) -> TaskSucceeded | TaskFailed:
    """Never raises, save when cancelled."""
    began = datetime.now(UTC)
    answer = await _within_its_time(worker, command, began, guard)
    try:
        return outcome(command, answer, began=began, ended=datetime.now(UTC))
    except ValidationError as surprise:  # What the handler left behind is no JSON.
        return outcome(command, _surprised(command, surprise), began=began, ended=datetime.now(UTC))


def outcome(command: ExecuteTask, answer: Result | Failure, *, began: datetime, ended: datetime) -> TaskSucceeded | TaskFailed:
    about = {
        "tenant_id": command.tenant_id,
        "job_id": command.job_id,
        "position": command.position,
        "attempt": command.attempt,
        "waited_ms": _milliseconds(began - command.dispatched_at),
        "took_ms": _milliseconds(ended - began),
    }
    if isinstance(answer, Failure):
        return TaskFailed.model_validate({**about, "failure": answer, "look_first": command.look_first})
    return TaskSucceeded.model_validate({**about, "result": _JSON.validate_python(answer)})


def throttle(command: ExecuteTask, told: TaskSucceeded | TaskFailed, now: datetime) -> AccountThrottled | None:
    """What a refusal says about the whole account."""
    if not isinstance(told, TaskFailed) or told.failure.kind is not FailureKind.THROTTLED or told.failure.retry_after_seconds is None:
        return None
    return AccountThrottled(
        tenant_id=command.tenant_id,
        account_id=command.account_id,
        marketplace=command.marketplace,
        until=now + timedelta(seconds=min(told.failure.retry_after_seconds, PAUSE_SECONDS_MAX)),
    )


async def _within_its_time[A](worker: Worker[A], command: ExecuteTask, now: datetime, guard: Guard) -> Result | Failure:
    seconds = min(command.timeout_seconds, (command.deadline - now).total_seconds())
    if seconds <= 0:
        # One that is to look first may have been begun before: by an earlier attempt, or by a worker that died with it.
        kind = _kind_of_surprise(command) if command.look_first else FailureKind.TRANSIENT
        return Failure(kind=kind, reason="The command came after its deadline and was not begun.")
    try:
        async with asyncio.timeout(seconds):
            with guard():
                return await _handle(worker, command)
    except StoodStillError:
        return Failure(kind=_kind_of_surprise(command), reason="The worker stood still in the middle of it; it may have happened.")
    except TimeoutError:
        return Failure(kind=_kind_of_surprise(command), reason=f"No answer within {seconds:.0f} seconds.")
    except Exception as surprise:  # noqa: BLE001 - the border: a handler's mistake ends its attempt, not the worker
        return _surprised(command, surprise)


async def _handle[A](worker: Worker[A], command: ExecuteTask) -> Result | Failure:
    handler = worker.handlers.get(command.operation)
    if handler is None:
        return Failure(kind=FailureKind.REJECTED, reason=f"{worker.name} does not know the operation {command.operation!r}.")
    account = await worker.connect(command)
    if isinstance(account, Failure):
        return account
    return await handler(command, account)


def _kind_of_surprise(command: ExecuteTask) -> FailureKind:
    """A call that ended without an answer may have reached the marketplace; work of our own is safe to do again."""
    return FailureKind.UNKNOWN if command.kind in REACHES_A_MARKETPLACE else FailureKind.TRANSIENT


def _surprised(command: ExecuteTask, surprise: Exception) -> Failure:
    """The log says where it happened, and never its text: that may hold a seller's data or a token."""
    where = "".join(traceback.format_tb(surprise.__traceback__))
    log.error("a handler failed", command=command.command_id, operation=command.operation, error=type(surprise).__name__, where=where)
    return Failure(kind=_kind_of_surprise(command), reason="The worker made a mistake; it is in its log.", code=type(surprise).__name__)


def _milliseconds(span: timedelta) -> int:
    return max(0, round(span.total_seconds() * 1000))
