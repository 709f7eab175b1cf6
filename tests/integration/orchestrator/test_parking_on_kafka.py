"""A job that breaks the decider, on a real Kafka: parked alone, its letters in order, redriven once the decider is mended."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from hawker.contracts.dead_letters import ORIGIN, REASON, SUBJECT
from hawker.contracts.facts import Fact, InputRejected, JobCompleted, JobParked, JobUnparked, OutcomeRefused, TaskCompleted
from hawker.contracts.outcomes import TaskSucceeded
from hawker.contracts.partitioning import partition_of
from hawker.contracts.recorded import Recorded
from hawker.contracts.requests import JobUnparkRequested
from hawker.contracts.topics import Topics
from hawker.kafka.errors import Unavailable
from hawker.kafka.journal import KafkaJournalReader
from hawker.kafka.producer import Publisher
from hawker.kafka.settings import KafkaSettings
from orchestrator.core import apply
from orchestrator.core.checksum import checksum
from orchestrator.job import decide
from orchestrator.shard.recover import recover
from tests.support.dead_letters import Letter, letters
from tests.support.obedient_worker import obedient_worker
from tests.support.orchestrators import orchestrator
from tests.support.stories import job_requested, product

SHARDS = 4
WAIT_SECONDS_MAX = 60.0
TENANT = "tenant-1"
HOME = partition_of(TENANT, SHARDS)
BAD = "job-bad"
SIDE_BY_SIDE = 4
"""Tasks that are under way together after the first: one that maps and one for each of three pictures."""


async def journal(kafka: KafkaSettings) -> list[Recorded[Fact]]:
    reader = KafkaJournalReader(kafka)
    return [recorded async for page in reader.read(HOME, 0, await reader.end(HOME)) for recorded in page]


async def until(kafka: KafkaSettings, is_so: Callable[[list[Fact]], bool]) -> list[Fact]:
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while True:
            with suppress(Unavailable):  # A busy machine: ask again.
                facts = [recorded.message for recorded in await journal(kafka)]
                if is_so(facts):
                    return facts
            await asyncio.sleep(0.1)


def ended(facts: list[Fact]) -> list[str]:
    return [fact.job_id for fact in facts if isinstance(fact, JobCompleted)]


async def ask(publisher: Publisher, topics: Topics, *job_ids: str) -> None:
    for job_id in job_ids:
        job = job_requested(job_id, tenant_id=TENANT, requested_at=datetime.now(UTC), product=product(images=SIDE_BY_SIDE - 1))
        await publisher.publish(topics.requests, TENANT, job, id=job_id)


async def redrive(publisher: Publisher, topics: Topics, request_id: str, found: Sequence[Letter]) -> None:
    request = JobUnparkRequested(
        tenant_id=TENANT,
        requested_at=datetime.now(UTC),
        request_id=request_id,
        job_id=BAD,
        inputs=tuple(letter.as_parked for letter in found),
    )
    await publisher.publish(topics.requests, TENANT, request, id=request_id)


def breaks_behind_the_first_task(module: Any, name: str, is_met: Callable[..., bool], patch: pytest.MonkeyPatch) -> None:  # Any: a module
    whole = getattr(module, name)

    def raising(*args: Any) -> Any:  # Any: whatever the function takes and gives
        if is_met(*args):
            raise KeyError("what the outcome said")
        return whole(*args)

    patch.setattr(module, name, raising)


def is_later_outcome_of_bad(_: object, outcome: object, __: object) -> bool:
    return isinstance(outcome, TaskSucceeded) and outcome.job_id == BAD and outcome.position > 0


async def test_a_job_that_breaks_the_decider_waits_alone_and_ends_after_a_redrive(
    kafka: KafkaSettings, publisher: Publisher, topics: Topics
) -> None:
    async with obedient_worker(kafka) as worker, orchestrator(kafka) as service:
        with pytest.MonkeyPatch.context() as patch:
            breaks_behind_the_first_task(decide, "conclude", is_later_outcome_of_bad, patch)
            await ask(publisher, topics, BAD, "job-1", "job-2", "job-3")
            found = await letters(kafka, at_least=SIDE_BY_SIDE)
            facts = await until(kafka, lambda facts: len(ended(facts)) == 3)
        check_letters(found, facts)
        owner = service.keepers[HOME].owner
        await redrive(publisher, topics, "first", found)
        await until(kafka, lambda facts: BAD in ended(facts))
        await redrive(publisher, topics, "first", found)
        await redrive(publisher, topics, "second", found)
        facts = await until(kafka, lambda facts: sum(isinstance(fact, JobUnparked) for fact in facts) == 2)
        assert isinstance(facts[-1], JobUnparked), "the second redrive left the operator's word, and nothing else"
        assert sorted(ended(facts)) == sorted((BAD, "job-1", "job-2", "job-3"))
        assert set(worker.seen.values()) == {1}
        assert owner is not None
        assert owner is service.keepers[HOME].owner, "the shard never broke"
        assert checksum(await recover(KafkaJournalReader(kafka), HOME)) == checksum(owner.shard)


def check_letters(found: Sequence[Letter], facts: list[Fact]) -> None:
    rejected = [fact for fact in facts if isinstance(fact, InputRejected)]
    assert [letter.text(ORIGIN) for letter in found] == [f"{fact.topic}/{fact.partition}/{fact.offset}" for fact in rejected]
    assert sorted(fact.offset for fact in rejected) == [fact.offset for fact in rejected], "in the order in which they came"
    assert {letter.text(SUBJECT) for letter in found} == {BAD}
    assert {letter.text("ce_type") for letter in found} == {TaskSucceeded.type_name}
    assert all("what the outcome said" not in letter.text(REASON) for letter in found)
    assert [fact.job_id for fact in facts if isinstance(fact, JobParked)] == [BAD]
    after = facts[facts.index(next(fact for fact in facts if isinstance(fact, JobParked))) :]
    assert [fact for fact in after if isinstance(fact, TaskCompleted | OutcomeRefused) and fact.job_id == BAD] == []


async def test_an_input_that_breaks_the_shard_outside_the_decider_is_found_and_its_job_parked(
    kafka: KafkaSettings, publisher: Publisher, topics: Topics
) -> None:
    """Applying leaves half a state: the shard is acquired anew and takes one thing a turn until it knows which it was."""
    async with obedient_worker(kafka), orchestrator(kafka):
        with pytest.MonkeyPatch.context() as patch:
            breaks_behind_the_first_task(apply, "_change_task", is_later_fact_of_bad, patch)
            await ask(publisher, topics, BAD, "job-1")
            facts = await until(kafka, lambda facts: "job-1" in ended(facts) and any(isinstance(fact, JobParked) for fact in facts))
            assert {fact.subject for fact in facts if isinstance(fact, InputRejected)} == {BAD}
            found = await letters(kafka, at_least=SIDE_BY_SIDE)
        await redrive(publisher, topics, "first", found)
        facts = await until(kafka, lambda facts: BAD in ended(facts))
        assert len(ended(facts)) == 2


def is_later_fact_of_bad(_: object, fact: object) -> bool:
    return isinstance(fact, TaskCompleted) and fact.job_id == BAD and fact.position > 0
