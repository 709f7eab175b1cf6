"""Takes away what a replay leaves behind: a ready entry and a timer for every step there ever was. Changes nothing that is decided."""

from typing import assert_never

from orchestrator.core import index
from orchestrator.core.parking import stands_still, to_cancel
from orchestrator.core.state import Shard
from orchestrator.core.timers import AccountOpens, BatchExpires, CancelJobs, JobExpires, LeaseEnds, RestEnds, Timer
from orchestrator.dispatch.ready import ReadyTasks
from orchestrator.job.state import Active, Paused, Resting, Running


def sweep(shard: Shard) -> None:
    """Entries and timers that have lost their point would be ignored one by one; after a long journal they are millions."""
    for lane in shard.lanes.values():
        lane.ready = ReadyTasks()
    shard.unconnected.clear()
    for job_id in shard.ages:
        job = shard.jobs[job_id]
        if isinstance(job, Active) and not stands_still(shard, job_id):
            index.all_ready(shard, job)
    shard.timers.keep(lambda timer: _has_point(shard, timer))
    shard.announced_count = sum(batch.to_come for batch in shard.batches.values())


def _has_point(shard: Shard, timer: Timer) -> bool:
    match timer:
        case LeaseEnds():
            return _is_running(shard, timer) and not stands_still(shard, timer.job_id)
        case RestEnds():
            return isinstance(shard.jobs.get(timer.job_id), Resting) and not stands_still(shard, timer.job_id)
        case JobExpires():
            return isinstance(shard.jobs.get(timer.job_id), Active | Resting | Paused) and not stands_still(shard, timer.job_id)
        case BatchExpires():
            batch = shard.batches.get(timer.batch_id)
            return batch is not None and batch.takes_items
        case CancelJobs():
            return any(to_cancel(shard, timer.batch_id))
        case AccountOpens():
            return timer.account in shard.pauses
        case _:
            assert_never(timer)


def _is_running(shard: Shard, lease: LeaseEnds) -> bool:
    job = shard.jobs.get(lease.job_id)
    if not isinstance(job, Active | Resting | Paused):
        return False
    task = job.tasks[lease.position]
    return isinstance(task, Running) and task.attempt == lease.attempt
