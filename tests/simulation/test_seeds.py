"""Some seeds for every test run; `python -m tests.simulation` runs as many as one likes."""

from collections import Counter

from tests.simulation.faults import Fault
from tests.simulation.story import told
from tests.simulation.world import simulate

SEEDS = range(60)


def test_whatever_happens_every_job_ends_once_and_nothing_happens_twice() -> None:
    fired, ends = Counter[Fault](), Counter[str]()
    for run in map(simulate, SEEDS):
        assert run.problem is None, told(run.seed)
        fired += run.fired
        ends += run.ends
    assert [fault for fault in Fault if not fired[fault]] == [], "a planned fault never struck"
    assert ends["completed"] > len(SEEDS), "a run in which nothing succeeds proves nothing"


def test_a_seed_gives_the_same_run_again() -> None:
    one, other = simulate(11, traced=True), simulate(11, traced=True)
    assert one.trace == other.trace
    assert one.digest == other.digest


def test_without_faults_every_job_completes() -> None:
    run = simulate(5, without=frozenset(Fault))
    assert run.problem is None
    assert run.fired == Counter()
    assert set(run.ends) == {"completed"}
