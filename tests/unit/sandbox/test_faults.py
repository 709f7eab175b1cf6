"""Which fault fires for which account and operation, and how often."""

import pytest
from pydantic import ValidationError

from sandbox.faults import FAULTS_MAX, Fault, FaultKind, Faults


def fault(operation: str = "createOffer", account: str = "*", times: int = 1, skip: int = 0) -> Fault:
    return Fault(marketplace="ebay", operation=operation, account=account, kind=FaultKind.THROTTLE, times=times, skip=skip)


def fired(faults: Faults, *calls: tuple[str, str, str]) -> list[bool]:
    return [faults.take(*call) is not None for call in calls]


CALL = ("ebay", "main", "createOffer")


def test_a_fault_fires_as_often_as_planned() -> None:
    faults = Faults()
    faults.plan(fault(times=2))
    assert fired(faults, CALL, CALL, CALL) == [True, True, False]


def test_a_fault_hits_its_marketplace_its_operation_and_its_account_alone() -> None:
    faults = Faults()
    faults.plan(fault(account="main"))
    others = (("etsy", "main", "createOffer"), ("ebay", "other", "createOffer"), ("ebay", "main", "getOffer"))
    assert fired(faults, *others, CALL) == [False, False, False, True]


def test_a_fault_for_any_operation_leaves_tokens_alone() -> None:
    faults = Faults()
    faults.plan(fault(operation="*"))
    assert fired(faults, ("ebay", "main", "token"), ("ebay", "main", "getOffer")) == [False, True]


def test_a_fault_for_tokens_hits_them() -> None:
    faults = Faults()
    faults.plan(fault(operation="token"))
    assert fired(faults, CALL, ("ebay", "main", "token")) == [False, True]


def test_a_fault_lets_the_first_calls_pass_when_told_to() -> None:
    faults = Faults()
    faults.plan(fault(skip=2, times=1))
    assert fired(faults, CALL, CALL, CALL, CALL) == [False, False, True, False]


def test_of_two_that_match_the_first_fires_until_it_is_used_up() -> None:
    faults = Faults()
    faults.plan(fault())
    faults.plan(Fault(marketplace="ebay", kind=FaultKind.LATENCY))
    kinds = [found.kind for _ in range(3) if (found := faults.take(*CALL)) is not None]
    assert kinds == [FaultKind.THROTTLE, FaultKind.LATENCY]


def test_the_report_says_what_was_planned_and_what_fired() -> None:
    faults = Faults()
    faults.plan(fault(times=3))
    faults.take(*CALL)
    (entry,) = faults.report()
    assert (entry["times"], entry["fired"], entry["kind"]) == (3, 1, "throttle")


def test_nothing_fires_after_a_clear() -> None:
    faults = Faults()
    faults.plan(fault())
    faults.clear()
    assert fired(faults, CALL) == [False]
    assert faults.report() == []


def test_a_full_plan_takes_no_more() -> None:
    faults = Faults()
    assert all(faults.plan(fault()) for _ in range(FAULTS_MAX))
    assert not faults.plan(fault())


@pytest.mark.parametrize(
    "wrong", [{"marketplace": "amazon"}, {"kind": "earthquake"}, {"times": 0}, {"delay_seconds": -1}, {"colour": "red"}]
)
def test_a_fault_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Fault.model_validate({"marketplace": "ebay", "kind": "latency", **wrong})
