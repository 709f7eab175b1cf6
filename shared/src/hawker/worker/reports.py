"""What a worker tells: how attempts ended, what could not be read. Every word is in the log before anything counts as done."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from time import monotonic
from typing import Protocol

import structlog
from pydantic import BaseModel, Field, ValidationError

from hawker.contracts.codec import OversizeError
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.outcomes import AccountThrottled, TaskFailed, TaskSucceeded
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.contracts.topics import Topics
from hawker.contracts.words import Id
from hawker.kafka.errors import Unavailable
from hawker.telemetry import metrics
from hawker.telemetry.tracing import current_traceparent
from hawker.worker.attempt import throttle

log = structlog.get_logger()

PATIENCE_SECONDS_MAX = 60.0
"""How long an outcome waits for the log to come back."""
AGAIN_SECONDS = 0.5


class _Whose(BaseModel):
    """What even an unreadable command may still tell: whom its failure concerns."""

    tenant_id: Id
    job_id: Id
    position: int = Field(ge=0)
    attempt: int = Field(ge=1)


class Says(Protocol):
    """The log's publisher."""

    async def publish(self, topic: str, key: str, message: BaseModel, *, id: str, traceparent: str | None = None) -> None: ...


class Buries(Protocol):
    """The dead letters."""

    async def put_recorded(self, recorded: Recorded[Undecodable]) -> None: ...


class Reports:
    def __init__(self, publisher: Says, dead_letters: Buries, topics: Topics) -> None:
        self._publisher = publisher
        self._dead_letters = dead_letters
        self._outcomes = topics.outcomes

    async def outcome(self, command: ExecuteTask, told: TaskSucceeded | TaskFailed) -> None:
        slower = throttle(command, told, datetime.now(UTC))
        if slower is not None:
            await self._tell(f"{command.command_id}:throttled", slower)
        try:
            await self._tell(f"{command.command_id}:outcome", told)
        except OversizeError:
            await self._tell(f"{command.command_id}:outcome", _too_large(told))

    async def undecodable(self, letter: Recorded[Undecodable]) -> None:
        """To the dead letters; and where it still says whose it is, its task fails at once instead of waiting for its lease."""
        await _patiently(lambda: self._dead_letters.put_recorded(letter))
        whose = _whose(letter.message.value)
        if whose is not None:
            failure = Failure(kind=FailureKind.REJECTED, reason=f"The worker cannot read the command: {letter.message.reason}"[:1000])
            told = TaskFailed(**whose.model_dump(), waited_ms=0, took_ms=0, failure=failure)
            await self._tell(f"{whose.job_id}:{whose.position}:{whose.attempt}:outcome", told)

    async def _tell(self, id: str, told: AccountThrottled | TaskSucceeded | TaskFailed) -> None:
        """A repeat has the same id as the first; the trace goes on."""
        trace = current_traceparent()
        await _patiently(lambda: self._publisher.publish(self._outcomes, told.tenant_id, told, id=id, traceparent=trace))


async def _patiently(write: Callable[[], Awaitable[None]]) -> None:
    """An outcome outlives a restart of the log. Raises Unavailable when the log stays away."""
    until = monotonic() + PATIENCE_SECONDS_MAX
    while True:
        try:
            return await write()
        except Unavailable as fault:
            metrics.count(metrics.OUTCOMES_UNTOLD)
            if monotonic() > until:
                raise
            log.warning("the log is away, an outcome waits", fault=str(fault))
            await asyncio.sleep(AGAIN_SECONDS)


def _whose(value: bytes | None) -> _Whose | None:
    try:
        return _Whose.model_validate_json(value or b"")
    except ValidationError:
        return None


def _too_large(told: TaskSucceeded | TaskFailed) -> TaskFailed:
    failure = Failure(kind=FailureKind.REJECTED, reason="The result is too large to be kept.")
    return TaskFailed(**told.model_dump(exclude={"result", "failure"}), failure=failure)
