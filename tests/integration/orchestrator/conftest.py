"""What tests of shards on a real Kafka share: the settings of their own topics, and a publisher."""

from collections.abc import AsyncIterator

import pytest

from hawker.contracts.topics import Topics
from hawker.kafka.producer import Publisher
from hawker.kafka.settings import KafkaSettings

SHARDS = 4


@pytest.fixture
def kafka(kafka_bootstrap: str, topics: Topics) -> KafkaSettings:
    return KafkaSettings(
        bootstrap=kafka_bootstrap,
        topic_prefix=topics.prefix,
        shards=SHARDS,
        command_partitions=SHARDS,
        session_timeout_seconds=6,
    )


@pytest.fixture
async def publisher(kafka: KafkaSettings) -> AsyncIterator[Publisher]:
    publisher = Publisher(kafka, "test")
    await publisher.start()
    yield publisher
    await publisher.stop()
