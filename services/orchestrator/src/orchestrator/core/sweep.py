"""Derives the indexes anew from the values: what is ready, what falls due. Changes nothing that is decided.

A replay leaves a ready entry and a timer behind for every step there ever was, a snapshot has none at all; after a sweep both have the same.
"""

from collections.abc import Iterator
from itertools import islice

from orchestrator.core import index
from orchestrator.core.parking import stands_still, to_cancel
from orchestrator.core.rows import EPOCH
from orchestrator.core.state import Shard
from orchestrator.core.timers import AccountOpens, BatchExpires, CancelJobs, JobExpires, LeaseEnds, RestEnds, Timers
from orchestrator.dispatch.ready import ReadyTasks
from orchestrator.job.state import Active, Live, Paused, Resting, Running

SLICE_JOBS = 200
"""So many at a time; whoever drives a sweep may give its loop to others in between."""


def sweep(shard: Shard) -> None:
    for _ in sweeping(shard):
        pass


def sweeping(shard: Shard) -> Iterator[None]:
    """In slices. Nothing else may touch the shard until the last one."""
    for lane in shard.lanes.values():
        lane.ready = ReadyTasks()
    shard.timers = Timers()
    names = iter(shard.ages)
    while slice_ := list(islice(names, SLICE_JOBS)):
        for job_id in slice_:
            _derive_job(shard, job_id)
        yield
    _derive_batches(shard)
    for account, until in shard.pauses.items():
        shard.timers.set(until, AccountOpens(account))


def _derive_job(shard: Shard, job_id: str) -> None:
    job = shard.jobs[job_id]
    assert isinstance(job, Active | Resting | Paused), "only live jobs have an age"
    if stands_still(shard, job_id):
        return
    shard.timers.set(job.expires_at, JobExpires(job_id))
    _set_leases(shard, job)
    if isinstance(job, Resting):
        shard.timers.set(job.due_at, RestEnds(job_id))
    if isinstance(job, Active):
        index.all_ready(shard, job)


def _set_leases(shard: Shard, job: Live) -> None:
    for position, task in enumerate(job.tasks):
        if isinstance(task, Running):
            shard.timers.set(task.lease_until, LeaseEnds(job.order.job_id, position, task.attempt))


def _derive_batches(shard: Shard) -> None:
    for batch in shard.batches.values():
        if batch.takes_items:
            shard.timers.set(batch.expires_at, BatchExpires(batch.batch_id))
        if batch.cancelled and any(to_cancel(shard, batch.batch_id)):
            shard.timers.set(EPOCH, CancelJobs(batch.batch_id))  # Due since it was cancelled.
    shard.announced_count = sum(batch.to_come for batch in shard.batches.values())
