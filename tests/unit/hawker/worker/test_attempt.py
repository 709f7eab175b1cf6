"""One attempt: whatever a handler does, an outcome comes of it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.outcomes import TaskFailed, TaskSucceeded
from hawker.contracts.topics import Lane
from hawker.contracts.words import Marketplace, Result, TaskKind
from hawker.worker.attempt import attempt, throttle
from hawker.worker.handler import Handler, Worker

SECRET = "a token that must not be told"


def command(**changes: object) -> ExecuteTask:
    """`deadline` is given as a time from now."""
    now = datetime.now(UTC)
    if isinstance(left := changes.get("deadline"), timedelta):
        changes["deadline"] = now + left
    whole: dict[str, object] = {
        "tenant_id": "demo",
        "account_id": "main",
        "marketplace": Marketplace.EBAY,
        "job_id": "job-1",
        "position": 3,
        "attempt": 2,
        "kind": TaskKind.DIRECT_HTTP,
        "operation": "test.do",
        "input": {"n": 1},
        "dispatched_at": now - timedelta(seconds=2),
        "timeout_seconds": 20,
        "deadline": now + timedelta(seconds=60),
    }
    return ExecuteTask.model_validate(whole | changes)


async def _account(_: ExecuteTask) -> str | Failure:
    return "account"


def worker(handler: Handler[str]) -> Worker[str]:
    return Worker("worker", Lane.EBAY, {"test.do": handler}, _account)


async def succeed(asked: ExecuteTask, account: str) -> Result:
    return {"input": asked.input, "account": account}


async def hang(_: ExecuteTask, __: str) -> Result:
    await asyncio.Event().wait()
    return {}


async def stumble(_: ExecuteTask, __: str) -> Result:
    raise KeyError(SECRET)


async def say_nonsense(_: ExecuteTask, __: str) -> Result:
    return {"when": object()}


async def test_a_success_says_whose_it_is_and_what_came_of_it() -> None:
    told = await attempt(worker(succeed), command())
    assert isinstance(told, TaskSucceeded)
    assert (told.tenant_id, told.job_id, told.position, told.attempt) == ("demo", "job-1", 3, 2)
    assert told.result == {"input": {"n": 1}, "account": "account"}
    assert told.waited_ms >= 2000


@pytest.mark.parametrize(
    ("handler", "changes", "kind"),
    [
        (hang, {"timeout_seconds": 0.01}, FailureKind.UNKNOWN),
        (hang, {"timeout_seconds": 0.01, "kind": TaskKind.PLUGIN_HTTP}, FailureKind.UNKNOWN),
        (hang, {"timeout_seconds": 0.01, "kind": TaskKind.DB_OPERATION}, FailureKind.TRANSIENT),
        (hang, {"deadline": timedelta(seconds=0.05)}, FailureKind.UNKNOWN),
        (stumble, {}, FailureKind.UNKNOWN),
        (stumble, {"kind": TaskKind.FILE_OPERATION}, FailureKind.TRANSIENT),
        (succeed, {"operation": "test.unheard_of"}, FailureKind.REJECTED),
        (succeed, {"deadline": timedelta(seconds=-1)}, FailureKind.TRANSIENT),
        (succeed, {"deadline": timedelta(seconds=-1), "look_first": True}, FailureKind.UNKNOWN),
    ],
)
async def test_whatever_goes_wrong_is_a_failure_of_the_right_kind(
    handler: Handler[str], changes: dict[str, object], kind: FailureKind
) -> None:
    told = await attempt(worker(handler), command(**changes))
    assert isinstance(told, TaskFailed)
    assert told.failure.kind is kind


async def test_a_command_past_its_deadline_is_not_begun() -> None:
    begun: list[ExecuteTask] = []

    async def note(asked: ExecuteTask, _: str) -> Result:
        begun.append(asked)
        return {}

    await attempt(worker(note), command(deadline=timedelta(seconds=-1)))
    assert not begun


async def test_a_handlers_mistake_tells_its_class_and_never_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    told = await attempt(worker(stumble), command())
    assert isinstance(told, TaskFailed)
    assert told.failure.code == "KeyError"
    logged = capsys.readouterr()
    assert "stumble" in logged.out + logged.err
    assert SECRET not in told.model_dump_json() + logged.out + logged.err


async def test_a_result_that_is_no_json_is_the_handlers_mistake() -> None:
    told = await attempt(worker(say_nonsense), command())
    assert isinstance(told, TaskFailed)
    assert told.failure.kind is FailureKind.UNKNOWN


async def test_no_way_to_the_account_is_the_failure_that_says_so() -> None:
    gone = Failure(kind=FailureKind.UNAUTHORISED, reason="not connected")

    async def no_account(_: ExecuteTask) -> str | Failure:
        return gone

    told = await attempt(Worker("worker", Lane.EBAY, {"test.do": succeed}, no_account), command())
    assert isinstance(told, TaskFailed)
    assert told.failure == gone


@pytest.mark.parametrize(
    ("failure", "throttles"),
    [
        (Failure(kind=FailureKind.THROTTLED, reason="", retry_after_seconds=7), True),
        (Failure(kind=FailureKind.THROTTLED, reason=""), False),
        (Failure(kind=FailureKind.TRANSIENT, reason="", retry_after_seconds=7), False),
    ],
)
def test_only_a_throttling_with_a_time_speaks_for_the_account(failure: Failure, *, throttles: bool) -> None:
    now = datetime.now(UTC)
    told = TaskFailed(tenant_id="demo", job_id="job-1", position=3, attempt=2, waited_ms=0, took_ms=0, failure=failure)
    said = throttle(command(), told, now)
    assert (said is not None) == throttles
    if said is not None:
        assert (said.account_id, said.until) == ("main", now + timedelta(seconds=7))


@pytest.mark.parametrize("look_first", [True, False])
async def test_a_failure_says_whether_its_command_may_have_been_begun_before(look_first: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    told = await attempt(worker(stumble), command(look_first=look_first))
    assert isinstance(told, TaskFailed)
    assert told.look_first is look_first
