"""When a job tries again, as a table."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawker.contracts.failures import FailureKind
from orchestrator.job import retry


@pytest.mark.parametrize(
    ("kind", "worth_it"),
    [
        (FailureKind.TRANSIENT, True),
        (FailureKind.UNKNOWN, True),
        (FailureKind.REJECTED, False),
        (FailureKind.UNAUTHORISED, False),
    ],
)
def test_only_what_may_work_later_is_tried_again(kind: FailureKind, worth_it: bool) -> None:  # noqa: FBT001 - a table's column
    assert retry.WORTH_RETRYING[kind] is worth_it


def test_every_kind_of_failure_has_its_row() -> None:
    assert set(retry.WORTH_RETRYING) == set(FailureKind)


@pytest.mark.parametrize(("round_", "left"), [(0, True), (1, True), (2, True), (3, False)])
def test_counts_go_0_1_2_3_and_then_it_is_over(round_: int, left: bool) -> None:  # noqa: FBT001 - a table's column
    assert retry.rounds_left(round_) is left


@given(job_id=st.text(max_size=36), round_=st.integers(1, 3))
def test_a_rest_doubles_each_round_and_is_spread_by_a_quarter_at_most(job_id: str, round_: int) -> None:
    base = timedelta(seconds=2**round_)
    assert base <= retry.rest(job_id, round_) <= base * 1.25


def test_the_same_job_rests_the_same_time_and_others_another() -> None:
    assert retry.rest("a", 1) == retry.rest("a", 1)
    assert len({retry.rest(f"job-{n}", 1) for n in range(50)}) > 40


@pytest.mark.parametrize(("said", "seconds"), [(None, 5), (0.0, 0), (30.0, 30), (10**9, 86_400)])
def test_an_account_rests_as_long_as_the_marketplace_said_within_a_day(said: float | None, seconds: float) -> None:
    assert retry.throttle(said) == timedelta(seconds=seconds)
