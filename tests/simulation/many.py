"""Many seeds on all cores: the same runs as one after another, sooner. Sums up what they say; tells no story."""

import gc
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.simulation.faults import Fault
from tests.simulation.world import simulate

PIECE_SEEDS = 20


@dataclass
class Sum:
    """Of many runs. `broken` is seeds and what was wrong."""

    seeds: int = 0
    commits: int = 0
    fired: Counter[Fault] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    broken: dict[int, str] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, other: "Sum") -> None:
        self.seeds += other.seeds
        self.commits += other.commits
        self.fired += other.fired
        self.ends += other.ends
        self.broken.update(other.broken)

    @property
    def never(self) -> list[Fault]:
        """A planned fault that never struck was not tested."""
        return [fault for fault in Fault if not self.fired[fault]]


def run_many(seeds: range, jobs: int, told: Callable[[Sum], None]) -> Sum:
    """`told` hears how far it is, after each piece."""
    began, total = time.monotonic(), Sum()
    pieces = [seeds[first : first + PIECE_SEEDS] for first in range(0, len(seeds), PIECE_SEEDS)]
    with ProcessPoolExecutor(jobs, get_context("forkserver"), initializer=_prepare) as pool:
        for piece in as_completed([pool.submit(run_piece, piece) for piece in pieces]):
            total.add(piece.result())
            total.seconds = time.monotonic() - began
            told(total)
    return total


def run_piece(seeds: range) -> Sum:
    piece = Sum()
    for seed in seeds:
        run = simulate(seed)
        broken = {} if run.problem is None else {seed: f"{type(run.problem).__name__}: {run.problem}"[:300]}
        piece.add(Sum(1, run.commits, run.fired, run.ends, broken))
    gc.collect()
    return piece


def _prepare() -> None:
    """A run makes garbage that is not worth looking for while it runs: a third of its time."""
    gc.freeze()
    gc.disable()
