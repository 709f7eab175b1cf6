"""Which tasks go now: as many as the windows have room for, in the order of the ready queues, with their commands."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.facts import TaskDispatched
from hawker.contracts.limits import LEASE_GRACE_SECONDS
from hawker.contracts.words import TaskKind
from orchestrator.core import index
from orchestrator.core.parking import stands_still
from orchestrator.core.state import LaneState, Shard
from orchestrator.dispatch.commands import command
from orchestrator.dispatch.ready import Ready
from orchestrator.job.state import AccountKey, Active, Waiting, is_ready

DISPATCHES_MAX = 500
"""Commands of one lane in one transaction."""
GRACE = timedelta(seconds=LEASE_GRACE_SECONDS)


def next_dispatches(shard: Shard, now: datetime) -> Iterator[tuple[Active, TaskDispatched]]:
    """Each must be applied before the next is asked for: it takes room in its window."""
    for lane in shard.lanes.values():
        yield from _of_lane(shard, lane, now)


def command_of(job: Active, fact: TaskDispatched) -> tuple[ExecuteTask, int | None]:
    """The command and, for a browser session, the partition that reaches it. Raises PickError."""
    return command(job, fact), fact.partition


def _of_lane(shard: Shard, lane: LaneState, now: datetime) -> Iterator[tuple[Active, TaskDispatched]]:
    def is_open(account: AccountKey) -> bool:
        until = shard.pauses.get(account)
        return until is None or until <= now

    def is_wanted(entry: Ready) -> bool:
        return _still_ready(shard, entry, now) is not None

    if not lane.window.free:
        return
    for count, entry in enumerate(lane.ready.take(is_open, is_wanted), start=1):
        job = shard.jobs[entry.job_id]
        assert isinstance(job, Active), "it was ready a moment ago"
        if (fact := _dispatch(shard, job, entry.position, now)) is not None:
            yield job, fact
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


def _dispatch(shard: Shard, job: Active, position: int, now: datetime) -> TaskDispatched | None:
    spec, task = job.order.plan[position], job.tasks[position]
    assert isinstance(task, Waiting), "only a waiting task is dispatched"
    session = shard.sessions.get(job.order.account) if spec.kind is TaskKind.PLUGIN_HTTP else None
    if spec.kind is TaskKind.PLUGIN_HTTP and session is None:
        index.wait_for_session(shard, job, position)
        return None
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
