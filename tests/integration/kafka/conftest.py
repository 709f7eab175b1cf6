"""A shard's settings on the run's broker, on topics of the test's own."""

import pytest

from hawker.contracts.topics import Topics
from hawker.kafka.settings import KafkaSettings


@pytest.fixture
def kafka(kafka_bootstrap: str, topics: Topics) -> KafkaSettings:
    return KafkaSettings(bootstrap=kafka_bootstrap, topic_prefix=topics.prefix, shards=4, command_partitions=4, session_timeout_seconds=6)
