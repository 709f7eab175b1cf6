"""How facts change a batch's row. Its counts are no business of this room: they follow from its jobs' rows."""

from hawker.contracts.facts import BatchAccepted, BatchClosed, BatchEnded
from orchestrator.projections.jsontext import plain
from orchestrator.projections.rows import BatchChange, NewBatch, Rows


def accept(rows: Rows, fact: BatchAccepted, offset: int) -> None:
    rows.new_batches.append(
        NewBatch(
            tenant_id=fact.tenant_id,
            batch_id=fact.batch_id,
            account_id=fact.account_id,
            marketplace=fact.marketplace,
            action=fact.action,
            priority=fact.priority,
            item_count=fact.item_count,
            requested_at=fact.at,
            expires_at=fact.expires_at,
            offset=offset,
        )
    )


def close(rows: Rows, fact: BatchClosed, offset: int) -> None:
    """Its status waits for the jobs that came."""
    key = (fact.tenant_id, fact.batch_id)
    status, ended_at = (before.status, before.ended_at) if (before := rows.batch_changes.get(key)) else (None, None)
    rows.batch_changes[key] = BatchChange(*key, status, fact.missing, plain(fact.reason), ended_at, offset)


def end(rows: Rows, fact: BatchEnded, offset: int) -> None:
    key = (fact.tenant_id, fact.batch_id)
    reason = None if fact.reason is None else plain(fact.reason)
    rows.batch_changes[key] = BatchChange(*key, fact.status, fact.missing, reason, fact.at, offset)
