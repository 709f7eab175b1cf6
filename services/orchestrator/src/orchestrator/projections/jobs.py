"""How facts change a job's row.

pending --first task of a round dispatched--> running --> completed | failed | cancelled | expired
   ^                                            |
   +-----------------next round-----------------+          paused <--> pending or running
"""

from datetime import datetime
from typing import NamedTuple, assert_never

from hawker.contracts.facts import (
    JobAccepted,
    JobCancelled,
    JobCompleted,
    JobExpired,
    JobFailed,
    JobParked,
    JobPaused,
    JobResumed,
    JobRetryScheduled,
    JobRetryStarted,
    JobUnparked,
    TaskDispatched,
)
from hawker.contracts.failures import Failure
from hawker.contracts.listings import Listing
from hawker.contracts.words import JobStatus
from orchestrator.projections.jsontext import json_text, plain
from orchestrator.projections.rows import JobChange, JobParking, Json, NewJob, NewListing, Rows

type Turn = JobRetryScheduled | JobRetryStarted | JobPaused | JobResumed | JobCompleted | JobFailed | JobCancelled | JobExpired

RESUMED = "resumed"
"""No status: running if the round had begun before the pause, else pending. The page may not know; the row does."""
_UNKNOWN = JobChange("", "", "", None, None, None, None, None, None, None, None, None, 0)


class _State(NamedTuple):
    """What one fact says. None keeps `began`, `retry_count`, `listing` and `expires_at`."""

    status: str
    began: bool | None = None
    retry_count: int | None = None
    reason: str | None = None
    failure: Json | None = None
    listing: Json | None = None
    expires_at: datetime | None = None
    due_at: datetime | None = None
    ended_at: datetime | None = None


def accept(rows: Rows, fact: JobAccepted, offset: int) -> None:
    rows.job_parkings.pop(
        (fact.tenant_id, fact.job_id), None
    )  # Of an id without a row: a page that ended before this fact would have changed none.
    rows.new_jobs.append(
        NewJob(
            tenant_id=fact.tenant_id,
            job_id=fact.job_id,
            batch_id=fact.batch_id,
            account_id=fact.account_id,
            marketplace=fact.marketplace,
            action=fact.action,
            handle=plain(fact.product.handle),
            title=plain(fact.product.title),
            priority=fact.priority,
            created_at=fact.at,
            expires_at=fact.expires_at,
            offset=offset,
        )
    )


def begin(rows: Rows, fact: TaskDispatched, offset: int) -> None:
    """The first task of a round; the others change nothing."""
    before = rows.job_changes.get((fact.tenant_id, fact.job_id))
    if before is None or before.status != JobStatus.RUNNING:
        _put(rows, fact, _State(JobStatus.RUNNING, began=True), offset, opened_at_offset=offset)


def change(rows: Rows, fact: Turn, offset: int) -> None:
    asked_by_a_person = isinstance(fact, JobRetryStarted) and fact.request_id is not None
    _put(rows, fact, _say(fact), offset, opened_at_offset=offset if asked_by_a_person else None)


def park(rows: Rows, fact: JobParked | JobUnparked, offset: int) -> None:
    """The status stays; only why nothing happens is said beside it."""
    key = (fact.tenant_id, fact.job_id)
    reason = plain(fact.reason) if isinstance(fact, JobParked) else None
    before = rows.job_parkings.get(key)
    said = fact.expires_at if isinstance(fact, JobUnparked) else None
    kept = None if before is None else before.expires_at  # A second unparking says none.
    rows.job_parkings[key] = JobParking(*key, reason, said or kept, offset)
    if said is not None and (change := rows.job_changes.get(key)) is not None:
        rows.job_changes[key] = change._replace(expires_at=said)


def put_listing(rows: Rows, fact: JobCompleted, offset: int) -> None:
    listing = fact.listing
    if listing is not None:
        rows.new_listings.append(
            NewListing(
                fact.tenant_id,
                fact.job_id,
                plain(listing.listing_id),
                plain(listing.url),
                json_text(listing.skus),
                fact.at,
                offset,
            )
        )


def _say(fact: Turn) -> _State:
    match fact:
        case JobRetryScheduled():
            return _State(JobStatus.PENDING, began=False, due_at=fact.due_at)
        case JobRetryStarted():
            return _State(JobStatus.PENDING, began=False, retry_count=fact.round, expires_at=fact.expires_at)
        case JobPaused():
            return _State(JobStatus.PAUSED)
        case JobResumed():
            return _State(RESUMED, expires_at=fact.expires_at)
        case JobCompleted():
            return _State(JobStatus.COMPLETED, listing=_json_or_none(fact.listing), ended_at=fact.at)
        case JobFailed():
            return _State(JobStatus.FAILED, reason=plain(fact.reason), failure=_json_or_none(fact.failure), ended_at=fact.at)
        case JobCancelled():
            return _State(JobStatus.CANCELLED, ended_at=fact.at)
        case JobExpired():
            return _State(JobStatus.EXPIRED, reason=plain(fact.reason), ended_at=fact.at)
        case _:
            assert_never(fact)


def _json_or_none(value: Failure | Listing | None) -> Json | None:
    return None if value is None else json_text(value)


def _put(rows: Rows, fact: Turn | TaskDispatched, state: _State, offset: int, *, opened_at_offset: int | None) -> None:
    key = (fact.tenant_id, fact.job_id)
    before = rows.job_changes.get(key, _UNKNOWN)
    rows.job_changes[key] = JobChange(
        tenant_id=fact.tenant_id,
        job_id=fact.job_id,
        status=state.status,
        began=before.began if state.began is None else state.began,
        opened_at_offset=before.opened_at_offset if opened_at_offset is None else opened_at_offset,
        retry_count=before.retry_count if state.retry_count is None else state.retry_count,
        reason=state.reason,
        failure=state.failure,
        listing=before.listing if state.listing is None else state.listing,
        expires_at=before.expires_at if state.expires_at is None else state.expires_at,
        due_at=state.due_at,
        ended_at=state.ended_at,
        offset=offset,
    )
