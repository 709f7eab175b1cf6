"""The journal's one writer: all or nothing, and only while it is the owner."""

import asyncio
import gc
import signal
import sys

import pytest

from hawker.contracts.codec import OversizeError
from hawker.contracts.facts import JobFailed
from hawker.contracts.recorded import Outgoing
from hawker.contracts.topics import Lane
from hawker.contracts.words import Marketplace
from hawker.kafka import client
from hawker.kafka.errors import Fenced, OutcomeUnknown, Unavailable
from hawker.kafka.journal import KafkaJournalReader, KafkaJournalWriter
from hawker.kafka.settings import KafkaSettings
from tests.integration.kafka import log


async def test_facts_and_commands_of_one_transaction_are_there_together(kafka: KafkaSettings) -> None:
    async with log.writing(kafka, partition=2) as writer:
        await writer.commit([log.fact("a"), log.fact("b")], [log.command("a"), log.command("c", Marketplace.FLEA)])
    facts = await log.facts_of(kafka, partition=2)
    assert log.names(facts) == ["a", "b"]
    assert facts[0].envelope == log.fact("a").envelope
    ebay = await log.records_of(kafka, kafka.topics.commands(Lane.EBAY))
    plugin = await log.records_of(kafka, kafka.topics.commands(Lane.PLUGIN))
    assert [log.headers_of(record)["ce_id"] for record in (*ebay, *plugin)] == ["a:0:1", "c:0:1"]
    assert {record.key for record in (*ebay, *plugin)} == {b"acme"}


async def test_a_transaction_of_nothing_writes_nothing(kafka: KafkaSettings) -> None:
    async with log.writing(kafka) as writer:
        await writer.commit([], [])
    assert await KafkaJournalReader(kafka).end(0) == 0


async def test_a_second_writer_fences_the_first_which_then_writes_nothing(kafka: KafkaSettings) -> None:
    async with log.writing(kafka) as first:
        await first.commit([log.fact("before")], [])
        async with log.writing(kafka) as second:
            with pytest.raises(Fenced):
                await first.commit([log.fact("zombie")], [log.command("zombie")])
            await second.commit([log.fact("after")], [])
    assert await log.jobs_of(kafka) == ["before", "after"]
    assert await log.records_of(kafka, kafka.topics.commands(Lane.EBAY)) == []


async def test_being_fenced_is_said_once_and_leaves_no_other_trace(kafka: KafkaSettings, caplog: pytest.LogCaptureFixture) -> None:
    async with log.writing(kafka) as first, log.writing(kafka):
        with pytest.raises(Fenced, match="another owner"):
            await first.commit([log.fact("zombie")], [log.command("zombie")])
        del first
    gc.collect()
    await asyncio.sleep(0)
    assert [line for line in caplog.records if line.levelname == "ERROR" and line.name == "asyncio"] == []


async def test_a_writer_that_failed_is_never_used_again(kafka: KafkaSettings) -> None:
    async with log.writing(kafka) as first, log.writing(kafka):
        with pytest.raises(Fenced):
            await first.commit([log.fact("zombie")], [])
        with pytest.raises(AssertionError):
            await first.commit([log.fact("zombie-again")], [])
        with pytest.raises(AssertionError):
            await KafkaJournalWriter(kafka, 0).commit([log.fact("never-opened")], [])


async def test_writers_of_different_shards_do_not_fence_each_other(kafka: KafkaSettings) -> None:
    async with log.writing(kafka, partition=0) as zero, log.writing(kafka, partition=1) as one:
        await zero.commit([log.fact("zero")], [])
        await one.commit([log.fact("one")], [])
    assert (await log.jobs_of(kafka, 0), await log.jobs_of(kafka, 1)) == (["zero"], ["one"])


@pytest.mark.parametrize("swollen_bytes", [50_000, 700_000], ids=["refused by the broker", "refused by the client"])
async def test_one_failing_send_never_commits_a_part(narrow: KafkaSettings, swollen_bytes: int) -> None:
    writer = KafkaJournalWriter(narrow, 0, encoder=log.encoder_with("swollen", swollen_bytes))
    await writer.open()
    with pytest.raises(OutcomeUnknown):
        await writer.commit([log.fact("part")], [log.command("part", Marketplace.ETSY), log.command("swollen"), log.command("part")])
    async with log.writing(narrow) as next_owner:
        await next_owner.commit([log.fact("whole")], [log.command("whole"), log.command("whole", Marketplace.ETSY)])
    assert await log.jobs_of(narrow) == ["whole"]
    for lane in (Lane.EBAY, Lane.ETSY):
        records = await log.records_of(narrow, narrow.topics.commands(lane))
        assert [log.headers_of(record)["ce_id"] for record in records] == ["whole:0:1"]


