"""One turn of a shard: inputs and due timers in, facts and commands out, the state already moved on. What breaks a decider is put aside.

Whoever calls this must write all of it in one transaction, or throw the state away.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from hawker.contracts.codec import OversizeError, encode
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
    JobUnparked,
)
from hawker.contracts.recorded import Outgoing, Recorded, Undecodable
from hawker.contracts.requests import JobUnparkRequested
from orchestrator.batch import decide as batches
from orchestrator.core import decide, poison, redrive
from orchestrator.core.apply import apply
from orchestrator.core.decide import Input
from orchestrator.core.dispatch import Sending, next_ready, send
from orchestrator.core.parking import to_cancel
from orchestrator.core.state import Shard
from orchestrator.core.timers import CancelJobs, Timer
from orchestrator.job.state import Active, Gone

FACTS_MAX = 2_000
"""A turn takes no further input once it has this many facts."""
TURN_BYTES_MAX = 8 * 1024 * 1024
"""Nor once it has this much to write, and then it dispatches nothing more: all of it must be sent before its transaction times out."""
RING_AGAIN = timedelta(minutes=5)
"""When a timer rings again that belongs to no job and broke the decider."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What a fact follows from. `label` makes the fact's id; `place` is None for a timer."""

    label: str
    at: datetime
    source: str
    place: tuple[str, int, int] | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class PutAside:
    """An input for the dead letters. `origin` is its place, and its number there if a request carried it."""

    recorded: Recorded[Input]
    reason: str
    subject: str | None
    origin: str


@dataclass(slots=True)
class Turn:
    """What a turn leaves to write. `begun` names what was met, rung and sent, for whoever must know what broke."""

    facts: list[Outgoing[Fact]] = field(default_factory=list)
    commands: list[Outgoing[Command]] = field(default_factory=list)
    put_aside: list[PutAside] = field(default_factory=list)
    broken_timers: list[str] = field(default_factory=list)
    """Why timers broke that belong to no job; they ring again later."""
    begun: list[str] = field(default_factory=list)
    inputs_taken: int = 0
    bytes: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.facts) >= FACTS_MAX or self.bytes >= TURN_BYTES_MAX


def take_turn(
    shard: Shard,
    inputs: Sequence[Recorded[Input]],
    timers: Iterable[Timer],
    now: datetime,
    source: str,
    *,
    suspects: Collection[str] = (),
    dispatches_max: int | None = None,
    turn: Turn | None = None,
) -> Turn:
    """`inputs_taken` of the inputs, in order; the caller brings the others again. `suspects`, as `begun` named them, are put aside.

    `turn` is given by a caller who must know what had begun when it raises.
    """
    turn = Turn() if turn is None else turn
    for timer in timers:
        _ring(shard, timer, now, source, turn, suspects)
    for recorded in inputs:
        if turn.is_full:
            break
        turn.inputs_taken += 1
        _meet(shard, recorded, now, source, turn, suspects)
    for job, position in islice(next_ready(shard, now), dispatches_max):
        _send(shard, job, position, now, source, turn, suspects=suspects)
        if turn.bytes >= TURN_BYTES_MAX:
            break
    return turn


def _meet(shard: Shard, recorded: Recorded[Input], now: datetime, source: str, turn: Turn, suspects: Collection[str]) -> None:
    topic, partition, offset = recorded.topic, recorded.partition, recorded.offset
    if offset < shard.positions.get(topic, 0):
        return  # Its facts are in the journal already.
    turn.begun.append(recorded.place)
    cause = Cause(recorded.place, now, source, (topic, partition, offset), recorded.envelope.traceparent)
    facts = poison.meet(shard, recorded, now, is_suspect=recorded.place in suspects)
    _take(shard, recorded, facts, cause, turn)
    if isinstance(recorded.message, JobUnparkRequested) and any(isinstance(fact, JobUnparked) for fact in facts):
        _meet_carried(shard, recorded, recorded.message, cause, turn)


def _meet_carried(shard: Shard, recorded: Recorded[Input], request: JobUnparkRequested, cause: Cause, turn: Turn) -> None:
    """The inputs of an unparking, as if they came now. One that breaks again parks its job again, and with it the rest."""
    for number, again in enumerate(redrive.carried(recorded, request), start=1):
        if isinstance(again.message, Undecodable):
            facts: Sequence[Fact] = (poison.send_back(again, again.message.reason, request, cause.at),)
        else:
            facts = poison.meet(shard, again, cause.at)
        _take(shard, again, facts, replace(cause, label=f"{cause.label}#{number}"), turn)


