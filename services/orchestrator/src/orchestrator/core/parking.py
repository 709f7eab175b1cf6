"""A job that broke the decider stands still until an operator says how to go on: nothing of it is dispatched, rested, expired or concluded.

    JobParked --> its inputs go to the dead letters, in order --> JobUnparkRequested: JobUnparked, then the inputs, as if they came now

The id may be of no job yet, when its own request broke the decider. Of two tenants that use one id, each parks only its own.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from hawker.contracts.facts import JobParked, JobUnparked
from hawker.contracts.requests import JobUnparkRequested
from orchestrator.core import index
from orchestrator.core.memory import remember
from orchestrator.core.state import Parked, Shard
from orchestrator.core.timers import CancelJobs
from orchestrator.job.state import Active, Live, Paused, Resting


def stands_still(shard: Shard, job_id: str) -> bool:
    """Whether this job, if it is one, is parked."""
    parked = shard.parked.get(job_id)
    return parked is not None and _tenant(shard, job_id) in {None, parked.tenant_id}


def is_parked(shard: Shard, job_id: str, tenant_id: str) -> bool:
    """Whether this tenant's inputs about the id are put aside."""
    parked = shard.parked.get(job_id)
    return parked is not None and parked.tenant_id == tenant_id


def to_cancel(shard: Shard, batch_id: str) -> Iterator[str]:
    """Live jobs of a batch, without those that stand still: they are cancelled once they move again."""
    return (name for name in shard.live_by_batch.get(batch_id, {}) if not stands_still(shard, name))


def park(shard: Shard, fact: JobParked) -> None:
    if (job := _live(shard, fact.job_id)) is not None and not stands_still(shard, fact.job_id):
        index.job_parked(shard, job)
    shard.parked[fact.job_id] = Parked(fact.tenant_id, fact.reason, fact.at)
    remember(shard, fact.at, "parked", fact.job_id)


def unpark(shard: Shard, fact: JobUnparked) -> None:
    if not is_parked(shard, fact.job_id, fact.tenant_id):
        return
    job = _live(shard, fact.job_id)
    stood_still = stands_still(shard, fact.job_id)
    del shard.parked[fact.job_id]
    if job is None or not stood_still:
        return
    shard.jobs[fact.job_id] = job = replace(job, expires_at=fact.expires_at or job.expires_at)
    index.job_unparked(shard, job)
    batch = shard.batches.get(job.order.batch_id or "")
    if batch is not None and batch.cancelled:
        shard.timers.set(fact.at, CancelJobs(batch.batch_id))


def let_go(shard: Shard, request: JobUnparkRequested, now: datetime) -> JobUnparked:
    """Written even when the job is not parked: the operator's word is on record, and its repeat is known."""
    job = _live(shard, request.job_id)
    parked = shard.parked.get(request.job_id)
    is_held = parked is not None and is_parked(shard, request.job_id, request.tenant_id)
    expires_at = job.expires_at + (now - parked.at) if job is not None and parked is not None and is_held else None
    return JobUnparked(tenant_id=request.tenant_id, at=now, job_id=request.job_id, request_id=request.request_id, expires_at=expires_at)


def _live(shard: Shard, job_id: str) -> Live | None:
    job = shard.jobs.get(job_id)
    return job if isinstance(job, Active | Resting | Paused) else None


def _tenant(shard: Shard, job_id: str) -> str | None:
    job = _live(shard, job_id)
    return None if job is None else job.order.tenant_id
