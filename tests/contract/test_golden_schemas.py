"""The golden schemas: a message that changes in place, instead of getting a new version, is caught here."""

from pathlib import Path

import pytest

from hawker.contracts.__main__ import golden

FOLDER = Path(__file__).parent / "golden"
ADVICE = "A message's schema has changed. Additive and meant? Run `make contracts` and commit. Else add a version and an upcaster."


@pytest.mark.parametrize("name", sorted(golden()))
def test_a_message_is_as_its_golden_schema_says(name: str) -> None:
    assert (FOLDER / name).read_text() == golden()[name], ADVICE


def test_no_message_was_dropped() -> None:
    assert {path.name for path in FOLDER.glob("*.json")} == set(golden()), "a version, once published, stays readable for ever"
