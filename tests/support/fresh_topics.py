"""Topics of a test's own, under a prefix that no other test has. Gone with the test: a broker feels thousands of partitions."""

import asyncio
import uuid
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor

from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]  # aiokafka ships no types

from hawker.contracts.topics import Topics
from hawker.kafka.admin import match_topics
from hawker.kafka.settings import KafkaSettings

PARTITIONS = 4


def make(bootstrap: str) -> Topics:
    """Returns when they exist."""
    prefix = f"test-{uuid.uuid4().hex[:10]}"
    settings = KafkaSettings(bootstrap=bootstrap, topic_prefix=prefix, shards=PARTITIONS, command_partitions=PARTITIONS)
    _run(match_topics(settings))
    return settings.topics


def drop(bootstrap: str, topics: Topics) -> None:
    _run(_delete(bootstrap, [spec.name for spec in topics.specs()]))


async def _delete(bootstrap: str, names: list[str]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics(names)
    finally:
        await admin.close()


def _run(work: Coroutine[None, None, object]) -> None:
    """In a thread of its own, for the test may have a loop already."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, work).result()
