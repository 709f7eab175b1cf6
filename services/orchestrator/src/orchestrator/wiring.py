"""Joins the orchestrator: Kafka's journal, inbox and group under the shards. The only place that knows all of them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog

from hawker.kafka.clock import SystemClock
from hawker.kafka.dead_letters import DeadLetters
from hawker.kafka.errors import Unavailable
from hawker.kafka.inbox import KafkaInbox
from hawker.kafka.journal import KafkaJournalReader, KafkaJournalWriter
from hawker.kafka.membership import Membership
from hawker.kafka.producer import Publisher
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.settings import PostgresSettings
from orchestrator.outbox import KafkaOutbox
from orchestrator.projections.rebuild import rebuild
from orchestrator.projections.runner import run_projector
from orchestrator.shard.owner import Ports
from orchestrator.shard.seams import SnapshotStore
from orchestrator.shard.service import Service
from orchestrator.snapshots.settings import SnapshotSettings, snapshot_store
from orchestrator.verification.verify import Verdict, Verification

SERVICE = "orchestrator"
REJOIN_SECONDS = 1.0

log = structlog.get_logger(__name__)


async def run_shards(kafka: KafkaSettings, stop: asyncio.Event, snapshots: SnapshotSettings | None = None) -> None:
    """Own what the group assigns, until `stop`. The log and the snapshots' database may come and go meanwhile."""
    async with snapshot_store(snapshots or SnapshotSettings(), kafka.topics) as store:
        while not stop.is_set():
            try:
                async with joined(kafka, store) as (service, member):
                    await service.run(member, stop)
            except Unavailable as fault:
                log.warning("no member of the group; joining again", why=str(fault), seconds=REJOIN_SECONDS)
                await asyncio.sleep(REJOIN_SECONDS)


async def run_projections(kafka: KafkaSettings, stop: asyncio.Event) -> None:
    """Keep the read models up to date, until `stop`."""
    await run_projector(kafka, PostgresSettings(), stop)


async def run_rebuild(kafka: KafkaSettings) -> None:
    """Build the read models anew from the journal and say what differed."""
    differences = await rebuild(kafka, PostgresSettings())
    log.info("read models rebuilt", nothing_differed=differences.none, wrong=differences.wrong, put=differences.put)


async def run_verification(kafka: KafkaSettings, shards: Sequence[int], stop: asyncio.Event, *, watch: bool) -> Verdict:
    """Fold these shards' journals, or all, beside their owners. Raises Unavailable or UnreadableFact."""
    verification = Verification(kafka, SnapshotSettings(), shards, watch=watch)
    await verification.run(stop)
    return verification.verdict


@asynccontextmanager
async def joined(kafka: KafkaSettings, snapshots: SnapshotStore | None = None) -> AsyncIterator[tuple[Service, Membership]]:
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
            snapshots=snapshots,
        )
    )
    member = Membership(kafka, topics.group(SERVICE), (topics.requests, topics.outcomes), service.on_change, service.drain)
    try:
        yield service, member
    finally:
        await publisher.stop()
