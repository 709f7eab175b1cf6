"""Some seeds for every test run; `python -m tests.simulation` runs as many as one likes."""

import gc
from collections.abc import Iterator

import pytest

from tests.simulation.faults import Fault
from tests.simulation.many import run_piece
from tests.simulation.story import told
from tests.simulation.world import simulate

SEEDS = range(60)


@pytest.fixture(autouse=True)
def _garbage_later() -> Iterator[None]:
    """A run makes garbage that is not worth looking for while it runs."""
    gc.disable()
    yield
    gc.enable()
    gc.collect()


def test_whatever_happens_every_job_ends_once_and_nothing_happens_twice() -> None:
    total = run_piece(SEEDS)
    assert not total.broken, told(min(total.broken))
    assert total.never == [], "a planned fault never struck"
    assert total.ends["completed"] > len(SEEDS), "a run in which nothing succeeds proves nothing"


def test_a_seed_gives_the_same_run_again() -> None:
    one, other = simulate(11, traced=True), simulate(11, traced=True)
    assert one.trace == other.trace
    assert one.digest == other.digest


def test_without_faults_every_job_completes() -> None:
    run = simulate(5, without=frozenset(Fault))
    assert run.problem is None
    assert run.fired == {}
    assert set(run.ends) == {"completed"}
