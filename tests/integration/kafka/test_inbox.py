"""A shard's inputs: outcomes first, nothing lost, nothing out of order, however many wait."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import BaseModel

from hawker.contracts.listings import Product, Variant
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.contracts.requests import BatchItemsAdded
from hawker.kafka import client, inbox
from hawker.kafka.inbox import KafkaInbox
from hawker.kafka.producer import Publisher
from hawker.kafka.settings import KafkaSettings
from tests.integration.kafka import log

SHARD = 1
TENANT = log.tenant_of(SHARD)


@pytest.fixture
async def shard(kafka: KafkaSettings) -> AsyncIterator[KafkaInbox]:
    opened = KafkaInbox(kafka, SHARD)
    yield opened
    await opened.close()


@pytest.fixture
async def publisher(kafka: KafkaSettings) -> AsyncIterator[Publisher]:
    async with log.publishing(kafka) as opened:
        yield opened


async def _say(publisher: Publisher, topic: str, *messages: BaseModel) -> None:
    sent = [await publisher.send(topic, TENANT, message, id=f"{topic}-{n}") for n, message in enumerate(messages)]
    await asyncio.gather(*sent)


async def _take(shard: KafkaInbox, count: int, *, count_max: int = 500) -> list[Recorded[object]]:
    """Takes until `count` have come."""
    found: list[Recorded[object]] = []
    async with asyncio.timeout(log.PATIENCE_SECONDS):
        while len(found) < count:
            taken = await shard.take(count_max, 5)
            assert len(taken) <= count_max
            found += taken
    return found


async def test_what_is_there_comes_with_its_place_and_envelope(kafka: KafkaSettings, shard: KafkaInbox, publisher: Publisher) -> None:
    await publisher.publish(kafka.topics.requests, TENANT, log.request("r"), id="r-1", traceparent=log.TRACE, time=log.NOW)
    await shard.seek({})
    [recorded] = await shard.take(10, 20)
    assert recorded.place == f"{kafka.topics.requests}/{SHARD}/0"
    assert recorded.message == log.request("r")
    assert (recorded.envelope.id, recorded.envelope.time, recorded.envelope.traceparent) == ("r-1", log.NOW, log.TRACE)


async def test_outcomes_come_before_requests(kafka: KafkaSettings, shard: KafkaInbox, publisher: Publisher) -> None:
    await shard.seek({})
    await _say(publisher, kafka.topics.requests, log.request("r1"), log.request("r2"))
    await _take(shard, 0)
    await _say(publisher, kafka.topics.outcomes, log.outcome("o1"), log.outcome("o2"))
    found = await _take(shard, 4, count_max=3)
    by_topic = {topic: [n for one, n in zip(found, log.names(found), strict=True) if one.topic == topic] for topic in _both(kafka)}
    assert by_topic == {kafka.topics.requests: ["r1", "r2"], kafka.topics.outcomes: ["o1", "o2"]}


def _both(kafka: KafkaSettings) -> tuple[str, str]:
    return kafka.topics.requests, kafka.topics.outcomes


async def test_outcomes_that_are_there_go_before_requests_that_are_there(
    kafka: KafkaSettings, shard: KafkaInbox, publisher: Publisher
) -> None:
    await _say(publisher, kafka.topics.requests, log.request("r1"), log.request("r2"))
    await _say(publisher, kafka.topics.outcomes, log.outcome("o1"), log.outcome("o2"))
    await shard.seek({})
    await _read_ahead(shard, requests=2, outcomes=2)
    assert [log.names(await shard.take(2, 5)) for _ in range(2)] == [["o1", "o2"], ["r1", "r2"]]


async def _read_ahead(shard: KafkaInbox, *, requests: int, outcomes: int) -> None:
    """Until so many are there, none of them taken."""
    async with asyncio.timeout(log.PATIENCE_SECONDS):
        while len(shard._ahead[shard._requests].records) < requests or len(shard._ahead[shard._outcomes].records) < outcomes:
            await shard.take(0, 0.05)


async def test_a_waiting_take_returns_with_the_first_that_comes(kafka: KafkaSettings, shard: KafkaInbox, publisher: Publisher) -> None:
    await shard.seek({})
    async with asyncio.timeout(log.PATIENCE_SECONDS):
        waiting = asyncio.create_task(shard.take(10, 3600))
        await asyncio.sleep(0.05)
        await _say(publisher, kafka.topics.outcomes, log.outcome("o"))
        assert log.names(await waiting) == ["o"]


async def test_a_take_of_nothing_ends_with_its_wait(shard: KafkaInbox) -> None:
    await shard.seek({})
    assert await shard.take(10, 0.05) == []


async def test_a_flood_of_requests_stops_at_a_limit_while_outcomes_flow_and_loses_nothing(
    kafka: KafkaSettings, shard: KafkaInbox, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "AHEAD_BYTES_MAX", 1_000_000)
    await shard.seek({})
    await _say(publisher, kafka.topics.requests, *(_large(n) for n in range(30)))
    for n in range(8):
        await _say(publisher, kafka.topics.outcomes, log.outcome(f"o{n}"))
        await _read_ahead(shard, requests=1, outcomes=1)
        assert log.names(await shard.take(1, 5)) == [f"o{n}"]
    ahead = shard._ahead[shard._requests].bytes
    assert ahead < 1_000_000 + 2 * 1024 * 1024
    found = await _take(shard, 30, count_max=4)
    assert [one.message.sequence for one in found if isinstance(one.message, BatchItemsAdded)] == list(range(30))


async def test_large_requests_come_a_few_at_a_time_so_that_outcomes_get_in_between(
    kafka: KafkaSettings, shard: KafkaInbox, publisher: Publisher
) -> None:
    await shard.seek({})
    await _say(publisher, kafka.topics.requests, *(_large(n) for n in range(10)))
    await _read_ahead(shard, requests=10, outcomes=0)
    first = await shard.take(500, 5)
    assert 1 <= len(first) < 5
    await _say(publisher, kafka.topics.outcomes, log.outcome("o"))
    await _read_ahead(shard, requests=1, outcomes=1)
    assert log.names((await shard.take(500, 5))[:1]) == ["o"]


def _large(sequence: int) -> BatchItemsAdded:
    products = tuple(
        Product(handle=f"h{n}", title="t", description=log.noise(45_000).hex(), variants=(Variant(sku="s"),)) for n in range(2)
    )
    return BatchItemsAdded(tenant_id=TENANT, requested_at=log.NOW, batch_id="b", sequence=sequence, products=products)


async def test_seek_begins_at_the_positions_and_at_the_earliest_where_none_is_named(
    kafka: KafkaSettings, shard: KafkaInbox, publisher: Publisher
) -> None:
    await _say(publisher, kafka.topics.requests, log.request("r0"), log.request("r1"), log.request("r2"))
    await _say(publisher, kafka.topics.outcomes, log.outcome("o0"))
    await shard.seek({kafka.topics.requests: 2})
    assert set(log.names(await _take(shard, 2))) == {"o0", "r2"}
    await shard.seek({kafka.topics.requests: 1, kafka.topics.outcomes: 1})
    assert log.names(await _take(shard, 2)) == ["r1", "r2"]


async def test_a_position_that_retention_has_overtaken_begins_at_what_is_left(
    kafka: KafkaSettings, shard: KafkaInbox, publisher: Publisher
) -> None:
    await _say(publisher, kafka.topics.requests, *(log.request(f"r{n}") for n in range(4)))
    async with log.admin(kafka) as cluster:
        await cluster.delete_records({client.TopicPartition(kafka.topics.requests, SHARD): _Before(3)})
    await shard.seek({kafka.topics.requests: 1})
    assert log.names(await _take(shard, 1)) == ["r3"]


class _Before:
    """What aiokafka's delete_records wants to be told."""

    def __init__(self, offset: int) -> None:
        self.before_offset = offset


