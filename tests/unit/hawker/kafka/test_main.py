"""The command line says what is wrong in words of its settings."""

import pytest

from hawker.kafka import __main__ as command
from hawker.kafka.admin import Difference
from hawker.kafka.settings import KafkaSettings


def test_a_missing_address_is_named_as_the_variable_it_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("HAWKER_KAFKA_BOOTSTRAP", raising=False)
    monkeypatch.setattr("sys.argv", ["hawker.kafka", "topics"])
    assert command.main() == 2
    assert capsys.readouterr().err == "HAWKER_KAFKA_BOOTSTRAP: Field required\n"


@pytest.mark.parametrize(
    ("amends", "changed", "status"),
    [(True, True, 0), (True, False, 1), (False, True, 1)],
    ids=["amended", "only looked at", "left to a person"],
)
def test_the_status_says_whether_something_still_differs(amends: bool, changed: bool, status: int) -> None:  # noqa: FBT001 - a table's columns
    assert command.report(KafkaSettings(bootstrap="b:1"), [Difference("t", "differs", amends)], changed=changed) == status
