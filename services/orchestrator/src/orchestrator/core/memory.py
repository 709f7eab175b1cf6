"""What a shard forgets: ended jobs and batches, answered requests and parked ids without a living job, once no repeat can come any more."""

from datetime import datetime

from orchestrator.core.state import MEMORY, Shard
from orchestrator.job.state import Gone, Stopped

FORGET_MAX = 100
"""Forgotten with one fact at the most, so that no single fact takes long."""


def remember(shard: Shard, at: datetime, kind: str, name: str) -> None:
    shard.to_forget.append((at, kind, name))


def forget_old(shard: Shard, now: datetime) -> None:
    for _ in range(FORGET_MAX):
        if not shard.to_forget or shard.to_forget[0][0] > now - MEMORY:
            return
        learned_at, kind, name = shard.to_forget.popleft()
        _forget(shard, kind, name, learned_at)


def _forget(shard: Shard, kind: str, name: str, learned_at: datetime) -> None:
    match kind:
        case "job":
            if isinstance(shard.jobs.get(name), Stopped | Gone):
                del shard.jobs[name]
        case "batch":
            batch = shard.batches.get(name)
            if batch is not None and batch.ended:
                del shard.batches[name]
                shard.live_by_batch.pop(name, None)
        case "parked":
            parked = shard.parked.get(name)
            if parked is not None and parked.at == learned_at and not _lives(shard, name, parked.tenant_id):
                del shard.parked[name]
        case "answer":
            shard.answered.discard(name)
        case _:
            raise AssertionError(kind)


def _lives(shard: Shard, job_id: str, tenant_id: str) -> bool:
    """Whether a living job of this tenant stands behind a parked id: it leaves only when an operator lets it go."""
    job = shard.jobs.get(job_id)
    return job is not None and not isinstance(job, Stopped | Gone) and job.order.tenant_id == tenant_id
