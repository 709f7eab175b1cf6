"""How facts change a batch. Never refuses and never decides."""

from dataclasses import replace

from hawker.contracts.facts import BatchAccepted, BatchCancelled, BatchClosed, BatchEnded, BatchItemsAccepted
from hawker.contracts.words import JobStatus
from orchestrator.batch.state import Batch, count

type BatchFact = BatchItemsAccepted | BatchCancelled | BatchClosed | BatchEnded


def accept(fact: BatchAccepted) -> Batch:
    return Batch(
        batch_id=fact.batch_id,
        tenant_id=fact.tenant_id,
        account_id=fact.account_id,
        marketplace=fact.marketplace,
        action=fact.action,
        priority=fact.priority,
        item_count=fact.item_count,
        wait=fact.expires_at - fact.at,
        expires_at=fact.expires_at,
        traceparent=fact.traceparent,
    )


def evolve(batch: Batch, fact: BatchFact) -> Batch:
    match fact:
        case BatchItemsAccepted():
            return replace(batch, chunks=batch.chunks | 1 << fact.sequence, accepted=batch.accepted + fact.item_count)
        case BatchCancelled():
            return replace(batch, cancelled=True)
        case BatchClosed():
            return replace(batch, closed_because=fact.reason)
        case BatchEnded():
            return replace(batch, ended=True)


def job_ended(batch: Batch, status: JobStatus) -> Batch:
    return replace(batch, counts=count(batch.counts, status, 1))


def job_began_again(batch: Batch, status: JobStatus) -> Batch:
    """A person retried a job that had ended with `status`: the batch is open again until that one ends."""
    return replace(batch, counts=count(batch.counts, status, -1), ended=False)