@pytest.mark.parametrize(
    ("headers", "value", "reason"),
    [
        ([], b"{}", "header 'ce_id' is missing"),
        ([("ce_id", b"1"), ("ce_type", b"nobody.knows.v1")], b"{}", "'nobody.knows.v1' is not a message that belongs here"),
        ([("ce_id", b"1"), ("ce_type", b"hawker.task.succeeded.v1")], b"{}", "is not a message that belongs here"),
        ([("ce_id", b"1"), ("ce_type", b"hawker.job.cancel-requested.v1")], b"{", "Invalid JSON"),
        ([("ce_id", b"1"), ("ce_type", b"hawker.job.cancel-requested.v1")], None, "came without a value"),
        ([("ce_id", b"\xff"), ("ce_type", b"hawker.job.cancel-requested.v1")], b"{}", "a header cannot be read"),
        ([("ce_id", None), ("ce_type", b"x")], b"{}", "a header cannot be read"),
    ],
)
async def test_what_cannot_be_read_comes_as_such_and_the_next_comes_too(
    kafka: KafkaSettings, shard: KafkaInbox, publisher: Publisher, headers: list[tuple[str, bytes]], value: bytes | None, reason: str
) -> None:
    await (await publisher.write(kafka.topics.requests, key=TENANT.encode(), value=value, headers=headers))
    await _say(publisher, kafka.topics.requests, log.request("next"))
    await shard.seek({})
    bad, good = await _take(shard, 2)
    assert isinstance(bad.message, Undecodable)
    assert reason in bad.message.reason
    assert (bad.message.key, bad.message.value) == (TENANT.encode(), value)
    assert (bad.place, bad.envelope.id) == (f"{kafka.topics.requests}/{SHARD}/0", bad.place)
    assert good.message == log.request("next")


async def test_requests_of_an_outsiders_aborted_transaction_are_never_given(
    kafka: KafkaSettings, shard: KafkaInbox, publisher: Publisher
) -> None:
    outsider = client.producer(kafka, "outsider", transactional_id=f"{kafka.topic_prefix}.outsider")
    await client.open_client(outsider)
    await outsider.begin_transaction()
    await (await outsider.send(kafka.topics.requests, b"{}", TENANT.encode(), headers=[]))
    await outsider.abort_transaction()  # type: ignore[attr-defined]  # aiokafka's, and nothing of ours ever calls it
    await client.close_client(outsider)
    await _say(publisher, kafka.topics.requests, log.request("r"))
    await shard.seek({})
    assert log.names(await _take(shard, 1)) == ["r"]


async def test_a_cancelled_take_loses_nothing(kafka: KafkaSettings, shard: KafkaInbox, publisher: Publisher) -> None:
    await shard.seek({})
    for n in range(10):
        take = asyncio.create_task(shard.take(10, 60))
        await asyncio.sleep(0)
        await _say(publisher, kafka.topics.outcomes, log.outcome(f"o{n}"))
        take.cancel()
        done = await asyncio.gather(take, return_exceptions=True)
        got = [] if isinstance(done[0], BaseException) else log.names(done[0])
        assert got or log.names(await _take(shard, 1)) == [f"o{n}"]


async def test_a_hint_goes_to_whoever_commits_it(kafka: KafkaSettings) -> None:
    told: list[object] = []
    shard = KafkaInbox(kafka, SHARD, commit_hint=lambda partition, positions: told.append((partition, positions)))
    await shard.hint({kafka.topics.requests: 7})
    assert told == [(SHARD, {kafka.topics.requests: 7})]
