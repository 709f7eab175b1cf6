"""Both logs, one after the other, for every test of the suite."""

import pytest

from hawker.contracts.topics import Topics
from hawker.kafka.settings import KafkaSettings
from tests.contract.log.logs import AnyLog, InMemory, OnKafka


@pytest.fixture(params=["memory", "kafka"])
def any_log(request: pytest.FixtureRequest) -> AnyLog:
    if request.param == "memory":
        return InMemory()
    bootstrap: str = request.getfixturevalue("kafka_bootstrap")
    topics: Topics = request.getfixturevalue("topics")
    return OnKafka(
        KafkaSettings(bootstrap=bootstrap, topic_prefix=topics.prefix, shards=4, command_partitions=4, session_timeout_seconds=6)
    )
