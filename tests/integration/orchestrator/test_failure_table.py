"""A transaction has six places at which its owner may fail. At each, on both logs: every job is decided once, and what is seen is whole.

The rows are those of the table in `docs/guides/guarantees.md`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime

import pytest

from hawker.contracts.facts import JobAccepted, TaskDispatched
from hawker.contracts.topics import Lane, Topics
from hawker.kafka import client
from hawker.kafka.producer import Publisher
from hawker.kafka.settings import KafkaSettings
from hawker.testing.points import Point, nothing_happens
from orchestrator.core.checksum import checksum
from orchestrator.core.state import Shard
from orchestrator.shard.keeper import Keeper
from orchestrator.shard.service import Service
from orchestrator.shard.suspicion import Suspicion
from tests.integration.orchestrator.failing_log import (
    HOME,
    SHARDS,
    Died,
    FailingLog,
    InMemory,
    OnKafka,
    Plan,
    die,
    lose_the_connection,
    time_out,
)
from tests.support.picture import picture
from tests.support.recordings import fold
from tests.support.stories import job_requested

WAIT_SECONDS_MAX = 60.0
JOBS = ("job-1", "job-2", "job-3")


@pytest.fixture(params=["memory", "kafka"])
async def log(request: pytest.FixtureRequest) -> AsyncIterator[FailingLog]:
    if request.param == "memory":
        yield InMemory()
        return
    topics: Topics = request.getfixturevalue("topics")
    bootstrap: str = request.getfixturevalue("kafka_bootstrap")
    settings = KafkaSettings(
        bootstrap=bootstrap, topic_prefix=topics.prefix, shards=SHARDS, command_partitions=SHARDS, session_timeout_seconds=6
    )
    publisher = Publisher(settings, "test")
    await publisher.start()
    yield OnKafka(settings, publisher)
    await publisher.stop()


@asynccontextmanager
async def keeping(log: FailingLog, plan: Plan | None = None) -> AsyncIterator[tuple[Keeper, asyncio.Task[None]]]:
    """One process that has the shard, until the block ends or it dies."""
    visit = nothing_happens if plan is None else plan.visit
    with ExitStack() as stack:
        if plan is not None:
            stack.enter_context(log.watched(visit))
        keeper = Keeper(HOME, log.ports(visit), Suspicion())
        task = asyncio.create_task(keeper.run())
        try:
            yield keeper, task
        finally:
            keeper.stop()
            await asyncio.wait([task], timeout=WAIT_SECONDS_MAX)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def ask(log: FailingLog, *names: str) -> None:
    for name in names:
        await log.ask(job_requested(name, requested_at=datetime.now(UTC)))


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while not is_so():
            await asyncio.sleep(0.02)


async def decided_once(log: FailingLog, keeper: Keeper, names: tuple[str, ...] = JOBS) -> None:
    """Each job was accepted once, each task asked for once; a command for each fact and a fact for each command; live state = fold."""
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while len(await log.commands()) < len(names):
            await asyncio.sleep(0.05)
    facts = [recorded.message for recorded in await log.journal()]
    assert sorted(fact.job_id for fact in facts if isinstance(fact, JobAccepted)) == sorted(names)
    dispatched = [f"{fact.job_id}:{fact.position}:{fact.attempt}" for fact in facts if isinstance(fact, TaskDispatched)]
    assert sorted(dispatched) == sorted(await log.commands())
    assert len(dispatched) == len(set(dispatched)) == len(names)
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while keeper.owner is None or not _are_alike(keeper.owner.shard, fold(await log.journal())):
            await asyncio.sleep(0.05)


def _are_alike(live: Shard, folded: Shard) -> bool:
    return picture(live) == picture(folded) and checksum(live) == checksum(folded)


async def die_at(log: FailingLog, point: Point, number: int = 1) -> None:
    """The owner's process ends there, in the middle of its first turn with work."""
    plan = Plan(point, die, number)
    async with keeping(log, plan) as (_, task):
        await ask(log, *JOBS)
        with pytest.raises(Died):
            await asyncio.wait_for(task, WAIT_SECONDS_MAX)
    assert plan.fired.is_set()


async def test_an_owner_that_dies_before_it_begins_has_written_nothing_and_the_next_decides(log: FailingLog) -> None:
    await die_at(log, Point.COMMIT_BEGINS)
    assert await log.journal() == []
    async with keeping(log) as (keeper, _):
        await decided_once(log, keeper)


async def test_an_owner_that_dies_while_it_sends_leaves_nothing_that_anybody_sees(log: FailingLog) -> None:
    await die_at(log, Point.RECORD_SENT)
    assert (await log.journal(), await log.commands()) == ([], [])
    async with keeping(log) as (keeper, _):
        await decided_once(log, keeper)


async def test_an_owner_that_dies_after_its_sends_and_before_its_commit_leaves_nothing_that_anybody_sees(log: FailingLog) -> None:
    await die_at(log, Point.COMMIT_ASKED)
    assert (await log.journal(), await log.commands()) == ([], [])
    async with keeping(log) as (keeper, _):
        await decided_once(log, keeper)


async def test_a_commit_whose_answer_is_lost_with_its_owner_stands_and_nothing_is_decided_again(log: FailingLog) -> None:
    await die_at(log, Point.COMMIT_DONE)
    async with keeping(log) as (keeper, _):
        await decided_once(log, keeper)


