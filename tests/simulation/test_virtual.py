"""A run that would never end fails under its number, and leaves nothing behind for the next."""

import asyncio

import pytest

from tests.simulation import virtual
from tests.simulation.operators import Operator
from tests.simulation.virtual import StuckError
from tests.simulation.world import simulate

SEED = 5


@pytest.mark.parametrize(("seconds", "limit"), [(0.0, "STEPS_AT_ONE_MOMENT_MAX"), (1e-6, "STEPS_MAX")])
def test_a_seed_that_goes_in_circles_fails_with_its_number(seconds: float, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def go_round(_: Operator) -> None:
        while True:
            await asyncio.sleep(seconds)

    before = simulate(SEED)
    with monkeypatch.context() as broken:
        broken.setattr(virtual, limit, 1000)
        broken.setattr(Operator, "run", go_round)
        run = simulate(SEED)
    assert isinstance(run.problem, StuckError)
    assert f"seed {SEED} hangs" in str(run.problem)
    assert simulate(SEED).digest == before.digest
