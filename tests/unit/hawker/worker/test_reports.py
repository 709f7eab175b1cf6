"""What a worker tells, and how patient it is with the log."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from hawker.contracts.codec import OversizeError
from hawker.contracts.envelope import Envelope
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.outcomes import AccountThrottled, TaskFailed, TaskSucceeded
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.contracts.topics import Topics
from hawker.kafka.errors import Unavailable
from hawker.worker import reports as room
from hawker.worker.reports import Reports
from tests.unit.hawker.worker.test_attempt import command


@dataclass
class Log:
    """A publisher and its dead letters; `refuses` may raise for a message."""

    refuses: Callable[[BaseModel], None] = lambda _: None
    said: list[tuple[str, str, BaseModel]] = field(default_factory=list)
    letters: list[Any] = field(default_factory=list)  # Any: whatever is put there

    async def publish(self, topic: str, key: str, message: BaseModel, *, id: str, traceparent: str | None = None) -> None:
        self.refuses(message)
        assert (topic, traceparent) == ("hawker.outcomes", None)
        self.said.append((key, id, message))

    async def put_recorded(self, letter: Recorded[Undecodable]) -> None:
        self.letters.append(letter)


def reports(log: Log) -> Reports:
    return Reports(log, log, Topics())


def told(failure: Failure | None = None) -> TaskSucceeded | TaskFailed:
    about: dict[str, Any] = {
        "tenant_id": "demo",
        "job_id": "job-1",
        "position": 3,
        "attempt": 2,
        "waited_ms": 0,
        "took_ms": 5,
    }  # Any: fields
    return TaskFailed(**about, failure=failure) if failure else TaskSucceeded(**about, result={"a": 1})


def letter(value: bytes | None) -> Recorded[Undecodable]:
    envelope = Envelope(id="x", type="", source="", time=datetime.now(UTC))
    return Recorded("commands", 0, 7, envelope, Undecodable(key=None, value=value, headers=(), reason="kind: not one of ours"))


async def test_an_outcome_has_the_tenant_as_its_key_and_the_commands_name_as_its_id() -> None:
    log = Log()
    await reports(log).outcome(command(), told())
    assert log.said == [("demo", "job-1:3:2:outcome", told())]


async def test_a_throttled_account_is_told_before_its_task() -> None:
    log = Log()
    failure = Failure(kind=FailureKind.THROTTLED, reason="slowly", retry_after_seconds=7)
    await reports(log).outcome(command(), told(failure))
    assert [type(message) for _, _, message in log.said] == [AccountThrottled, TaskFailed]


async def test_a_result_that_is_too_large_is_told_as_a_failure() -> None:
    def too_large(message: BaseModel) -> None:
        if isinstance(message, TaskSucceeded):
            raise OversizeError

    log = Log(too_large)
    await reports(log).outcome(command(), told())
    ((_, _, message),) = log.said
    assert isinstance(message, TaskFailed)
    assert (message.failure.kind, message.took_ms) == (FailureKind.REJECTED, 5)


async def test_a_log_that_comes_back_is_told_after_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "AGAIN_SECONDS", 0)
    tries = iter([True, True, False])

    def away_twice(_: BaseModel) -> None:
        if next(tries):
            raise Unavailable("away")

    log = Log(away_twice)
    await reports(log).outcome(command(), told())
    assert len(log.said) == 1


async def test_a_log_that_stays_away_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PATIENCE_SECONDS_MAX", -1)

    def away(_: BaseModel) -> None:
        raise Unavailable("away")

    with pytest.raises(Unavailable):
        await reports(Log(away)).outcome(command(), told())


async def test_an_unreadable_command_that_says_whose_it_is_fails_its_task() -> None:
    log = Log()
    await reports(log).undecodable(letter(b'{"tenant_id": "demo", "job_id": "job-1", "position": 3, "attempt": 2, "kind": "by pigeon"}'))
    ((_, name, message),) = log.said
    assert name == "job-1:3:2:outcome"
    assert isinstance(message, TaskFailed)
    assert "not one of ours" in message.failure.reason
    assert len(log.letters) == 1


@pytest.mark.parametrize(
    "value", [None, b"", b"no JSON", b'{"job_id": "job-1"}', b'{"tenant_id": "not an id!", "job_id": "j", "position": 0}']
)
async def test_one_that_does_not_say_is_a_dead_letter_alone(value: bytes | None) -> None:
    log = Log()
    await reports(log).undecodable(letter(value))
    assert (len(log.letters), log.said) == (1, [])
