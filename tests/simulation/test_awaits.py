"""At every await of a shard's loop its process dies in some run, and nothing is lost or done twice."""

from types import ModuleType

import pytest

from orchestrator.shard import keeper, owner, recover, snapshots
from tests.simulation.awaits import Places, awaits_of
from tests.simulation.world import simulate

MODULES = (keeper, owner, recover, snapshots)
TOOLS = {"recover"}
"""Replays a journal for operators and tests; no shard's loop calls it."""
SEEDS = range(30)
"""Each dies once at each place that none before it died at; the later ones come to the rarer places."""


@pytest.fixture(scope="module")
def died_at() -> set[Places]:
    hunted: set[Places] = set()
    for seed in SEEDS:
        run = simulate(seed, hunted=hunted)
        assert run.problem is None, f"seed {seed}: {run.problem}"
    return hunted


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_a_process_died_at_every_await(module: ModuleType, died_at: set[Places]) -> None:
    file = f"{module.__name__.rpartition('.')[2]}.py"
    lines = {place.line for places in died_at for place in places if place.file == file}
    missed = [await_.start for await_ in awaits_of(module, TOOLS) if lines.isdisjoint(await_)]
    assert missed == [], f"nobody died at these lines of {file}"
