"""Random lives of a shard, each from a seed: everything that people, workers, browsers and time can do to it, in any order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta, timezone
from random import Random

from hawker.contracts.commands import Command
from hawker.contracts.envelope import Envelope
from hawker.contracts.facts import JobParked
from hawker.contracts.failures import FailureKind
from hawker.contracts.outcomes import AccountThrottled, Outcome, PluginConnected, PluginDisconnected
from hawker.contracts.recorded import Outgoing
from hawker.contracts.requests import (
    BatchCancelRequested,
    JobCancelRequested,
    JobPauseRequested,
    JobResumeRequested,
    JobRetryRequested,
    JobUnparkRequested,
    Request,
)
from hawker.contracts.words import Marketplace, Priority
from orchestrator.core.apply import apply
from orchestrator.core.state import Shard
from orchestrator.core.turn import Turn
from orchestrator.job.state import Gone
from orchestrator.snapshots.write import copy_of
from tests.support.stories import Story, batch_requested, failed, items_added, job_requested, product, succeeded

TENANTS = ("demo", "other")
ACCOUNTS = ("main", "second")
WAITS_SECONDS = (0, 0, 1, 5, 40, 400, 4_000, 40_000, 4 * 24 * 3600)
CONTROLS = (JobCancelRequested, JobPauseRequested, JobResumeRequested, JobRetryRequested, JobUnparkRequested)

PAUSES = (timedelta(seconds=5), timedelta(minutes=10), timedelta(days=1))
SUMMER = timezone(timedelta(hours=2))
"""What a marketplace says of time need not be in UTC."""
PARKED_PART = 0.04

type Message = Request | Outcome


@dataclass(frozen=True)
class Move:
    """What one turn meets: time that passed, messages, and a job that broke the decider."""

    seconds: float
    messages: Sequence[Message]
    parked: JobParked | None = None


@dataclass
class Player:
    """Says what happens next; the same chance and the same commands give the same."""

    chance: Random
    commands: list[Command] = field(default_factory=list)
    jobs: list[tuple[str, str]] = field(default_factory=list)
    batches: list[tuple[str, str]] = field(default_factory=list)
    count: int = 0

    def move(self, story: Story) -> Move:
        seconds = self.chance.choice(WAITS_SECONDS) if self.chance.random() < 0.5 else 0
        return Move(seconds, self._messages(story), self._parked(story) if self.chance.random() < PARKED_PART else None)

    def _parked(self, story: Story) -> JobParked | None:
        live = [story.shard.jobs[name] for name in story.shard.ages]
        if not live:
            return None
        job = self.chance.choice(live)
        assert not isinstance(job, Gone), "a live job"
        return JobParked(tenant_id=job.order.tenant_id, at=story.now, job_id=job.order.job_id, reason="it broke")

    def _messages(self, story: Story) -> Sequence[Message]:
        self.commands.extend(story.take_commands())
        acts: Sequence[Callable[[Story], Sequence[Message]]] = (
            self._work,
            self._work,
            self._work,
            self._order,
            self._control,
            self._browse,
        )
        return self.chance.choice(acts)(story)

    def _work(self, _: Story) -> Sequence[Message]:
        """Some commands are answered, some twice, some never."""
        self.chance.shuffle(self.commands)
        some = self.chance.randint(1, 20)
        answered, self.commands = self.commands[:some], self.commands[some:]
        return [self._answer(command) for command in answered if self.chance.random() < 0.9]

    def _answer(self, command: Command) -> Outcome:
        if self.chance.random() < 0.8:
            return succeeded(command)
        return failed(command, self.chance.choice(list(FailureKind)), retry_after_seconds=self.chance.choice((None, 3.0, 300.0)))

    def _order(self, story: Story) -> Sequence[Message]:
        self.count += 1
        tenant, account = self.chance.choice(TENANTS), self.chance.choice(ACCOUNTS)
        marketplace, priority = self.chance.choice(list(Marketplace)), self.chance.choice(list(Priority))
        common = {"tenant_id": tenant, "account_id": account, "requested_at": story.now, "priority": priority}
        if self.chance.random() < 0.5:
            name = f"job-{self.count}"
            self.jobs.append((tenant, name))
            goods = product(name, images=self.chance.randint(1, 4), variants=self.chance.choice((1, 1, 3)))
            return [job_requested(name, marketplace, product=goods, wait_seconds_max=self.chance.choice((60, 3600, 86_400)), **common)]
        name, size = f"batch-{self.count}", self.chance.randint(1, 5)
        self.batches.append((tenant, name))
        handles = [f"{name}-{n}" for n in range(max(1, self.chance.choice((size, size, size - 1))))]
        items = items_added(*handles, batch_id=name).model_copy(update={"tenant_id": tenant, "requested_at": story.now})
        return [batch_requested(name, size, marketplace=marketplace, **common), items]

    def _control(self, story: Story) -> Sequence[Message]:
        self.count += 1
        known = [(job.order.tenant_id, name) for name, job in story.shard.jobs.items() if hasattr(job, "order")]
        request_id = f"request-{self.count}"
        if self.batches and self.chance.random() < 0.2:
            tenant, name = self.chance.choice(self.batches)
            return [BatchCancelRequested(tenant_id=tenant, batch_id=name, requested_at=story.now, request_id=request_id)]
        if not known:
            return []
        tenant, name = self.chance.choice(known)
        control = self.chance.choice(CONTROLS)
        return [control(tenant_id=tenant, job_id=name, requested_at=story.now, request_id=request_id)]

    def _browse(self, story: Story) -> Sequence[Message]:
        self.count += 1
        tenant, account = self.chance.choice(TENANTS), self.chance.choice(ACCOUNTS)
        who = {"tenant_id": tenant, "account_id": account}
        known = [(key, session) for key, session in story.shard.sessions.items() if key[0] == tenant]
        if known and self.chance.random() < 0.4:
            key, session = self.chance.choice(known)
            who = {"tenant_id": tenant, "account_id": key.account_id}
            return [PluginDisconnected(marketplace=Marketplace.FLEA, session=session.session, epoch=session.epoch, **who)]
        if self.chance.random() < 0.3:
            until = (story.now + self.chance.choice(PAUSES)).astimezone(SUMMER)
            return [AccountThrottled(marketplace=self.chance.choice(list(Marketplace)), until=until, **who)]
        return [PluginConnected(marketplace=Marketplace.FLEA, session=f"s-{self.count}", epoch=self.count, partition=1, **who)]


def play(story: Story, move: Move) -> Turn:
    """The turn that it makes; a parked job is parked before, as if the turn before had broken."""
    story.now += timedelta(seconds=move.seconds)
    if (parked := move.parked) is not None:
        apply(story.shard, parked)
        story.turns.append(Turn(facts=[Outgoing(parked, Envelope(f"parked-{len(story.turns)}", parked.type_name, "test", parked.at))]))
    story.tell(*move.messages)
    return story.turns[-1]


@dataclass
class History:
    """A life so far. `copies` are of the live state after each turn, with the number of facts until then."""

    story: Story = field(default_factory=Story)
    copies: list[tuple[int, Shard]] = field(default_factory=list)


def history(player: Player, turns: int) -> History:
    lived = History()
    for _ in range(turns):
        play(lived.story, player.move(lived.story))
        lived.copies.append((sum(len(turn.facts) for turn in lived.story.turns), copy_of(lived.story.shard)))
    return lived
