"""Replay: what is committed, all of it, in order, up to an end that was asked for first."""

import pytest

from hawker.kafka import client, journal
from hawker.kafka.errors import UnreadableFact
from hawker.kafka.journal import KafkaJournalReader
from hawker.kafka.settings import KafkaSettings
from tests.integration.kafka import log


async def test_the_end_of_an_empty_journal_is_its_beginning(kafka: KafkaSettings) -> None:
    assert await KafkaJournalReader(kafka).end(3) == 0
    assert await log.facts_of(kafka, partition=3) == []


async def test_control_records_count_in_the_end_and_do_not_keep_a_replay_waiting(kafka: KafkaSettings) -> None:
    async with log.writing(kafka) as writer:
        for name in "abc":
            await writer.commit([log.fact(name)], [])
    end = await KafkaJournalReader(kafka).end(0)
    facts = await log.facts_of(kafka)
    assert [fact.offset for fact in facts] == [0, 2, 4]
    assert end == 6  # Each transaction's marker takes an offset, the last one after the last fact.
    assert await log.facts_of(kafka, start=5) == []


async def test_a_replay_begins_and_ends_where_it_is_told(kafka: KafkaSettings) -> None:
    async with log.writing(kafka) as writer:
        await writer.commit([log.fact(name) for name in "abcdef"], [])
    pages = [page async for page in KafkaJournalReader(kafka).read(0, 1, 4)]
    assert [name for page in pages for name in log.names(page)] == ["b", "c", "d"]


async def test_a_long_journal_comes_in_pages_complete_and_in_order(kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "PAGE_RECORDS_MAX", 10)
    async with log.writing(kafka) as writer:
        for start in range(0, 60, 20):  # The page's limit falls on a transaction's end, with only its marker left to fetch.
            await writer.commit([log.fact(f"{n}") for n in range(start, start + 20)], [])
    reader = KafkaJournalReader(kafka)
    pages = [log.names(page) async for page in reader.read(0, 0, await reader.end(0))]
    assert [name for page in pages for name in page] == [f"{n}" for n in range(60)]
    assert max(map(len, pages)) <= 10


async def test_an_open_transaction_is_not_seen_and_holds_the_end_back(kafka: KafkaSettings) -> None:
    async with log.writing(kafka) as writer:
        await writer.commit([log.fact("settled")], [])
        stranger = client.producer(kafka, "stranger", transactional_id=f"{kafka.topic_prefix}.stranger")
        await client.open_client(stranger)
        await stranger.begin_transaction()
        await (await stranger.send(kafka.topics.journal, b"{}", b"acme", 0, headers=[]))
        await writer.commit([log.fact("behind-the-open-one")], [])
        assert await log.jobs_of(kafka) == ["settled"]
        await client.close_client(stranger)


async def test_a_fact_that_cannot_be_read_is_an_error_that_names_its_place(kafka: KafkaSettings) -> None:
    async with log.writing(kafka) as writer:
        await writer.commit([log.fact("good")], [])
    async with log.publishing(kafka) as publisher:
        headers = [("ce_id", b"x"), ("ce_type", b"hawker.job.completed.v1")]
        await (
            await publisher.write(kafka.topics.journal, key=log.tenant_of(0).encode(), value=b'{"tenant_id": "secret"}', headers=headers)
        )
    with pytest.raises(UnreadableFact, match=f"{kafka.topics.journal}/0/2: hawker.job.completed.v1") as failure:
        await log.facts_of(kafka)
    assert "secret" not in str(failure.value)
