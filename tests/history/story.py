"""A story in which every kind of fact happens, told to the real orchestrator on a real Kafka; only its clock is hurried. Gives the journal."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from pydantic import BaseModel

from hawker.contracts.codec import encode
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.facts import (
    AttemptTimedOut,
    BatchClosed,
    BatchEnded,
    Fact,
    InputRejected,
    JobCancelled,
    JobCompleted,
    JobExpired,
    JobFailed,
    JobParked,
    JobPaused,
    JobResumed,
    JobRetryStarted,
    JobUnparked,
    OutcomeRefused,
    RequestRefused,
    SessionClosed,
    SessionOpened,
    TaskDispatched,
)
from hawker.contracts.failures import FailureKind
from hawker.contracts.outcomes import Outcome, PluginConnected, PluginDisconnected
from hawker.contracts.partitioning import partition_of
from hawker.contracts.recorded import Recorded
from hawker.contracts.requests import (
    BatchCancelRequested,
    JobCancelRequested,
    JobPauseRequested,
    JobResumeRequested,
    JobUnparkRequested,
    ParkedInput,
)
from hawker.contracts.topics import Topics
from hawker.contracts.words import Marketplace
from hawker.kafka.journal import KafkaJournalReader
from hawker.kafka.producer import Publisher
from hawker.kafka.settings import KafkaSettings
from orchestrator.core import decide
from orchestrator.wiring import joined
from tests.support.fresh_topics import PARTITIONS
from tests.support.obedient_worker import obedient_worker
from tests.support.stories import TENANT, batch_requested, failed, items_added, job_requested, succeeded

WAIT_SECONDS_MAX = 60.0
HURRY = timedelta(seconds=45)
"""Longer than a lease, and than the waits of those who are to expire."""
POISON = "job-poisoned", "job-stuck"


@dataclass
class HurriedClock:
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Teller:
    """Says what happens, and waits until the journal says that it did."""

    kafka: KafkaSettings
    publisher: Publisher
    clock: HurriedClock
    heard: list[ExecuteTask] = field(default_factory=list)

    async def ask(self, *messages: BaseModel) -> None:
        topics = self.kafka.topics
        for message in messages:
            topic = topics.requests if hasattr(message, "requested_at") else topics.outcomes
            told = message.model_copy(update={"requested_at": self.clock.now()}) if _is_new(message) else message
            await self.publisher.publish(topic, TENANT, told, id=f"story-{id(message)}")

    async def until(self, *wanted: tuple[type[Fact], str]) -> None:
        """Each a kind of fact and whom it is about."""
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            while not set(wanted) <= {(type(one.message), _about(one.message)) for one in await self.journal()}:
                await asyncio.sleep(0.1)

    async def journal(self) -> Sequence[Recorded[Fact]]:
        reader, home = KafkaJournalReader(self.kafka), partition_of(TENANT, PARTITIONS)
        return [one async for page in reader.read(home, 0, await reader.end(home)) for one in page]

    async def attempts(self, job_id: str, count: int) -> Sequence[ExecuteTask]:
        """What a worker was asked for this job."""
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            while len(found := [command for command in self.heard if command.job_id == job_id]) < count:
                await asyncio.sleep(0.1)
        return found

    def answer(self, command: ExecuteTask) -> Outcome | None:
        """The worker of this story."""
        self.heard.append(command)
        is_first = (command.position, command.attempt) == (0, 1)
        match command.job_id:
            case "job-unwanted" | "job-live":
                return None
            case "job-silent" if command.position == 0:
                return None
            case "job-refused":
                return failed(command, FailureKind.REJECTED)
            case "job-tired" if is_first:
                return failed(command, FailureKind.TRANSIENT)
            case "job-slowed" if is_first:
                return failed(command, FailureKind.THROTTLED, retry_after_seconds=2)
            case _:
                return succeeded(command)


async def record(bootstrap: str, topics: Topics) -> Sequence[Recorded[Fact]]:
    kafka = KafkaSettings(bootstrap=bootstrap, topic_prefix=topics.prefix, shards=PARTITIONS, command_partitions=PARTITIONS)
    async with _telling(kafka) as teller:
        for chapter in (_work, _controls, _poison, _time, _strangers, _what_stays):
            await chapter(teller)
        return await teller.journal()


async def _work(teller: Teller) -> None:
    names = ("job-refused", "job-tired", "job-slowed")
    await teller.ask(batch_requested("batch-done", 2), items_added("mug", "bowl", batch_id="batch-done"), *map(job_requested, names))
    await teller.until((BatchEnded, "batch-done"), (JobFailed, "job-refused"), (JobCompleted, "job-tired"), (JobCompleted, "job-slowed"))


async def _controls(teller: Teller) -> None:
    pausing, resuming = (
        kind(tenant_id=TENANT, requested_at=teller.clock.now(), request_id=name, job_id="job-paused")
        for kind, name in ((JobPauseRequested, "pause-1"), (JobResumeRequested, "resume-1"))
    )
    flea = Marketplace.FLEA
    await teller.ask(job_requested("job-paused", flea), pausing, resuming, job_requested("job-unwanted"))
    await teller.until((JobPaused, "job-paused"), (JobResumed, "job-paused"), (TaskDispatched, "job-unwanted"))
    await teller.ask(batch_requested("batch-cancelled", 2, marketplace=flea), items_added("cup", batch_id="batch-cancelled"))
    await teller.ask(
        JobCancelRequested(tenant_id=TENANT, requested_at=teller.clock.now(), request_id="cancel-1", job_id="job-unwanted"),
        BatchCancelRequested(tenant_id=TENANT, requested_at=teller.clock.now(), request_id="cancel-2", batch_id="batch-cancelled"),
    )
    await teller.until((JobCancelled, "job-unwanted"), (BatchEnded, "batch-cancelled"))


async def _poison(teller: Teller) -> None:
    with _mistaken():
        await teller.ask(*(job_requested(name) for name in POISON))
        await teller.until(*((JobParked, name) for name in POISON), *((InputRejected, name) for name in POISON))
    order = job_requested(POISON[0]).model_copy(update={"requested_at": teller.clock.now()})
    place = next(
        _place(one) for one in await teller.journal() if isinstance(one.message, InputRejected) and one.message.subject == POISON[0]
    )
    again = ParkedInput(type=order.type_name, value=encode(order).decode(), origin=place)
    await teller.ask(
        JobUnparkRequested(tenant_id=TENANT, requested_at=order.requested_at, request_id="redrive-1", job_id=POISON[0], inputs=(again,))
    )
    await teller.until((JobUnparked, POISON[0]), (JobCompleted, POISON[0]))


async def _time(teller: Teller) -> None:
    late = job_requested("job-late", Marketplace.FLEA, wait_seconds_max=30)
    await teller.ask(late, batch_requested("batch-short", 3, wait_seconds_max=30), items_added("jug", batch_id="batch-short"))
    await teller.ask(job_requested("job-silent"))
    await teller.until((TaskDispatched, "job-silent"))
    teller.clock.ahead += HURRY
    await teller.until((JobExpired, "job-late"), (BatchClosed, "batch-short"), (AttemptTimedOut, "job-silent"))
    await teller.until((JobRetryStarted, "job-silent"))
    first, second = await teller.attempts("job-silent", 2)
    await teller.ask(succeeded(first), succeeded(second))
    await teller.until((OutcomeRefused, "job-silent"), (JobCompleted, "job-silent"))


async def _strangers(teller: Teller) -> None:
    old = job_requested("job-old").model_copy(update={"requested_at": teller.clock.now() - timedelta(days=8)})
    topics = teller.kafka.topics
    await teller.publisher.publish(topics.requests, TENANT, old, id="old")
    await (await teller.publisher.write(topics.requests, key=TENANT.encode(), value=b"{no json", headers=[]))
    await teller.until((RequestRefused, "job-old"), (InputRejected, ""))


async def _what_stays(teller: Teller) -> None:
    """The state at the end is not empty: a session, a paused job, a parked one, and one whose first task runs."""
    await teller.ask(_connected(1))
    await teller.until((SessionOpened, "main"))
    gone = PluginDisconnected(tenant_id=TENANT, account_id="main", marketplace=Marketplace.FLEA, session="browser", epoch=1)
    resting = JobPauseRequested(tenant_id=TENANT, requested_at=teller.clock.now(), request_id="pause-2", job_id="job-resting")
    await teller.ask(gone, job_requested("job-resting", Marketplace.FLEA), resting)
    await teller.until((SessionClosed, "main"), (JobPaused, "job-resting"))
    await teller.ask(_connected(2), job_requested("job-live"))
    await teller.until((TaskDispatched, "job-live"), (JobCompleted, "job-paused"))


def _connected(epoch: int) -> PluginConnected:
    return PluginConnected(
        tenant_id=TENANT, account_id="main", marketplace=Marketplace.FLEA, session="browser", epoch=epoch, partition=epoch
    )


@asynccontextmanager
async def _telling(kafka: KafkaSettings) -> AsyncIterator[Teller]:
    """The real orchestrator, whose clock is the story's, beside a worker that plays its part."""
    publisher, clock, stop = Publisher(kafka, "story"), HurriedClock(), asyncio.Event()
    teller = Teller(kafka, publisher, clock)
    await publisher.start()
    async with joined(kafka) as (service, member), obedient_worker(kafka, teller.answer):
        service._ports = replace(service._ports, clock=clock)
        running = asyncio.create_task(service.run(member, stop))
        try:
            yield teller
        finally:
            stop.set()
            await running
            await publisher.stop()


@contextmanager
def _mistaken() -> Iterator[None]:
    """A decider with a mistake in it, that is repaired later."""
    meet: Callable[..., Sequence[Fact]] = decide.meet

    def broken(shard: object, recorded: Recorded[BaseModel], now: datetime) -> Sequence[Fact]:
        if getattr(recorded.message, "job_id", None) in POISON:
            raise LookupError("a mistake of ours")
        return meet(shard, recorded, now)

    with patch.object(decide, "meet", broken):
        yield


def _is_new(message: BaseModel) -> bool:
    """What the builders of stories made at their own noon."""
    return hasattr(message, "requested_at") and not hasattr(message, "request_id")


def _about(fact: Fact) -> str:
    for name in ("job_id", "batch_id", "subject", "account_id"):
        if isinstance(about := getattr(fact, name, None), str):
            return about
    return ""


def _place(one: Recorded[Fact]) -> str:
    fact = one.message
    assert isinstance(fact, InputRejected), "only these say where an input lay"
    return f"{fact.topic}/{fact.partition}/{fact.offset}"
