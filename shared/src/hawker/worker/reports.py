"""What a worker tells: how attempts ended, what could not be read. Every word is in the log before anything counts as done."""

from datetime import UTC, datetime

from pydantic import BaseModel, Field, ValidationError

from hawker.contracts.codec import OversizeError
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.envelope import Envelope
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.outcomes import TaskFailed, TaskSucceeded
from hawker.contracts.topics import Topics
from hawker.contracts.words import Id
from hawker.kafka.client import Record
from hawker.kafka.dead_letters import DeadLetters
from hawker.kafka.producer import Publisher
from hawker.worker.attempt import throttle


class _Whose(BaseModel):
    """What even an unreadable command may still tell: whom its failure concerns."""

    tenant_id: Id
    job_id: Id
    position: int = Field(ge=0)
    attempt: int = Field(ge=1)


class Reports:
    def __init__(self, publisher: Publisher, dead_letters: DeadLetters, topics: Topics) -> None:
        self._publisher = publisher
        self._dead_letters = dead_letters
        self._outcomes = topics.outcomes

    async def outcome(self, cause: Envelope, command: ExecuteTask, told: TaskSucceeded | TaskFailed) -> None:
        slower = throttle(command, told, datetime.now(UTC))
        if slower is not None:
            await self._publisher.publish(
                self._outcomes, command.tenant_id, slower, id=f"{command.command_id}:throttled", traceparent=cause.traceparent
            )
        try:
            await self._tell(command.command_id, told, cause.traceparent)
        except OversizeError:
            await self._tell(command.command_id, _too_large(told), cause.traceparent)

    async def undecodable(self, record: Record, reason: str) -> None:
        """To the dead letters; and where it still says whose it is, its task fails at once instead of waiting for its lease."""
        await self._dead_letters.put(record, reason)
        whose = _whose(record.value)
        if whose is not None:
            failure = Failure(kind=FailureKind.REJECTED, reason=f"The worker cannot read the command: {reason}"[:1000])
            told = TaskFailed(**whose.model_dump(), waited_ms=0, took_ms=0, failure=failure)
            await self._tell(f"{whose.job_id}:{whose.position}:{whose.attempt}", told, None)

    async def _tell(self, command_id: str, told: TaskSucceeded | TaskFailed, traceparent: str | None) -> None:
        """A repeated outcome has the same id as the first."""
        await self._publisher.publish(self._outcomes, told.tenant_id, told, id=f"{command_id}:outcome", traceparent=traceparent)


def _whose(value: bytes | None) -> _Whose | None:
    try:
        return _Whose.model_validate_json(value or b"")
    except ValidationError:
        return None


def _too_large(told: TaskSucceeded | TaskFailed) -> TaskFailed:
    failure = Failure(kind=FailureKind.REJECTED, reason="The result is too large to be kept.")
    return TaskFailed(**told.model_dump(exclude={"result", "failure"}), failure=failure)