async def test_aiokafka_itself_would_commit_the_part_that_was_not_refused(narrow: KafkaSettings) -> None:
    """Why every send is awaited. When this fails aiokafka has learnt better, and the reason can go."""
    producer = client.producer(narrow, "careless", transactional_id=f"{narrow.topic_prefix}.careless")
    await client.open_client(producer)
    await producer.begin_transaction()
    await producer.send(narrow.topics.commands(Lane.ETSY), b"part", b"acme", 0, headers=[])
    refused = await producer.send(narrow.topics.commands(Lane.EBAY), log.noise(50_000), b"acme", 0, headers=[])
    await producer.commit_transaction()
    assert refused.exception() is not None
    assert [record.value for record in await log.records_of(narrow, narrow.topics.commands(Lane.ETSY))] == [b"part"]
    await client.close_client(producer)


async def test_a_message_over_the_limit_is_refused_before_anything_is_begun(kafka: KafkaSettings) -> None:
    large = JobFailed(tenant_id="acme", at=log.NOW, job_id="large", reason="x" * 600_000)
    async with log.writing(kafka) as writer:
        with pytest.raises(OversizeError):
            await writer.commit([log.fact("small"), Outgoing(large, log.fact("large").envelope)], [])
        await writer.commit([log.fact("next")], [])
    assert await log.jobs_of(kafka) == ["next"]


async def test_a_cancelled_commit_leaves_a_writer_of_no_use_and_no_part_of_it(kafka: KafkaSettings) -> None:
    writer = KafkaJournalWriter(kafka, 0)
    await writer.open()
    commit = asyncio.create_task(writer.commit([log.fact("cancelled")], []))
    await asyncio.sleep(0)
    commit.cancel()
    with pytest.raises(asyncio.CancelledError):
        await commit
    with pytest.raises(AssertionError):
        await writer.commit([log.fact("after")], [])
    async with log.writing(kafka) as next_owner:
        await next_owner.commit([log.fact("next")], [])
    assert await log.jobs_of(kafka) == ["next"]


_KILLED_OWNER = """
import asyncio, sys
from hawker.kafka import client
from hawker.kafka.settings import KafkaSettings

async def main() -> None:
    kafka = KafkaSettings()
    name = kafka.topics.transactional_id(0)
    producer = client.producer(kafka, name, transactional_id=name, transaction_timeout_ms=60_000)
    await client.open_client(producer)
    await producer.begin_transaction()
    await (await producer.send(kafka.topics.journal, b"{}", b"acme", 0, headers=[]))
    print("open", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_killed_owners_open_transaction_is_aborted_by_the_next_and_never_seen(kafka: KafkaSettings) -> None:
    environment = {
        "HAWKER_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "HAWKER_KAFKA_TOPIC_PREFIX": kafka.topic_prefix,
    }
    owner = await asyncio.create_subprocess_exec(sys.executable, "-c", _KILLED_OWNER, stdout=asyncio.subprocess.PIPE, env=environment)
    try:
        assert owner.stdout is not None
        async with asyncio.timeout(log.PATIENCE_SECONDS):
            assert await owner.stdout.readline() == b"open\n"
    finally:
        owner.send_signal(signal.SIGKILL)
        await owner.wait()
    reader = KafkaJournalReader(kafka)
    assert await reader.end(0) == 0  # Its record is in the log, but nothing after the open transaction is settled.
    async with log.writing(kafka) as next_owner:
        assert await reader.end(0) > 0
        assert await log.jobs_of(kafka) == []
        await next_owner.commit([log.fact("next")], [])
    assert await log.jobs_of(kafka) == ["next"]


async def test_a_transactions_commands_share_a_partition_and_the_next_transaction_takes_the_next(kafka: KafkaSettings) -> None:
    async with log.writing(kafka, partition=1) as writer:
        for turn in range(6):
            await writer.commit([], [log.command(f"{turn}-{n}") for n in range(3)])
    records = await log.records_of(kafka, kafka.topics.commands(Lane.EBAY))
    homes = {log.headers_of(record)["ce_id"].removesuffix(":0:1"): record.partition for record in records}
    assert homes == {f"{turn}-{n}": (1 + turn) % 4 for turn in range(6) for n in range(3)}


async def test_a_command_with_a_partition_of_its_own_goes_there(kafka: KafkaSettings) -> None:
    async with log.writing(kafka) as writer:
        await writer.commit([], [log.command("free", Marketplace.FLEA), log.command("bound", Marketplace.FLEA, partition=3)])
    records = await log.records_of(kafka, kafka.topics.commands(Lane.PLUGIN))
    assert {log.headers_of(record)["ce_id"]: record.partition for record in records} == {"free:0:1": 0, "bound:0:1": 3}


async def test_nothing_is_written_while_settings_and_journal_disagree_on_the_number_of_shards(kafka: KafkaSettings) -> None:
    writer = KafkaJournalWriter(kafka.model_copy(update={"shards": 12}), 0)
    with pytest.raises(Unavailable, match="has 4 partitions, but HAWKER_KAFKA_SHARDS says 12"):
        await writer.open()


async def test_a_broker_that_is_not_there_is_unavailable(unused_tcp_port: int) -> None:
    with pytest.raises(Unavailable):
        await KafkaJournalWriter(KafkaSettings(bootstrap=f"127.0.0.1:{unused_tcp_port}"), 0).open()
