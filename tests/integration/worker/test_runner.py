"""The runner on a real Kafka: what is told counts as done, what is not comes again."""

import asyncio

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.dead_letters import ORIGIN, REASON
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.outcomes import AccountThrottled, TaskFailed, TaskSucceeded
from hawker.contracts.words import Result
from tests.integration.worker.conftest import Log, command, running, until


async def succeed(asked: ExecuteTask, _: str) -> Result:
    return {"job": asked.job_id, "looked": asked.look_first}


async def test_every_command_has_its_outcome_and_then_its_offset_is_committed(log: Log) -> None:
    async with running(log, succeed):
        for number in range(40):
            await log.ask(command(f"job-{number}"), key=f"key-{number}")
        told = await log.outcomes(40)
        assert {one.job_id for one in told} == {f"job-{number}" for number in range(40)}
        await until(lambda: _is(log, 40))


async def test_the_oldest_unfinished_attempt_holds_the_offset_back(log: Log) -> None:
    release = asyncio.Event()

    async def slow_first(asked: ExecuteTask, _: str) -> Result:
        if asked.job_id == "job-1":
            await release.wait()
        return {}

    async with running(log, slow_first):
        await log.ask(*(command(f"job-{number}") for number in range(5)))
        told = await log.outcomes(4)
        assert {one.job_id for one in told} == {"job-0", "job-2", "job-3", "job-4"}
        await until(lambda: _is(log, 1))
        release.set()
        await until(lambda: _is(log, 5))


async def test_what_was_not_told_comes_again_to_the_next_worker_and_looks_first(log: Log) -> None:
    begun = asyncio.Event()

    async def hang(asked: ExecuteTask, account: str) -> Result:
        if asked.job_id == "job-1":
            begun.set()
            await asyncio.Event().wait()
        return await succeed(asked, account)

    async with running(log, hang) as first:
        await log.ask(command("job-0"), command("job-1"), command("job-2"))
        await begun.wait()
        await log.outcomes(2)
        first.cancel()  # As a kill does: nothing is drained, nothing more is told.
        await asyncio.wait([first])
    async with running(log, succeed):
        told = await log.outcomes(4)
    again = [one for one in told if one.job_id == "job-1"]
    assert [one.result for one in again] == [{"job": "job-1", "looked": True}]


async def test_a_drained_worker_leaves_nothing_to_do_again(log: Log) -> None:
    begun = asyncio.Semaphore(0)

    async def take_a_moment(_: ExecuteTask, __: str) -> Result:
        begun.release()
        await asyncio.sleep(0.3)
        return {}

    async with running(log, take_a_moment):
        await log.ask(*(command(f"job-{number}") for number in range(10)))
        for _ in range(10):  # They may come in more than one fetch; what has not begun is the next worker's.
            await begun.acquire()
    assert await _is(log, 10)
    assert len(await log.outcomes(10)) == 10


async def test_a_command_that_cannot_be_read_goes_to_the_dead_letters_and_its_task_fails(log: Log) -> None:
    broken = command("job-1").model_dump_json().replace('"direct_http"', '"by pigeon"').encode()
    headers = [("ce_id", b"job-1:0:1"), ("ce_type", b"hawker.task.execute.v1"), ("odd", b"\xff\xfe")]
    async with running(log, succeed):
        await log.write(broken, [header for header in headers if header[0] != "odd"])
        await log.write(b"not even JSON", headers)
        await log.ask(command("job-2"))
        told = await log.outcomes(2)
        letters = await log.records(log.topics.dead_letters, 2)
        await until(lambda: _is(log, 3))
    failed = next(one for one in told if isinstance(one, TaskFailed))
    assert (failed.job_id, failed.failure.kind) == ("job-1", FailureKind.REJECTED)
    assert {letter.value for letter in letters} == {broken, b"not even JSON"}
    assert all({ORIGIN, REASON} <= dict(letter.headers).keys() for letter in letters)


async def test_a_throttled_answer_also_tells_of_the_account(log: Log) -> None:
    async def throttled(_: ExecuteTask, __: str) -> Failure:
        return Failure(kind=FailureKind.THROTTLED, reason="slowly", retry_after_seconds=7)

    async with running(log, throttled):
        await log.ask(command("job-1"))
        told = await log.outcomes(2)
    assert {type(one) for one in told} == {AccountThrottled, TaskFailed}


async def test_partitions_move_to_a_second_worker_without_a_lost_or_doubled_attempt(log: Log) -> None:
    counts: dict[str, int] = {}

    async def count(asked: ExecuteTask, _: str) -> Result:
        counts[asked.job_id] = counts.get(asked.job_id, 0) + 1
        await asyncio.sleep(0.05)
        return {}

    async def feed() -> None:
        for number in range(120):
            await log.ask(command(f"job-{number}"), key=f"key-{number}")

    async with running(log, count, in_flight_max=10):
        feeding = asyncio.create_task(feed())
        await until(lambda: len(counts) > 10)
        async with running(log, count, in_flight_max=10):
            await feeding
            told = await log.outcomes(120)
    assert all(isinstance(one, TaskSucceeded) for one in told)
    assert counts == {f"job-{number}": 1 for number in range(120)}


async def _is(log: Log, offset: int) -> bool:
    return await log.committed("test-worker") == offset


async def test_the_trace_of_a_command_goes_on_in_its_outcome(log: Log) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with running(log, succeed):
        await log.ask(command("job-1"), traceparent=trace)
        (record,) = await log.records(log.topics.outcomes, 1)
    assert dict(record.headers)["traceparent"].decode().split("-")[1] == trace.split("-")[1]
