"""Whether every copy of every partition is in sync: only then may a broker be taken away. Changes nothing."""

import asyncio

from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]  # aiokafka ships no types
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # the same

from hawker.kafka.settings import KafkaSettings

LOOK_SECONDS = 1.0
ANSWER_SECONDS_MAX = 10.0
IN_SYNC_SECONDS_MAX = 120.0


async def wait_until_in_sync(settings: KafkaSettings) -> bool:
    """False when it took too long."""
    try:
        async with asyncio.timeout(IN_SYNC_SECONDS_MAX):
            while await _behind(settings) != []:
                await asyncio.sleep(LOOK_SECONDS)
            return True
    except TimeoutError:
        return False


async def _behind(settings: KafkaSettings) -> list[str] | None:
    """Partitions, Kafka's own included, that lack a copy; None when nobody answers."""
    admin = AIOKafkaAdminClient(client_id="chaos", request_timeout_ms=int(ANSWER_SECONDS_MAX * 1000), **settings.connection())
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            await admin.start()
            topics = await admin.describe_topics()
    except (KafkaError, OSError, TimeoutError):
        return None
    finally:
        await admin.close()
    partitions = [(topic["topic"], partition) for topic in topics for partition in topic["partitions"]]
    return [f"{topic}/{found['partition']}" for topic, found in partitions if len(found["isr"]) < settings.replication]
