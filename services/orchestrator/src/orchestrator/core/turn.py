"""One turn of a shard: inputs and due timers in, facts and commands out, the state already moved on.

Whoever calls this must write all of it in one transaction, or throw the state away.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hawker.contracts.commands import Command
from hawker.contracts.envelope import Envelope
from hawker.contracts.facts import (
    BatchCancelled,
    BatchClosed,
    BatchItemsAccepted,
    Fact,
    InputRejected,
    JobCancelled,
    JobCompleted,
    JobExpired,
    JobFailed,
    TaskDispatched,
)
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.outcomes import TaskFailed
from hawker.contracts.recorded import Outgoing, Recorded
from orchestrator.batch import decide as batches
from orchestrator.core import decide
from orchestrator.core.apply import apply
from orchestrator.core.decide import Input
from orchestrator.core.dispatch import command_of, next_dispatches
from orchestrator.core.parking import to_cancel
from orchestrator.core.state import Shard
from orchestrator.core.timers import CancelJobs, Timer
from orchestrator.dispatch.commands import PickError
from orchestrator.job.decide import conclude
from orchestrator.job.state import Active, Gone

FACTS_MAX = 2_000
"""A turn takes no further input once it has this many facts."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What a fact follows from. `label` makes the fact's id; `place` is None for a timer."""

    label: str
    at: datetime
    source: str
    place: tuple[str, int, int] | None = None
    traceparent: str | None = None


@dataclass(slots=True)
class Turn:
    """What a turn leaves to write. `rejected` are inputs for the dead letters, with the reason."""

    facts: list[Outgoing[Fact]] = field(default_factory=list)
    commands: list[Outgoing[Command]] = field(default_factory=list)
    rejected: list[tuple[Recorded[Input], str]] = field(default_factory=list)
    inputs_taken: int = 0


def take_turn(
    shard: Shard,
    inputs: Sequence[Recorded[Input]],
    timers: Iterable[Timer],
    now: datetime,
    source: str,
    unread: Collection[str] = (),
) -> Turn:
    """`inputs_taken` of the inputs, in order; the caller brings the others again. Inputs at the places `unread` are rejected."""
    turn = Turn()
    for timer in timers:
        _ring(shard, timer, now, source, turn)
    for recorded in inputs:
        if len(turn.facts) >= FACTS_MAX:
            break
        turn.inputs_taken += 1
        _meet(shard, recorded, now, source, turn, unread)
    for job, dispatched in next_dispatches(shard, now):
        _dispatch(shard, job, dispatched, source, turn)
    return turn


def _meet(shard: Shard, recorded: Recorded[Input], now: datetime, source: str, turn: Turn, unread: Collection[str]) -> None:
    topic, partition, offset = recorded.topic, recorded.partition, recorded.offset
    if offset < shard.positions.get(topic, 0):
        return  # Its facts are in the journal already.
    cause = Cause(recorded.place, now, source, (topic, partition, offset), recorded.envelope.traceparent)
    if recorded.place in unread:
        facts: Sequence[Fact] = (decide.reject(recorded, "it broke the shard when it was met before", now),)
    else:
        facts = decide.meet(shard, recorded, now)
    turn.rejected.extend((recorded, fact.reason) for fact in facts if isinstance(fact, InputRejected))
    _absorb(shard, facts, cause, turn)


def _ring(shard: Shard, timer: Timer, now: datetime, source: str, turn: Turn) -> None:
    label = ":".join((type(timer).__name__, *map(str, timer), now.isoformat()))  # The same timer is set again in a later round.
    _absorb(shard, decide.ring(shard, timer, now), Cause(label, now, source), turn)
    if isinstance(timer, CancelJobs) and any(to_cancel(shard, timer.batch_id)):
        shard.timers.set(now, timer)


def _absorb(shard: Shard, facts: Sequence[Fact], cause: Cause, turn: Turn) -> None:
    """Apply and keep the facts, then what follows for the batches they touch."""
    touched: dict[str, None] = {}
    for number, fact in enumerate(facts):
        touched.update(dict.fromkeys(_batches_touched(shard, fact)))
        _keep(shard, fact, cause, number, turn)
    number = len(facts)
    for batch_id in touched:
        for fact in batches.end(shard.batches[batch_id], cause.at):
            _keep(shard, fact, cause, number, turn)
            number += 1


def _batches_touched(shard: Shard, fact: Fact) -> Sequence[str]:
    match fact:
        case JobCompleted() | JobFailed() | JobCancelled() | JobExpired():
            job = shard.jobs[fact.job_id]
            batch_id = job.batch_id if isinstance(job, Gone) else job.order.batch_id
            return () if batch_id not in shard.batches else (batch_id,)
        case BatchCancelled() | BatchClosed() | BatchItemsAccepted():
            return (fact.batch_id,)
        case _:
            return ()


def _keep(shard: Shard, fact: Fact, cause: Cause, number: int, turn: Turn) -> None:
    apply(shard, fact, None if cause.place is None else (cause.place[0], cause.place[2]))
    place = None if cause.place is None else "/".join(map(str, cause.place))
    envelope = Envelope(f"{cause.label}.{number}", fact.type_name, cause.source, fact.at, cause.traceparent, place)
    turn.facts.append(Outgoing(fact, envelope))


def _dispatch(shard: Shard, job: Active, dispatched: TaskDispatched, source: str, turn: Turn) -> None:
    label = f"{dispatched.job_id}:{dispatched.position}:{dispatched.attempt}"
    cause = Cause(f"{label}.dispatched", dispatched.at, source, traceparent=job.order.traceparent)
    _absorb(shard, (dispatched,), cause, turn)
    try:
        command, partition = command_of(job, dispatched)
    except PickError as fault:
        _give_up(shard, dispatched, str(fault), cause, turn)
        return
    envelope = Envelope(label, command.type_name, source, dispatched.at, job.order.traceparent)
    turn.commands.append(Outgoing(command, envelope, partition))


def _give_up(shard: Shard, dispatched: TaskDispatched, reason: str, cause: Cause, turn: Turn) -> None:
    """The command cannot be written: an earlier step did not leave what this one needs. No worker is asked."""
    failure = Failure(kind=FailureKind.REJECTED, reason=f"an earlier step left out what this one needs: {reason}", code="pick")
    outcome = TaskFailed(
        tenant_id=dispatched.tenant_id,
        job_id=dispatched.job_id,
        position=dispatched.position,
        attempt=dispatched.attempt,
        waited_ms=0,
        took_ms=0,
        failure=failure,
    )
    facts = conclude(shard.jobs[dispatched.job_id], outcome, dispatched.at)
    _absorb(shard, facts, replace(cause, label=f"{cause.label}.given-up"), turn)