def _take(shard: Shard, recorded: Recorded[Input], facts: Sequence[Fact], cause: Cause, turn: Turn) -> None:
    try:
        _absorb(shard, facts, cause, turn)
    except OversizeError as fault:
        facts = decide.too_large(shard, recorded, str(fault), cause.at)
        _absorb(shard, facts, cause, turn)
    rejected = (fact for fact in facts if isinstance(fact, InputRejected))
    turn.put_aside.extend(PutAside(recorded, fact.reason, fact.subject, cause.label) for fact in rejected)


def _ring(shard: Shard, timer: Timer, now: datetime, source: str, turn: Turn, suspects: Collection[str]) -> None:
    name = ":".join((type(timer).__name__, *map(str, timer)))
    turn.begun.append(name)
    try:
        facts = poison.ring(shard, timer, now, is_suspect=name in suspects)
    except poison.Unheard as fault:
        turn.broken_timers.append(f"{type(timer).__name__}: {fault}")
        shard.timers.set(now + RING_AGAIN, timer)
        return
    _absorb(shard, facts, Cause(_ringing(name, facts, now), now, source), turn)
    if isinstance(timer, CancelJobs) and any(to_cancel(shard, timer.batch_id)):
        shard.timers.set(now, timer)


def _ringing(name: str, facts: Sequence[Fact], now: datetime) -> str:
    """The same timer rings again in a later round, and a batch's jobs are cancelled in steps, perhaps in one moment."""
    about = next((fact.job_id for fact in facts if isinstance(fact, JobCancelled)), "")
    return f"{name}:{now.isoformat()}:{about}" if about else f"{name}:{now.isoformat()}"


def _absorb(shard: Shard, facts: Sequence[Fact], cause: Cause, turn: Turn) -> None:
    """Apply and keep the facts, then what follows for the batches they touch. Raises OversizeError, and then nothing was changed."""
    touched: dict[str, None] = {}
    values = [encode(fact) for fact in facts]
    for number, (fact, value) in enumerate(zip(facts, values, strict=True)):
        touched.update(dict.fromkeys(_batches_touched(shard, fact)))
        _keep(shard, fact, value, cause, number, turn)
    number = len(facts)
    for batch_id in touched:
        for fact in batches.end(shard.batches[batch_id], cause.at):
            _keep(shard, fact, encode(fact), cause, number, turn)
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


def _keep(shard: Shard, fact: Fact, value: bytes, cause: Cause, number: int, turn: Turn) -> None:
    apply(shard, fact, None if cause.place is None else (cause.place[0], cause.place[2]))
    place = None if cause.place is None else "/".join(map(str, cause.place))
    envelope = Envelope(f"{cause.label}.{number}", fact.type_name, cause.source, fact.at, cause.traceparent, place)
    turn.facts.append(Outgoing(fact, envelope, value=value))
    turn.bytes += len(value)


def _send(shard: Shard, job: Active, position: int, now: datetime, source: str, turn: Turn, *, suspects: Collection[str]) -> None:
    label = f"{job.order.job_id}:{position}:{job.tasks[position].attempt + 1}"
    turn.begun.append(label)
    cause = Cause(f"{label}.dispatched", now, source, traceparent=job.order.traceparent)
    try:
        sending = poison.BROKE_THE_SHARD if label in suspects else send(shard, job, position, now)
    except Exception as fault:  # noqa: BLE001 - whatever a mistake of ours raises
        sending = poison.why(fault)
    match sending:
        case Sending():
            _write(shard, sending, label, cause, turn)
        case str() as reason:
            _absorb(shard, poison.park(shard, job.order.job_id, reason, now), cause, turn)


def _write(shard: Shard, sending: Sending, label: str, cause: Cause, turn: Turn) -> None:
    _absorb(shard, (sending.dispatched,), cause, turn)
    _absorb(shard, sending.follows, replace(cause, label=f"{cause.label}.given-up"), turn)
    if sending.command is not None:
        envelope = Envelope(label, sending.command.type_name, cause.source, cause.at, cause.traceparent)
        turn.commands.append(Outgoing(sending.command, envelope, sending.dispatched.partition, sending.value))
        turn.bytes += len(sending.value)
