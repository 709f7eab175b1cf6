"""The orchestrator's shards on a real Kafka, with a worker that obeys: crashes, rebalances, strangers' records and poison."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from hawker.contracts.codec import encode
from hawker.contracts.envelope import Envelope, to_headers
from hawker.contracts.facts import Fact, InputRejected, JobAccepted, JobCompleted, RequestRefused, TaskDispatched
from hawker.contracts.partitioning import partition_of
from hawker.contracts.recorded import Recorded
from hawker.contracts.requests import JobRequested
from hawker.contracts.topics import Topics
from hawker.kafka import client
from hawker.kafka.journal import KafkaJournalReader, KafkaJournalWriter
from hawker.kafka.producer import Publisher
from hawker.kafka.settings import KafkaSettings
from orchestrator.core.checksum import checksum
from orchestrator.shard.recover import recover
from orchestrator.wiring import joined
from tests.support.dead_letters import reasons
from tests.support.obedient_worker import obedient_worker
from tests.support.orchestrators import orchestrator
from tests.support.stories import job_requested, succeeded

SHARDS = 4
WAIT_SECONDS_MAX = 60.0
TENANTS = [f"tenant-{n}" for n in range(8)]


async def journal(kafka: KafkaSettings) -> list[Recorded[Fact]]:
    reader = KafkaJournalReader(kafka)
    facts: list[Recorded[Fact]] = []
    for partition in range(SHARDS):
        async for page in reader.read(partition, 0, await reader.end(partition)):
            facts.extend(page)
    return facts


async def until(kafka: KafkaSettings, is_so: Callable[[list[Fact]], bool]) -> list[Fact]:
    """The journal's facts, once they are as they should be."""
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while not is_so(facts := [recorded.message for recorded in await journal(kafka)]):
            await asyncio.sleep(0.1)
    return facts


def completed(count: int) -> Callable[[list[Fact]], bool]:
    return lambda facts: sum(isinstance(fact, JobCompleted) for fact in facts) >= count


async def ask(publisher: Publisher, topics: Topics, count: int) -> list[JobRequested]:
    now = datetime.now(UTC)
    jobs = [job_requested(f"job-{n}", tenant_id=TENANTS[n % len(TENANTS)], requested_at=now) for n in range(count)]
    await asyncio.gather(*[publisher.publish(topics.requests, job.tenant_id, job, id=job.job_id) for job in jobs])
    return jobs


def each_once(facts: list[Fact]) -> None:
    ends = [fact.job_id for fact in facts if isinstance(fact, JobCompleted)]
    dispatches = [(fact.job_id, fact.position, fact.attempt) for fact in facts if isinstance(fact, TaskDispatched)]
    assert len(ends) == len(set(ends)), "a job ended twice"
    assert len(dispatches) == len(set(dispatches)), "a decision was taken twice"


async def test_jobs_of_many_tenants_go_through_all_shards_and_the_journal_folds_to_the_live_state(
    kafka: KafkaSettings, publisher: Publisher, topics: Topics
) -> None:
    async with obedient_worker(kafka) as worker, orchestrator(kafka) as service:
        await ask(publisher, topics, 24)
        each_once(await until(kafka, completed(24)))
        assert set(worker.seen.values()) == {1}
        live = {partition: keeper.owner for partition, keeper in service.keepers.items() if keeper.owner is not None}
        assert set(live) == set(range(SHARDS))
        for partition, owner in live.items():
            folded = await recover(KafkaJournalReader(kafka), partition)
            assert checksum(folded) == checksum(owner.shard)


async def test_an_orchestrator_that_dies_without_a_word_is_followed_by_one_that_finishes_its_work(
    kafka: KafkaSettings, publisher: Publisher, topics: Topics
) -> None:
    async with obedient_worker(kafka) as worker:
        async with joined(kafka) as (service, member):
            running = asyncio.create_task(service.run(member, asyncio.Event()))
            await ask(publisher, topics, 40)
            await until(kafka, lambda facts: len(facts) > 60)
            for task in [running, *service._tasks.values()]:
                task.cancel()
            await asyncio.gather(running, return_exceptions=True)
        async with orchestrator(kafka):
            each_once(await until(kafka, completed(40)))
        assert set(worker.seen.values()) == {1}


