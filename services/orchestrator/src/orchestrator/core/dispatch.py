"""Which tasks go now: as many as the windows have room for, in the order of the ready queues, with their commands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hawker.contracts.codec import OversizeError, encode
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.facts import Fact, TaskDispatched
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.limits import LEASE_GRACE_SECONDS
from hawker.contracts.outcomes import TaskFailed
from hawker.contracts.words import TaskKind
from orchestrator.core.parking import stands_still
from orchestrator.core.state import LaneState, Shard
from orchestrator.dispatch.commands import PickError, command
from orchestrator.dispatch.ready import Ready, Way
from orchestrator.job.decide import conclude
from orchestrator.job.evolve import evolve
from orchestrator.job.state import AccountKey, Active, Waiting, is_ready

DISPATCHES_MAX = 500
"""Commands of one lane in one transaction."""
GRACE = timedelta(seconds=LEASE_GRACE_SECONDS)


@dataclass(frozen=True, slots=True)
class Sending:
    """A task that goes, and its command; `value` is its bytes; or, where it cannot be written, what follows from that."""

    dispatched: TaskDispatched
    command: ExecuteTask | None
    value: bytes = b""
    follows: Sequence[Fact] = ()


def next_ready(shard: Shard, now: datetime) -> Iterator[tuple[Active, int]]:
    """Jobs and positions. Each must be sent and applied before the next is asked for: it takes room in its window."""
    for lane in shard.lanes.values():
        yield from _of_lane(shard, lane, now)


def send(shard: Shard, job: Active, position: int, now: datetime) -> Sending:
    dispatched = _dispatch(shard, job, position, now)
    try:
        asked = command(job, dispatched)
        return Sending(dispatched, asked, encode(asked))
    except (PickError, OversizeError) as fault:
        return Sending(dispatched, None, follows=_give_up(job, dispatched, str(fault)))


def _give_up(job: Active, dispatched: TaskDispatched, reason: str) -> Sequence[Fact]:
    """The command cannot be written: an earlier step did not leave what this one needs, or left too much. No worker is asked."""
    failure = Failure(kind=FailureKind.REJECTED, reason=f"an earlier step did not leave what this one needs: {reason}", code="pick")
    outcome = TaskFailed(
        tenant_id=dispatched.tenant_id,
        job_id=dispatched.job_id,
        position=dispatched.position,
        attempt=dispatched.attempt,
        waited_ms=0,
        took_ms=0,
        failure=failure,
    )
    return conclude(evolve(job, dispatched), outcome, dispatched.at)


def _of_lane(shard: Shard, lane: LaneState, now: datetime) -> Iterator[tuple[Active, int]]:
    def way(account: AccountKey) -> Way:
        until = shard.pauses.get(account)
        if until is not None and until > now:
            return Way.CLOSED
        return Way.OPEN if account in shard.sessions else Way.NO_BROWSER

    def is_wanted(entry: Ready) -> bool:
        return _still_ready(shard, entry, now) is not None

    if not lane.window.free:
        return
    for count, entry in enumerate(lane.ready.take(way, is_wanted), start=1):
        job = shard.jobs[entry.job_id]
        assert isinstance(job, Active), "it was ready a moment ago"
        yield job, entry.position
        if not lane.window.free or count >= DISPATCHES_MAX:
            return


def _still_ready(shard: Shard, entry: Ready, now: datetime) -> Active | None:
    """The entry's job, if its task still waits and may run. Others come back when their state changes."""
    job = shard.jobs.get(entry.job_id)
    if stands_still(shard, entry.job_id):
        return None
    if not isinstance(job, Active) or not is_ready(job, entry.position) or job.expires_at <= now:
        return None
    batch = shard.batches.get(job.order.batch_id or "")
    return None if batch is not None and batch.cancelled else job


def _dispatch(shard: Shard, job: Active, position: int, now: datetime) -> TaskDispatched:
    spec, task = job.order.plan[position], job.tasks[position]
    assert isinstance(task, Waiting), "only a waiting task is dispatched"
    session = shard.sessions.get(job.order.account) if spec.kind is TaskKind.PLUGIN_HTTP else None
    assert session is not None or spec.kind is not TaskKind.PLUGIN_HTTP, "a task for a browser waits until one is there"
    deadline = now + timedelta(seconds=spec.timeout_seconds)
    return TaskDispatched(
        tenant_id=job.order.tenant_id,
        at=now,
        job_id=job.order.job_id,
        position=position,
        attempt=task.attempt + 1,
        look_first=task.look_first,
        deadline=deadline + GRACE / 2,
        lease_until=deadline + GRACE,
        session=session.session if session else None,
        epoch=session.epoch if session else None,
        partition=session.partition if session else None,
    )
