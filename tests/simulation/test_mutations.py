"""What the simulation is worth: each of these broken orchestrators is caught by some seed."""

import pytest

from tests.simulation.mutations import MISTAKES, caught


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_caught_by_some_seed(name: str) -> None:
    run = caught(name)
    assert run is not None
    assert not isinstance(run.problem, TypeError), "a mistake that cannot even be called shows nothing"
