"""A shard with something in every state, and records as they come to it: decoded, met, written, and folded again."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import cast

from hawker.contracts.codec import FACTS, INPUTS, decode, encode
from hawker.contracts.envelope import Envelope, to_headers
from hawker.contracts.facts import Fact
from hawker.contracts.failures import FailureKind
from hawker.contracts.limits import MESSAGE_BYTES_MAX
from hawker.contracts.outcomes import AccountThrottled, PluginConnected
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.contracts.requests import (
    BatchCancelRequested,
    JobCancelRequested,
    JobPauseRequested,
)
from hawker.contracts.topics import RECORD_BYTES_MAX, Lane
from hawker.contracts.words import Marketplace
from hawker.kafka.records import read
from orchestrator.core.apply import apply
from orchestrator.core.checksum import checksum
from orchestrator.core.decide import Input
from orchestrator.core.state import Shard
from orchestrator.core.sweep import sweep
from orchestrator.core.turn import Turn
from orchestrator.job.state import Active, Gone, Job, Paused, Resting, Running, Stopped
from orchestrator.shard.recover import cause_of
from tests.support.stories import NOON, TENANT, Story, batch_requested, failed, items_added, job_requested, product, succeeded

REQUESTS_TOPIC = "hawker.requests"
OUTCOMES_TOPIC = "hawker.outcomes"
REASON_CHARACTERS_MAX = 2000


@dataclass
class Record:
    """As aiokafka gives it."""

    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    topic: str = REQUESTS_TOPIC
    offset: int = 0
    timestamp: int = 1_764_000_000_000
    key: bytes | None = TENANT.encode()
    partition: int = 0


@cache
def _peopled() -> Story:
    story = Story()
    story.tell(PluginConnected(tenant_id=TENANT, account_id="main", marketplace=Marketplace.FLEA, session="s-1", epoch=1, partition=0))
    story.tell(AccountThrottled(tenant_id=TENANT, account_id="slow", marketplace=Marketplace.EBAY, until=NOON.replace(hour=13)))
    for name in ("active", "paused", "resting", "stopped", "cancelled", "doubtful"):
        story.tell(job_requested(name, product=product(name, images=2)))
    story.tell(
        job_requested("browsed", Marketplace.FLEA), job_requested("etsy", Marketplace.ETSY), job_requested("slow", account_id="slow")
    )
    by_job = {command.job_id: command for command in story.take_commands()}
    story.tell(JobPauseRequested(tenant_id=TENANT, requested_at=NOON, request_id="p", job_id="paused"))
    story.tell(JobCancelRequested(tenant_id=TENANT, requested_at=NOON, request_id="c", job_id="cancelled"))
    story.tell(failed(by_job["resting"]), failed(by_job["stopped"], FailureKind.REJECTED), succeeded(by_job["active"]))
    story.tell(batch_requested("open", item_count=5), items_added("a", "b", batch_id="open"))
    story.tell(batch_requested("over", item_count=1), items_added("c", batch_id="over"))
    story.tell(BatchCancelRequested(tenant_id=TENANT, requested_at=NOON, request_id="b", batch_id="over"))
    story.tell(job_requested("done"))
    while commands := [command for command in story.take_commands() if command.job_id == "done"]:
        story.tell(*(succeeded(command) for command in commands))
    kinds = {type(job) for job in story.shard.jobs.values()}
    assert kinds == {Active, Resting, Paused, Stopped, Gone}, kinds
    return story


@dataclass
class Scene:
    """A copy of that shard, for one example; `check` says whether it is still as it must be."""

    story: Story

    @classmethod
    def fresh(cls) -> "Scene":
        return cls(deepcopy(_peopled()))

    @property
    def shard(self) -> Shard:
        return self.story.shard

    def deliver(self, *records: Record) -> Turn:
        """What the inbox and the owner do with them, without a log."""
        for record in records:
            self.story._offset += 1
            record.offset = self.story._offset
        recorded = [read(record, INPUTS) for record in records]
        self.story.deliver(cast("list[Recorded[Input]]", recorded))  # INPUTS holds the members of Input, and no other model.
        return self.story.turns[-1]

    def check(self) -> None:
        for turn in self.story.turns:
            check_writable(turn)
        folded = self.refolded()
        assert checksum(folded) == checksum(self.shard), "live state = fold(journal)"
        for part in ("jobs", "batches", "pauses", "sessions", "parked", "answered", "positions"):
            assert getattr(folded, part) == getattr(self.shard, part), part
        for lane in Lane:
            window = self.shard.lanes[lane].window
            assert window.in_flight == _running_on(self.shard, lane), f"work in flight on {lane}"
            assert window == folded.lanes[lane].window

    def refolded(self) -> Shard:
        """From the bytes, as a new owner reads them."""
        shard = Shard()
        for fact, cause in self.story.written():
            apply(shard, decode(fact.type_name, encode(fact), FACTS), cause_of(cause))  # type: ignore[arg-type]  # FACTS holds the members of Fact
        sweep(shard)
        return shard

    def journal(self) -> list[Recorded[Fact]]:
        """As the projector reads it."""
        return [
            Recorded("hawker.journal", 0, offset, Envelope("f", fact.type_name, "fuzz", fact.at, cause=cause), fact)
            for offset, (fact, cause) in enumerate(self.story.written())
        ]

    def still_works(self) -> None:
        """A good job goes its way to the end, whatever came before."""
        self.story.take_commands()
        self.story.tell(job_requested("good-after-bad", tenant_id="other"))
        for _ in range(20):
            commands = [command for command in self.story.take_commands() if command.job_id == "good-after-bad"]
            if not commands:
                break
            self.story.tell(*(succeeded(command) for command in commands))
        job = self.shard.jobs["good-after-bad"]
        assert isinstance(job, Gone), job


def check_writable(turn: Turn) -> None:
    """What a turn leaves fits the log: every message its limit, every record its headers, and it is read again as it was."""
    for outgoing in (*turn.facts, *turn.commands):
        value = encode(outgoing.message)
        headers = sum(len(name) + len(said) for name, said in to_headers(outgoing.envelope))
        assert len(value) <= MESSAGE_BYTES_MAX
        assert len(value) + headers + len(outgoing.message.tenant_id) < RECORD_BYTES_MAX
    for letter in turn.put_aside:
        recorded, reason = letter.recorded, letter.reason
        assert len(reason) <= 2000
        if not isinstance(recorded.message, Undecodable):
            encode(recorded.message)


def _running_on(shard: Shard, lane: Lane) -> int:
    live: list[Job] = [job for job in shard.jobs.values() if isinstance(job, Active | Resting | Paused) and job.order.lane is lane]
    return sum(isinstance(task, Running) for job in live if not isinstance(job, Gone) for task in job.tasks)
