"""Every process of the street dies with -9, or restarts, in the middle of 60 jobs: all jobs end once, nothing is done twice."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from hawker.contracts.facts import JobCompleted, JobFailed, TaskCompleted
from local_stack.stack import Stack
from tests.support.street import Street, street

pytestmark = [pytest.mark.timeout(420), pytest.mark.xdist_group("street")]

EACH = 20
BEFORE = 12
"""So many of the 60 jobs have ended when the blow falls."""
LATENCY_MS = 40
KILLED = ["orchestrator", "ebay-worker", "etsy-worker", "plugin-bridge", "browser", "projector", "gateway", "kafka", "postgres"]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(Path(tmp_path_factory.mktemp("street")), latency_ms=LATENCY_MS).running() as stack:
        yield stack


@pytest.mark.parametrize("victim", KILLED)
async def test_whoever_dies_in_the_middle_every_job_ends_once(stack: Stack, victim: str) -> None:
    async with street(stack) as on:
        batches = await on.submit(f"kill-{victim}", EACH)
        await on.part_done(batches, BEFORE)
        former = stack.kill(victim)
        await asyncio.to_thread(stack.wait_for_restart, victim, former)
        await on.completed(batches)
        await _assert_nothing_twice(on)


@pytest.mark.parametrize("victim", ["kafka", "postgres"])
async def test_a_server_that_restarts_in_peace_in_the_middle_costs_nothing(stack: Stack, victim: str) -> None:
    async with street(stack) as on:
        batches = await on.submit(f"restart-{victim}", EACH)
        await on.part_done(batches, BEFORE)
        await asyncio.to_thread(stack.restart, victim)
        await on.completed(batches)
        await _assert_nothing_twice(on)


async def test_two_of_each_share_the_work_and_one_more_in_the_middle_loses_nothing(stack: Stack) -> None:
    async with street(stack) as on:
        batches = await on.submit("shared", EACH)
        await on.part_done(batches, BEFORE)
        added = [await asyncio.to_thread(stack.add, name) for name in ("orchestrator", "ebay-worker", "etsy-worker")]
        more = await on.submit("shared-more", EACH)
        await on.completed([*batches, *more])
        await _assert_nothing_twice(on)
        assert all(stack.process_id(name) for name in added)
        for name in added:
            await asyncio.to_thread(stack.remove, name)


async def test_an_orchestrator_that_slept_through_its_replacement_writes_nothing_and_says_why(stack: Stack) -> None:
    async with street(stack) as on:
        batches = await on.submit("asleep", EACH)
        await on.part_done(batches, BEFORE)
        stack.pause("orchestrator")
        try:
            second = await asyncio.to_thread(stack.add, "orchestrator")
            await on.completed(batches)
        finally:
            before = _last_words(stack)
            stack.resume("orchestrator")
        async with asyncio.timeout(60):
            while _last_words(stack) == before:
                await asyncio.sleep(0.2)
        await _assert_nothing_twice(on)
        await asyncio.to_thread(stack.remove, second)


async def test_after_all_of_it_the_journal_folds_to_the_live_state(stack: Stack) -> None:
    """Comes last: what the orchestrator says of its shards when it lets them go is what the journal says."""
    async with street(stack) as on:
        await on.ended(await on.submit("last", 2))
        await asyncio.to_thread(stack.supervisor.stop, "orchestrator")
        assert on.live() == await on.folded()
        await asyncio.to_thread(stack.supervisor.start, "orchestrator")


def _last_words(stack: Stack) -> int:
    """How often it said that it writes nothing more: its next write was fenced, or it heard first that the group has replaced it."""
    said = stack.log("orchestrator")
    return sum(map(said.count, ("fenced: this process writes nothing more", "giving shards up")))


async def _assert_nothing_twice(on: Street) -> None:
    """By the stand-ins' own counting, and by the journal."""
    assert await on.duplicates() == 0
    facts = [recorded.message for recorded in await on.facts()]
    ends = Counter(fact.job_id for fact in facts if isinstance(fact, JobCompleted | JobFailed))
    successes = Counter((fact.job_id, fact.position) for fact in facts if isinstance(fact, TaskCompleted))
    assert set(ends.values()) == {1}
    assert set(successes.values()) == {1}
