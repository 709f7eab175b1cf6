"""Publishing: acknowledged, on the tenant's partition, once, and alive again after a refusal."""

import asyncio

import pytest
from aiokafka.errors import RequestTimedOutError  # type: ignore[import-untyped]  # aiokafka ships no types
from aiokafka.protocol.produce import ProduceRequest  # type: ignore[import-untyped]  # the same

from hawker.contracts.codec import OversizeError
from hawker.contracts.listings import Product, Variant
from hawker.contracts.partitioning import partition_of
from hawker.contracts.requests import BatchItemsAdded
from hawker.kafka import producer
from hawker.kafka.errors import Unavailable
from hawker.kafka.producer import Publisher
from hawker.kafka.settings import KafkaSettings
from tests.integration.kafka import log


async def test_a_message_lies_on_its_tenants_partition_in_its_envelope(kafka: KafkaSettings) -> None:
    async with log.publishing(kafka) as publisher:
        for tenant in ("acme", "globex", "initech"):
            await publisher.publish(
                kafka.topics.requests, tenant, log.request("r", tenant), id=f"id-{tenant}", traceparent=log.TRACE, time=log.NOW
            )
    records = await log.records_of(kafka, kafka.topics.requests)
    assert {record.key.decode(): record.partition for record in records if record.key} == {
        tenant: partition_of(tenant, 4) for tenant in ("acme", "globex", "initech")
    }
    first = next(record for record in records if record.key == b"acme")
    assert log.headers_of(first) == {
        "ce_specversion": "1.0",
        "ce_id": "id-acme",
        "ce_type": "hawker.job.cancel-requested.v1",
        "ce_source": "test",
        "ce_time": log.NOW.isoformat(),
        "content-type": "application/json",
        "traceparent": log.TRACE,
    }


async def test_what_is_sent_side_by_side_is_all_there(kafka: KafkaSettings) -> None:
    async with log.publishing(kafka) as publisher:
        await asyncio.gather(*(publisher.publish(kafka.topics.outcomes, "acme", log.outcome(f"o{n}"), id=f"o{n}") for n in range(200)))
    assert len(await log.records_of(kafka, kafka.topics.outcomes)) == 200


async def test_stopping_waits_for_what_was_sent(kafka: KafkaSettings) -> None:
    publisher = Publisher(kafka, "test")
    await publisher.start()
    sent = await publisher.send(kafka.topics.outcomes, "acme", log.outcome("o"), id="o")
    await publisher.stop()
    await sent
    assert len(await log.records_of(kafka, kafka.topics.outcomes)) == 1


async def test_a_lost_acknowledgement_makes_no_second_record(kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    async with log.publishing(kafka) as publisher:
        network = publisher._producer.client  # type: ignore[union-attr]  # aiokafka's, beyond what we use
        honest = network.send
        lost: list[object] = []

        async def lossy(node: int, asked: object, **options: object) -> object:
            answer = await honest(node, asked, **options)
            if isinstance(asked, ProduceRequest) and not lost:
                lost.append(answer)
                raise RequestTimedOutError
            return answer

        monkeypatch.setattr(network, "send", lossy)
        await publisher.publish(kafka.topics.outcomes, "acme", log.outcome("once"), id="once")
    assert len(lost) == 1
    assert len(await log.records_of(kafka, kafka.topics.outcomes)) == 1


async def test_a_refused_record_is_told_and_the_next_one_goes_through(narrow: KafkaSettings) -> None:
    async with log.publishing(narrow) as publisher:
        refused = await publisher.write(narrow.topics.outcomes, key=b"acme", value=log.noise(50_000), headers=[])
        with pytest.raises(Unavailable, match="did not take the record"):
            await refused
        for n in range(3):
            await publisher.publish(narrow.topics.outcomes, "acme", log.outcome(f"o{n}"), id=f"o{n}")
    assert [log.headers_of(record)["ce_id"] for record in await log.records_of(narrow, narrow.topics.outcomes)] == ["o0", "o1", "o2"]


async def test_a_message_over_the_limit_is_refused_before_it_is_sent(kafka: KafkaSettings) -> None:
    products = tuple(Product(handle=f"h{n}", title="t", description="x" * 99_000, variants=(Variant(sku="s"),)) for n in range(6))
    large = BatchItemsAdded(tenant_id="acme", requested_at=log.NOW, batch_id="b", sequence=0, products=products)
    async with log.publishing(kafka) as publisher:
        with pytest.raises(OversizeError):
            await publisher.publish(kafka.topics.requests, "acme", large, id="large")
        with pytest.raises(OversizeError):
            await publisher.write(kafka.topics.requests, key=b"acme", value=log.noise(1_000_000), headers=[])
    assert await log.records_of(kafka, kafka.topics.requests) == []


async def test_an_acknowledgement_that_does_not_come_in_time_is_unavailable(kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(producer, "PUBLISH_SECONDS_MAX", 0.2)
    async with log.publishing(kafka) as publisher:
        network = publisher._producer.client  # type: ignore[union-attr]  # aiokafka's, beyond what we use
        honest, gate = network.send, asyncio.Event()

        async def stuck(*asked: object, **options: object) -> object:
            await gate.wait()
            return await honest(*asked, **options)

        monkeypatch.setattr(network, "send", stuck)
        with pytest.raises(Unavailable, match=r"did not acknowledge within 0\.2 s"):
            await publisher.publish(kafka.topics.outcomes, "acme", log.outcome("o"), id="o")
        gate.set()


async def test_a_broker_that_is_not_there_is_unavailable(unused_tcp_port: int) -> None:
    with pytest.raises(Unavailable):
        await Publisher(KafkaSettings(bootstrap=f"127.0.0.1:{unused_tcp_port}"), "test").start()
