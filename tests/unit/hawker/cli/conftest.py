"""The stage that every test of the command plays on."""

from pathlib import Path

import pytest

from tests.unit.hawker.cli.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)
