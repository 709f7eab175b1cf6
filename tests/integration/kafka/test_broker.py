"""The FastStream broker: batches of what is committed, and no line of log for each."""

import asyncio
import logging
from typing import Any

import pytest
from faststream import AckPolicy
from faststream.kafka import KafkaMessage

from hawker.contracts.topics import Lane
from hawker.kafka.broker import batch_broker
from hawker.kafka.settings import KafkaSettings
from tests.integration.kafka import log


async def test_a_batch_subscriber_gets_committed_commands_quietly(kafka: KafkaSettings, caplog: pytest.LogCaptureFixture) -> None:
    topic = kafka.topics.commands(Lane.EBAY)
    broker = batch_broker(kafka)
    seen: list[bytes] = []
    enough = asyncio.Event()

    async def records(message: KafkaMessage) -> object:
        return message.raw_message

    @broker.subscriber(
        topic,
        group_id="test",
        batch=True,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        ack_policy=AckPolicy.MANUAL,
        decoder=records,
    )
    async def take(batch: Any) -> None:  # Any: FastStream would build a pydantic model of anything else
        seen.extend(dict(record.headers)["ce_id"] for record in batch)
        if len(seen) == 3:
            enough.set()

    caplog.set_level(logging.INFO)
    async with log.writing(kafka) as writer:
        await writer.commit([], [log.command(name) for name in "abc"])
    await broker.start()
    try:
        async with asyncio.timeout(log.PATIENCE_SECONDS):
            await enough.wait()
    finally:
        await broker.stop()
    assert seen == [b"a:0:1", b"b:0:1", b"c:0:1"]
    said = [entry.getMessage() for entry in caplog.records if entry.name.startswith("faststream")]
    assert [line for line in said if "Received" in line or "Processed" in line] == []