async def test_what_was_committed_and_not_yet_remembered_is_remembered_by_the_replay(log: FailingLog) -> None:
    async with keeping(log, Plan(Point.COMMIT_DONE, die, number=2)) as (_, task):
        await ask(log, "job-1")
        await asyncio.sleep(0)
        while not (first := await log.journal()):
            await asyncio.sleep(0.05)
        await ask(log, "job-2", "job-3")
        with pytest.raises(Died):
            await asyncio.wait_for(task, WAIT_SECONDS_MAX)
    assert first
    async with keeping(log) as (keeper, _):
        await decided_once(log, keeper)


@pytest.mark.parametrize("point", [Point.COMMIT_ASKED, Point.COMMIT_DONE], ids=["did not happen", "happened"])
async def test_a_commit_that_times_out_is_settled_by_acquiring_again(log: FailingLog, point: Point) -> None:
    plan = Plan(point, time_out)
    async with keeping(log, plan) as (keeper, _):
        await ask(log, *JOBS)
        await asyncio.wait_for(plan.fired.wait(), WAIT_SECONDS_MAX)
        await decided_once(log, keeper)


@pytest.mark.parametrize("number", [1, 3])
async def test_a_send_that_fails_commits_no_part_of_its_turn(log: FailingLog, number: int) -> None:
    plan = Plan(Point.RECORD_SENT, lose_the_connection, number)
    async with keeping(log, plan) as (keeper, _):
        await ask(log, *JOBS)
        await asyncio.wait_for(plan.fired.wait(), WAIT_SECONDS_MAX)
        await decided_once(log, keeper)


async def test_an_owner_that_slept_in_the_middle_of_its_commit_is_fenced_when_it_wakes(log: FailingLog) -> None:
    morning = asyncio.Event()

    async def sleep() -> None:
        await morning.wait()

    plan = Plan(Point.COMMIT_ASKED, sleep)
    async with keeping(log, plan) as (sleeper, _):
        await ask(log, *JOBS)
        await asyncio.wait_for(plan.fired.wait(), WAIT_SECONDS_MAX)
        async with keeping(log) as (successor, _):
            await decided_once(log, successor)
            morning.set()
            await until(lambda: sleeper.is_fenced)
            await decided_once(log, successor)


async def test_a_fenced_owner_that_is_assigned_again_takes_over_after_a_replay_and_the_two_do_not_fence_each_other_in_turn(
    log: FailingLog,
) -> None:
    async with keeping(log) as (first, _):
        await ask(log, "job-1")
        await decided_once(log, first, ("job-1",))
        async with keeping(log) as (second, _):
            await until(lambda: second.owner is not None and second.owner.shard.jobs)
            await ask(log, "job-2")
            await until(lambda: first.is_fenced)
            await decided_once(log, second, ("job-1", "job-2"))
            async with keeping(log) as (first_again, _):
                await until(lambda: first_again.owner is not None and len(first_again.owner.shard.jobs) == len(JOBS) - 1)
                await ask(log, "job-3")
                await until(lambda: second.is_fenced)
                await decided_once(log, first_again)
                assert (first.is_fenced, first_again.is_fenced) == (True, False)


async def test_a_shard_that_is_taken_away_in_the_middle_of_a_transaction_ends_it_first(log: FailingLog) -> None:
    go_on = asyncio.Event()

    async def wait() -> None:
        await go_on.wait()

    plan = Plan(Point.COMMIT_ASKED, wait)
    with log.watched(plan.visit):
        service = Service(log.ports(plan.visit))
        service.on_change(frozenset({HOME}))
        await ask(log, *JOBS)
        await asyncio.wait_for(plan.fired.wait(), WAIT_SECONDS_MAX)
        draining = asyncio.create_task(service.drain())
        await asyncio.sleep(0.1)
        assert not draining.done()
        go_on.set()
        await asyncio.wait_for(draining, WAIT_SECONDS_MAX)
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while not await log.commands():  # Kafka's markers may come a moment after its acknowledgement.
            await asyncio.sleep(0.05)
    async with keeping(log) as (keeper, _):
        await decided_once(log, keeper)


async def test_a_broker_that_has_forgotten_the_transactional_id_costs_nothing(log: FailingLog) -> None:
    async with keeping(log) as (first, _):
        await ask(log, "job-1")
        await decided_once(log, first, ("job-1",))
    with log.forget_transactions():
        async with keeping(log) as (second, _):
            await ask(log, "job-2", "job-3")
            await decided_once(log, second)


async def test_whoever_reads_uncommitted_would_carry_out_what_was_taken_back(kafka_bootstrap: str, topics: Topics) -> None:
    """Why every consumer of ours says what it reads; the next test says that they do."""
    settings = KafkaSettings(bootstrap=kafka_bootstrap, topic_prefix=topics.prefix, shards=SHARDS, command_partitions=SHARDS)
    publisher = Publisher(settings, "test")
    await publisher.start()
    await die_at(OnKafka(settings, publisher), Point.COMMIT_ASKED)
    async with keeping(OnKafka(settings, publisher)) as (keeper, _):
        await decided_once(OnKafka(settings, publisher), keeper)
    await publisher.stop()
    seen = {level: await _count_commands(settings, level) for level in ("read_committed", "read_uncommitted")}
    assert seen["read_committed"] == len(JOBS)
    assert seen["read_uncommitted"] > len(JOBS)


async def _count_commands(settings: KafkaSettings, level: str) -> int:
    consumer = client.consumer(settings, "test", isolation_level=level, auto_offset_reset="earliest")
    await client.open_client(consumer)
    places = [client.TopicPartition(settings.topics.commands(Lane.EBAY), number) for number in range(SHARDS)]
    consumer.assign(places)
    ends, count = await consumer.end_offsets(places), 0
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while any([await consumer.position(place) < ends[place] for place in places]):
            count += sum(len(records) for records in (await consumer.getmany(timeout_ms=200)).values())
    await client.close_client(consumer)
    return count