async def test_a_second_orchestrator_in_the_middle_takes_over_shards_and_nothing_is_lost_or_doubled(
    kafka: KafkaSettings, publisher: Publisher, topics: Topics
) -> None:
    async with obedient_worker(kafka) as worker, orchestrator(kafka) as first:
        await ask(publisher, topics, 60)
        await until(kafka, lambda facts: len(facts) > 60)
        async with orchestrator(kafka) as second:
            async with asyncio.timeout(WAIT_SECONDS_MAX):
                while not (first.keepers and second.keepers and len(first.keepers) + len(second.keepers) == SHARDS):
                    await asyncio.sleep(0.05)
            each_once(await until(kafka, completed(60)))
        assert set(worker.seen.values()) == {1}


async def test_an_owner_that_was_fenced_writes_nothing_more(kafka: KafkaSettings, publisher: Publisher, topics: Topics) -> None:
    async with orchestrator(kafka) as service:
        await ask(publisher, topics, 8)
        await until(kafka, lambda facts: sum(isinstance(fact, JobAccepted) for fact in facts) == 8)
        usurpers = [KafkaJournalWriter(kafka, partition) for partition in range(SHARDS)]
        for usurper in usurpers:
            await usurper.open()
        before = len(await journal(kafka))
        await ask(publisher, topics, 16)
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            while not all(keeper.is_fenced for keeper in service.keepers.values()):
                await asyncio.sleep(0.05)
        assert len(await journal(kafka)) == before
        for usurper in usurpers:
            await usurper.close()


async def test_a_strangers_bytes_go_to_the_dead_letters_and_the_shard_goes_on(
    kafka: KafkaSettings, publisher: Publisher, topics: Topics
) -> None:
    headers = to_headers(Envelope("x", "hawker.job.requested.v1", "stranger", datetime.now(UTC)))
    async with obedient_worker(kafka), orchestrator(kafka):
        for topic in (topics.requests, topics.outcomes):
            await (await publisher.write(topic, key=b"tenant-1", value=b"{no json", headers=headers))
            await (await publisher.write(topic, key=b"tenant-1", value=b"\xff\x00", headers=[]))
        await ask(publisher, topics, 8)
        facts = await until(kafka, lambda facts: completed(8)(facts) and sum(isinstance(f, InputRejected) for f in facts) == 4)
        each_once(facts)
    assert len(await reasons(kafka, at_least=4)) == 4


async def test_a_record_on_a_wrong_partition_is_handled_by_its_own_shard(
    kafka: KafkaSettings, publisher: Publisher, topics: Topics
) -> None:
    job = job_requested("job-astray", tenant_id="tenant-1", requested_at=datetime.now(UTC))
    home = partition_of("tenant-1", SHARDS)
    stranger = client.producer(kafka, "stranger")
    await client.open_client(stranger)
    headers = to_headers(Envelope("astray", job.type_name, "stranger", datetime.now(UTC)))
    async with obedient_worker(kafka), orchestrator(kafka):
        await (await stranger.send(topics.requests, encode(job), b"tenant-1", (home + 1) % SHARDS, headers=headers))
        await client.close_client(stranger)
        await until(kafka, completed(1))
    partitions = {recorded.partition for recorded in await journal(kafka)}
    assert partitions == {home}


async def test_an_input_whose_facts_are_too_large_is_rejected_and_the_shard_goes_on(
    kafka: KafkaSettings, publisher: Publisher, topics: Topics
) -> None:
    """The plan makes the accepted job larger than its request, so it can pass the one limit and not the other."""
    now = datetime.now(UTC)
    huge = job_requested("job-huge", tenant_id="tenant-1", requested_at=now)
    room = 512 * 1024 - len(encode(huge)) - 100
    tags = (*("x" * 997 for _ in range(room // 1000)), "x" * (room % 1000 - 3 if room % 1000 > 3 else 0))
    huge = huge.model_copy(update={"product": huge.product.model_copy(update={"tags": tags})})
    async with obedient_worker(kafka), orchestrator(kafka):
        await publisher.publish(topics.requests, "tenant-1", huge, id="huge")
        await ask(publisher, topics, 8)
        facts = await until(kafka, completed(8))
        rejected = [fact for fact in facts if isinstance(fact, InputRejected | RequestRefused)]
        assert len(rejected) == 1


async def test_a_worker_that_says_everything_twice_changes_nothing(kafka: KafkaSettings, publisher: Publisher, topics: Topics) -> None:
    async with obedient_worker(kafka, succeeded) as one, obedient_worker(kafka, succeeded), orchestrator(kafka):
        await ask(publisher, topics, 8)
        each_once(await until(kafka, completed(8)))
    assert len(one.seen) == 8 * 7
