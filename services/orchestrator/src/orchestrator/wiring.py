"""Joins the orchestrator: Kafka's journal, inbox and group under the shards. The only place that knows all of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hawker.kafka.clock import SystemClock
from hawker.kafka.dead_letters import DeadLetters
from hawker.kafka.inbox import KafkaInbox
from hawker.kafka.journal import KafkaJournalReader, KafkaJournalWriter
from hawker.kafka.membership import Membership
from hawker.kafka.producer import Publisher
from hawker.kafka.settings import KafkaSettings
from orchestrator.outbox import KafkaOutbox
from orchestrator.shard.owner import Ports
from orchestrator.shard.service import Service

SERVICE = "orchestrator"


async def run_shards(kafka: KafkaSettings, stop: asyncio.Event) -> None:
    """Own what the group assigns, until `stop`."""
    async with joined(kafka) as (service, member):
        await service.run(member, stop)


@asynccontextmanager
async def joined(kafka: KafkaSettings) -> AsyncIterator[tuple[Service, Membership]]:
    """The shards of this process and its place in the group; neither is started."""
    topics = kafka.topics
    publisher = Publisher(kafka, SERVICE)
    await publisher.start()
    member: Membership | None = None

    def inbox(partition: int) -> KafkaInbox:
        assert member is not None, "shards begin after the member joined"
        return KafkaInbox(kafka, partition, commit_hint=member.commit_hint)

    service = Service(
        Ports(
            writer=lambda partition: KafkaJournalWriter(kafka, partition),
            reader=KafkaJournalReader(kafka),
            inbox=inbox,
            outbox=KafkaOutbox(publisher, DeadLetters(publisher, topics.dead_letters)),
            clock=SystemClock(),
            pause=asyncio.sleep,
            partition_count=kafka.shards,
        )
    )
    member = Membership(kafka, topics.group(SERVICE), (topics.requests, topics.outcomes), service.on_change, service.drain)
    try:
        yield service, member
    finally:
        await publisher.stop()
