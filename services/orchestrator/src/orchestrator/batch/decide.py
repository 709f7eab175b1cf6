"""What follows when something meets a batch: its request, its items, its deadline, its cancelling, the end of its last job."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from hawker.contracts.facts import (
    BatchAccepted,
    BatchCancelled,
    BatchClosed,
    BatchEnded,
    BatchItemsAccepted,
    JobAccepted,
    RequestRefused,
    TaskSpec,
)
from hawker.contracts.listings import Product
from hawker.contracts.requests import BatchCancelRequested, BatchItemsAdded, BatchRequested
from hawker.contracts.words import BatchStatus
from orchestrator.batch.state import Batch

type Plan = Callable[[Product], tuple[TaskSpec, ...]]
type JobIds = Callable[[str, int, int], str]
"""Batch id, chunk, place in the chunk: the job's id, always the same."""
type Decision = Sequence[BatchAccepted | BatchItemsAccepted | BatchCancelled | BatchClosed | BatchEnded | JobAccepted | RequestRefused]


def request(batch: Batch | None, wish: BatchRequested, now: datetime, traceparent: str | None) -> Decision:
    if batch is not None:
        return ()  # The same request again.
    return (
        BatchAccepted(
            tenant_id=wish.tenant_id,
            at=now,
            batch_id=wish.batch_id,
            account_id=wish.account_id,
            marketplace=wish.marketplace,
            action=wish.action,
            priority=wish.priority,
            item_count=wish.item_count,
            expires_at=now + timedelta(seconds=wish.wait_seconds_max),
            traceparent=traceparent,
        ),
    )


def add_items(batch: Batch | None, wish: BatchItemsAdded, plan: Plan | None, job_ids: JobIds, now: datetime) -> Decision:
    if batch is None or plan is None:
        return (_refuse_items(wish, "there is no such batch: request it first", now, may_pass_later=True),)
    if batch.has_chunk(wish.sequence):
        return ()  # The same chunk again.
    if not batch.takes_items:
        return (_refuse_items(wish, "the batch takes no more items", now),)
    if len(wish.products) > batch.missing:
        return (_refuse_items(wish, f"the batch was announced with {batch.item_count} items, {batch.missing} are open", now),)
    accepted = BatchItemsAccepted(
        tenant_id=wish.tenant_id, at=now, batch_id=wish.batch_id, sequence=wish.sequence, item_count=len(wish.products)
    )
    jobs = (
        _job(batch, product, job_ids(batch.batch_id, wish.sequence, index), plan(product), now)
        for index, product in enumerate(wish.products)
    )
    return (accepted, *jobs)


def cancel(batch: Batch | None, wish: BatchCancelRequested, now: datetime) -> Decision:
    reason = "there is no such batch" if batch is None else "the batch has ended" if batch.ended else None
    if reason is not None or batch is None:
        return (_refuse_cancel(wish, reason or "", now),)
    if batch.cancelled:
        return ()
    return (BatchCancelled(tenant_id=batch.tenant_id, at=now, batch_id=batch.batch_id, request_id=wish.request_id),)


def expire(batch: Batch | None, now: datetime) -> Decision:
    """Items that have not come by the deadline are not waited for."""
    if batch is None or not batch.takes_items or batch.missing == 0 or batch.expires_at > now:
        return ()
    reason = f"{batch.missing} of {batch.item_count} items did not come within {batch.wait}"
    return (BatchClosed(tenant_id=batch.tenant_id, at=now, batch_id=batch.batch_id, missing=batch.missing, reason=reason),)


def end(batch: Batch, now: datetime) -> Decision:
    if batch.ended or not batch.is_done:
        return ()
    counts = batch.counts
    return (
        BatchEnded(
            tenant_id=batch.tenant_id,
            at=now,
            batch_id=batch.batch_id,
            status=status(batch),
            completed=counts.completed,
            failed=counts.failed,
            cancelled=counts.cancelled,
            expired=counts.expired,
            missing=batch.missing,
            reason=batch.closed_because,
        ),
    )


def status(batch: Batch) -> BatchStatus:
    """How a batch ended: cancelled by a person, all completed, none completed, or some."""
    counts = batch.counts
    if batch.cancelled or (counts.cancelled and counts.cancelled == batch.item_count):
        return BatchStatus.CANCELLED
    if counts.completed == batch.item_count:
        return BatchStatus.COMPLETED
    return BatchStatus.PARTIALLY_FAILED if counts.completed else BatchStatus.FAILED


def _job(batch: Batch, product: Product, job_id: str, tasks: tuple[TaskSpec, ...], now: datetime) -> JobAccepted:
    return JobAccepted(
        tenant_id=batch.tenant_id,
        at=now,
        job_id=job_id,
        batch_id=batch.batch_id,
        account_id=batch.account_id,
        marketplace=batch.marketplace,
        action=batch.action,
        priority=batch.priority,
        product=product,
        tasks=tasks,
        expires_at=now + batch.wait,
        traceparent=batch.traceparent,
    )


def _refuse_items(wish: BatchItemsAdded, reason: str, now: datetime, *, may_pass_later: bool = False) -> RequestRefused:
    return RequestRefused(
        tenant_id=wish.tenant_id,
        at=now,
        request_type=wish.type_name,
        subject=f"{wish.batch_id}/{wish.sequence}",
        reason=reason,
        may_pass_later=may_pass_later,
    )


def _refuse_cancel(wish: BatchCancelRequested, reason: str, now: datetime) -> RequestRefused:
    return RequestRefused(
        tenant_id=wish.tenant_id,
        at=now,
        request_type=wish.type_name,
        subject=wish.batch_id,
        reason=reason,
        request_id=wish.request_id,
    )
