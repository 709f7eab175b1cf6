"""A page of facts becomes rows: the last state per key, so that hundreds of facts are a few statements.

Nothing here awaits, reads a clock or knows SQL. Facts of one key come in the order of the journal.
"""

from collections.abc import Iterable
from typing import assert_never

from hawker.contracts.facts import (
    AccountPaused,
    AttemptDeferred,
    AttemptFailed,
    AttemptTimedOut,
    BatchAccepted,
    BatchCancelled,
    BatchClosed,
    BatchEnded,
    BatchItemsAccepted,
    Fact,
    InputRejected,
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
    OutcomeRefused,
    RequestRefused,
    SessionClosed,
    SessionOpened,
    TaskCompleted,
    TaskDispatched,
)
from hawker.contracts.recorded import Recorded
from orchestrator.projections import batches, jobs, tasks
from orchestrator.projections.history import entry
from orchestrator.projections.rows import Rows


def fold(page: Iterable[Recorded[Fact]]) -> Rows:
    rows = Rows()
    for recorded in page:
        _place(rows, recorded.message, recorded.offset)
        rows.history.append(entry(recorded))
    return rows


def _place(rows: Rows, fact: Fact, offset: int) -> None:  # noqa: PLR0912 - a branch for each kind of fact is the point
    match fact:
        case TaskDispatched():
            tasks.dispatch(rows, fact, offset)
            jobs.begin(rows, fact, offset)
        case TaskCompleted():
            tasks.complete(rows, fact, offset)
        case AttemptFailed() | AttemptTimedOut() | AttemptDeferred():
            tasks.fail(rows, fact, offset)
        case JobAccepted():
            jobs.accept(rows, fact, offset)
            tasks.accept(rows, fact, offset)
        case JobRetryStarted():
            jobs.change(rows, fact, offset)
            tasks.run_again(rows, fact, offset)
        case JobCancelled():
            jobs.change(rows, fact, offset)
            tasks.cancel(rows, fact, offset)
        case JobCompleted():
            jobs.change(rows, fact, offset)
            jobs.put_listing(rows, fact, offset)
        case JobRetryScheduled() | JobPaused() | JobResumed() | JobFailed() | JobExpired():
            jobs.change(rows, fact, offset)
        case JobParked() | JobUnparked():
            jobs.park(rows, fact, offset)
        case BatchAccepted():
            batches.accept(rows, fact, offset)
        case BatchClosed():
            batches.close(rows, fact, offset)
        case BatchEnded():
            batches.end(rows, fact, offset)
        case (
            BatchItemsAccepted()
            | BatchCancelled()  # What follows from these two, the jobs' own facts say.
            | AccountPaused()
            | SessionOpened()
            | SessionClosed()
            | RequestRefused()
            | OutcomeRefused()
            | InputRejected()
        ):
            pass  # Only history has them.
        case _:
            assert_never(fact)
