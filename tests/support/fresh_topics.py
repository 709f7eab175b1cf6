"""Topics of a test's own, under a prefix that no other test has."""

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor

from aiokafka.admin import AIOKafkaAdminClient, NewTopic  # type: ignore[import-untyped]  # aiokafka ships no types

from hawker.contracts.topics import Topics

PARTITIONS = 4


def make(bootstrap: str) -> Topics:
    """Returns when they exist. In a thread of its own, for the test may have a loop already."""
    topics = Topics(prefix=f"test-{uuid.uuid4().hex[:10]}")
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, _create(bootstrap, topics)).result()
    return topics


async def _create(bootstrap: str, topics: Topics) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(spec.name, PARTITIONS, 1) for spec in topics.specs()])
    finally:
        await admin.close()
