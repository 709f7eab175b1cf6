"""A shard's settings on the run's broker, on topics of the test's own."""

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiokafka.admin import NewTopic  # type: ignore[import-untyped]  # aiokafka ships no types

from hawker.contracts.topics import Lane, Topics
from hawker.kafka.settings import KafkaSettings
from tests.integration.kafka import log


@pytest.fixture
def kafka(kafka_bootstrap: str, topics: Topics) -> KafkaSettings:
    return KafkaSettings(bootstrap=kafka_bootstrap, topic_prefix=topics.prefix, shards=4, command_partitions=4, session_timeout_seconds=6)


@pytest.fixture
def narrow(kafka_bootstrap: str) -> KafkaSettings:
    """The same, but eBay's commands and the outcomes take records of 20,000 bytes at most.

    So from the beginning: a setting that is changed later holds some time later.
    """
    settings = KafkaSettings(bootstrap=kafka_bootstrap, topic_prefix=f"test-{uuid.uuid4().hex[:10]}", shards=4, command_partitions=4)
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, _make_narrow(settings)).result()
    return settings


async def _make_narrow(settings: KafkaSettings) -> None:
    limits = {topic: {"max.message.bytes": "20000"} for topic in (settings.topics.commands(Lane.EBAY), settings.topics.outcomes)}
    async with log.admin(settings) as cluster:
        await cluster.create_topics([NewTopic(s.name, 4, 1, topic_configs=limits.get(s.name)) for s in settings.topics.specs()])
