"""Alone at once, in company under load."""

import pytest

from orchestrator.shard.pace import GATHER_SECONDS_MAX, gather_seconds


@pytest.mark.parametrize("inputs", [0, 1, 4])
def test_an_idle_shard_waits_for_nobody(inputs: int) -> None:
    assert gather_seconds(inputs) == 0


@pytest.mark.parametrize(("inputs", "seconds"), [(10, 0.02), (50, 0.1), (500, GATHER_SECONDS_MAX)])
def test_the_busier_the_longer_up_to_a_limit(inputs: int, seconds: float) -> None:
    assert gather_seconds(inputs) == pytest.approx(seconds)
