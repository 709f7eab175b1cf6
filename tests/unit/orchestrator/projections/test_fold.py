"""A page of facts becomes rows: one change per key, the last."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from hawker.contracts.envelope import Envelope
from hawker.contracts.facts import (
    AttemptDeferred,
    AttemptFailed,
    AttemptTimedOut,
    BatchClosed,
    BatchEnded,
    Fact,
    JobAccepted,
    JobCancelled,
    JobParked,
    JobPaused,
    JobResumed,
    JobRetryStarted,
    JobUnparked,
    RequestRefused,
    TaskCompleted,
    TaskDispatched,
)
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.recorded import Recorded
from hawker.contracts.words import BatchStatus
from orchestrator.projections.fold import fold
from orchestrator.projections.rows import HistoryEntry, JobChange, Rows, TaskChange
from tests.support.stories import NOON, Story, batch_requested, items_added, job_requested

WHO = {"tenant_id": "demo", "at": NOON}
JOB = WHO | {"job_id": "j"}
TASK = JOB | {"position": 0, "attempt": 1}
FAILURE = Failure(kind=FailureKind.TRANSIENT, reason="later")


def page(*facts: Fact, first: int = 10) -> Rows:
    return fold(
        Recorded("hawker.journal", 2, first + number, Envelope(str(number), fact.type_name, "test", fact.at), fact)
        for number, fact in enumerate(facts)
    )


def dispatched() -> TaskDispatched:
    return TaskDispatched.model_validate(TASK | {"deadline": NOON, "lease_until": NOON})


def completed() -> TaskCompleted:
    return TaskCompleted.model_validate(TASK | {"at": NOON + timedelta(seconds=2), "result": {"url": "u"}, "waited_ms": 1, "took_ms": 2})


def again(round_: int = 1, request_id: str | None = None) -> JobRetryStarted:
    return JobRetryStarted.model_validate(JOB | {"round": round_, "again": (0,), "expires_at": NOON, "request_id": request_id})


def the_task(*facts: Fact) -> TaskChange:
    [change] = page(*facts).task_changes.values()
    return change


def the_job(*facts: Fact) -> JobChange:
    [change] = page(*facts).job_changes.values()
    return change


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ([dispatched()], "processing"),
        ([completed()], "success"),
        ([AttemptFailed.model_validate(TASK | {"failure": FAILURE, "waited_ms": 1, "took_ms": 1})], "failed"),
        ([AttemptTimedOut.model_validate(TASK)], "timeout"),
        ([AttemptDeferred.model_validate(TASK | {"failure": FAILURE})], "pending"),
        ([AttemptTimedOut.model_validate(TASK), again()], "pending"),
        ([dispatched(), completed()], "success"),
    ],
)
def test_the_last_fact_says_how_a_task_is(facts: Sequence[Fact], status: str) -> None:
    assert the_task(*facts).status == status


def test_a_task_that_began_and_ended_in_one_page_keeps_both_moments() -> None:
    change = the_task(dispatched(), completed())
    assert (change.started_at, change.ended_at, change.offset) == (NOON, NOON + timedelta(seconds=2), 11)


def test_a_task_that_began_in_an_earlier_page_leaves_that_moment_to_the_row() -> None:
    assert the_task(completed()).started_at is None


def test_a_task_that_runs_again_keeps_its_attempt_and_counts_the_round() -> None:
    change = the_task(dispatched(), AttemptTimedOut.model_validate(TASK), again(round_=2))
    assert (change.attempt, change.retry_count, change.failure, change.ended_at) == (1, 2, None, None)


def test_a_timed_out_task_says_why() -> None:
    assert "no answer came in time" in (the_task(AttemptTimedOut.model_validate(TASK)).failure or "")


def test_only_the_first_task_of_a_round_changes_its_job() -> None:
    assert the_job(dispatched(), completed(), dispatched()).offset == 10


def test_a_round_that_a_person_asked_for_opens_the_batch_again() -> None:
    assert the_job(again(0, "wish")).opened_at_offset == 10
    assert the_job(again(1)).opened_at_offset is None


def test_a_resumed_job_is_what_it_was_before_the_pause() -> None:
    paused, resumed = (
        JobPaused.model_validate(JOB | {"request_id": "a"}),
        JobResumed.model_validate(JOB | {"request_id": "b", "expires_at": NOON}),
    )
    assert (the_job(dispatched(), paused, resumed).status, the_job(dispatched(), paused, resumed).began) == ("resumed", True)
    assert the_job(paused, resumed).began is None  # The row knows.


def test_a_cancelled_jobs_unfinished_tasks_are_left_to_the_rows() -> None:
    rows = page(JobCancelled.model_validate(JOB))
    assert [(stopped.job_id, stopped.offset) for stopped in rows.stopped_jobs.values()] == [("j", 10)]


def test_a_batch_that_is_closed_keeps_its_status_until_it_ends() -> None:
    closed = BatchClosed.model_validate(WHO | {"batch_id": "b", "missing": 3, "reason": "too late"})
    counts = {"completed": 1, "failed": 0, "cancelled": 0, "expired": 0, "missing": 3}
    ended = BatchEnded.model_validate(WHO | {"batch_id": "b", "status": BatchStatus.PARTIALLY_FAILED, "reason": "too late"} | counts)
    [change] = page(closed).batch_changes.values()
    assert (change.status, change.missing, change.reason) == (None, 3, "too late")
    for facts in ([closed, ended], [ended]):
        [change] = page(*facts).batch_changes.values()
        assert (change.status, change.missing, change.ended_at) == ("partially_failed", 3, NOON)


def history_of(fact: Fact) -> HistoryEntry:
    return page(fact).history[0]


def test_every_fact_is_a_line_of_history() -> None:
    story = Story().tell(job_requested("alone"), batch_requested(), items_added("mug", "cup")).work_through()
    lines = page(*story.facts).history
    assert [line.type for line in lines] == [fact.type_name for fact in story.facts]
    assert {line.partition for line in lines} == {2}


@pytest.mark.parametrize(
    ("request_type", "subject", "about"),
    [
        ("hawker.job.requested.v1", "j", (None, "j")),
        ("hawker.job.pause-requested.v1", "j", (None, "j")),
        ("hawker.batch.requested.v1", "b", ("b", None)),
        ("hawker.batch.items-added.v1", "b/3", ("b", None)),
    ],
)
def test_a_refused_request_is_a_line_of_what_it_was_about(request_type: str, subject: str, about: tuple[str | None, str | None]) -> None:
    line = history_of(RequestRefused.model_validate(WHO | {"request_type": request_type, "subject": subject, "reason": "no"}))
    assert (line.batch_id, line.job_id) == about


def test_history_holds_no_product_and_no_result() -> None:
    story = Story().tell(job_requested("alone"))
    [accepted] = story.of(JobAccepted)
    assert "mug" not in history_of(accepted).body
    assert "url" not in history_of(completed()).body


def test_what_postgres_cannot_hold_is_replaced() -> None:
    odd = AttemptFailed.model_validate(
        TASK | {"failure": Failure(kind=FailureKind.REJECTED, reason="a\x00b"), "waited_ms": 1, "took_ms": 1}
    )
    assert "\\u0000" not in history_of(odd).body
    assert "\\u0000" not in (the_task(odd).failure or "")


PARKED = JobParked.model_validate(JOB | {"reason": "the decider raised KeyError"})
UNPARKED = JobUnparked.model_validate(JOB | {"request_id": "r", "expires_at": NOON + timedelta(hours=2)})


def test_a_parked_job_keeps_its_status_and_says_what_it_waits_for() -> None:
    rows = page(dispatched(), PARKED)
    assert [change.status for change in rows.job_changes.values()] == ["running"]
    assert [(parking.parked, parking.expires_at) for parking in rows.job_parkings.values()] == [("the decider raised KeyError", None)]


def test_a_job_that_moves_again_waits_for_nothing_and_has_the_time_it_had_left() -> None:
    [parking] = page(PARKED, UNPARKED).job_parkings.values()
    assert (parking.parked, parking.expires_at, parking.offset) == (None, UNPARKED.expires_at, 11)


def test_the_deadline_of_a_job_that_moves_again_outlives_an_earlier_one_of_the_same_page() -> None:
    resumed = JobResumed.model_validate(JOB | {"request_id": "s", "expires_at": NOON})
    rows = page(resumed, PARKED, UNPARKED)
    assert [change.expires_at for change in rows.job_changes.values()] == [UNPARKED.expires_at]


def test_a_job_that_is_parked_again_in_the_page_keeps_its_new_deadline() -> None:
    [parking] = page(PARKED, UNPARKED, PARKED).job_parkings.values()
    assert (parking.parked, parking.expires_at) == ("the decider raised KeyError", UNPARKED.expires_at)
