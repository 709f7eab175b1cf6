"""Topics of a test's own, under a prefix that no other test has."""

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor

from hawker.contracts.topics import Topics
from hawker.kafka.admin import match_topics
from hawker.kafka.settings import KafkaSettings

PARTITIONS = 4


def make(bootstrap: str) -> Topics:
    """Returns when they exist. In a thread of its own, for the test may have a loop already."""
    prefix = f"test-{uuid.uuid4().hex[:10]}"
    settings = KafkaSettings(bootstrap=bootstrap, topic_prefix=prefix, shards=PARTITIONS, command_partitions=PARTITIONS)
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, match_topics(settings)).result()
    return settings.topics
