"""A street for each test: its own topics, its own database, its own flea."""

from collections.abc import AsyncIterator

import pytest

from hawker.contracts.topics import Topics
from hawker.kafka.settings import KafkaSettings
from sandbox.testing import running_sandbox
from tests.integration.plugin_bridge.street import Street


@pytest.fixture
async def street(kafka_bootstrap: str, topics: Topics, database: str) -> AsyncIterator[Street]:
    kafka = KafkaSettings(bootstrap=kafka_bootstrap, topic_prefix=topics.prefix, shards=4, command_partitions=4)
    async with running_sandbox() as sandbox, Street(kafka, database, sandbox).open() as street:
        yield street
