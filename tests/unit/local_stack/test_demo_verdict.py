"""What the demo counts as right: every job ended, completed or refused with a reason, and nothing stands twice."""

from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from hawker.client import Batch, Job, Progress
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.words import Action, BatchStatus, JobStatus, Marketplace
from local_stack.demo_faults import FAULTS
from local_stack.demo_verdict import Ended, Sandbox, Street, hints, is_right, table
from sandbox.faults import Fault

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def batch(total: int, status: BatchStatus = BatchStatus.COMPLETED, seconds: float = 4) -> Batch:
    return Batch(
        id="b",
        marketplace=Marketplace.EBAY,
        action=Action.PUBLISH,
        account="main",
        priority=3,
        status=status,
        progress=Progress(total=total),
        requested_at=BEGAN,
        ended_at=BEGAN + timedelta(seconds=seconds),
    )


def job(status: JobStatus, kind: FailureKind | None = None, retry_count: int = 0, handle: str = "pot") -> Job:
    return Job(
        id="j",
        marketplace=Marketplace.EBAY,
        action=Action.PUBLISH,
        account="main",
        handle=handle,
        priority=3,
        status=status,
        retry_count=retry_count,
        failure=None if kind is None else Failure(kind=kind, reason="The price is missing"),
    )


def street(*jobs: Job, total: int | None = None, duplicates: int = 0, status: BatchStatus = BatchStatus.COMPLETED) -> Street:
    ended = [Ended(batch(len(jobs) if total is None else total, status), jobs)]
    return Street(Marketplace.EBAY, ended, calls=10, duplicates=duplicates, faults=2)


DONE = job(JobStatus.COMPLETED, retry_count=2)
REFUSED = job(JobStatus.FAILED, FailureKind.REJECTED)
BROKEN = job(JobStatus.FAILED, FailureKind.TRANSIENT)


@pytest.mark.parametrize(
    ("found", "own_csv", "right"),
    [
        (street(DONE, DONE), False, True),
        (street(DONE, REFUSED), True, True),
        (street(DONE, REFUSED), False, False),
        (street(DONE, BROKEN), True, False),
        (street(DONE, job(JobStatus.EXPIRED)), True, False),
        (street(DONE, job(JobStatus.RUNNING)), True, False),
        (street(DONE, duplicates=1), True, False),
        (street(DONE, total=2), True, False),
        (street(DONE, status=BatchStatus.RUNNING), True, False),
        (street(), True, False),
    ],
)
def test_right_is_every_job_ended_as_it_should_and_nothing_twice(found: Street, *, own_csv: bool, right: bool) -> None:
    assert is_right([found], refusals_allowed=own_csv) == right
    assert is_right([found, street(DONE)], refusals_allowed=own_csv) == right


def test_nothing_at_all_is_not_right() -> None:
    assert not is_right([], refusals_allowed=True)


def test_the_table_has_a_row_for_each_marketplace_with_all_its_figures() -> None:
    console = Console(width=160)
    with console.capture() as shown:
        console.print(table([street(DONE, REFUSED, BROKEN)]))
    assert shown.get().split()[-11:] == ["ebay", "3", "1", "1", "1", "2", "2", "10", "0", "4.0", "s"]


def test_reasons_are_told_once_with_the_products_they_stopped() -> None:
    jobs = [job(JobStatus.FAILED, FailureKind.REJECTED, handle=f"pot-{number}") for number in range(5)]
    lines = [line.plain for line in hints([street(*jobs)], is_own=True)]
    assert "  ebay: The price is missing (pot-0, pot-1, pot-2 and 2 more)" in lines
    assert any("submit YOUR.csv" in line for line in lines)


def test_the_stand_ins_figures_are_taken_by_marketplace() -> None:
    counts = {"ebay": {"calls": 7, "duplicates": 1}, "etsy": {"calls": 9, "duplicates": 0}}
    sandbox = Sandbox(
        counts, [{"marketplace": "ebay", "fired": 2}, {"marketplace": "ebay", "fired": 3}, {"marketplace": "etsy", "fired": 9}]
    )
    found = sandbox.street(Marketplace.EBAY, [])
    assert (found.calls, found.duplicates, found.faults) == (7, 1, 5)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault['marketplace']} {fault['operation']} {fault['kind']}")
def test_every_fault_of_the_demo_is_one_the_stand_ins_know(fault: dict[str, object]) -> None:
    assert Fault.model_validate(fault).operation != "*"
