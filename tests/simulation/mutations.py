"""Orchestrators that are broken on purpose, and under which seed each is caught: what a simulation is worth is what it notices."""

from collections.abc import Iterator, Mapping

from tests.simulation import broken_deciders, broken_rest, broken_shell
from tests.simulation.broken import Mutation
from tests.simulation.world import Run, simulate

MISTAKES: Mapping[str, Mutation] = {**broken_shell.MISTAKES, **broken_deciders.MISTAKES, **broken_rest.MISTAKES}
CAUGHT_BY: Mapping[str, int] = {
    "replay before fencing": 32,
    "decide for another shard's tenant": 8,
    "timers are not recovered": 2,
    "outcomes without a fencing number": 6,
    "leases without a fencing number": 62,
    "deferred counts as failed": 2,
    "more rounds than the limit": 6,
    "the window is not looked at": 2,
    "paused accounts are not left alone": 3,
    "accounts do not take turns": 2,
    "the least urgent go first": 2,
    "a job that comes twice is taken twice": 4,
    "no rest ends": 1,
    "never forgotten": 4,
    "dead letters are dropped": 1,
    "forgotten too early": 7,
    "a full shard takes more": 4,
    "a command is done before its outcome is told": 2,
    "a snapshot is newer than its position": 4,
    "offsets are committed before what came of them": 7,
    "positions from committed offsets instead of the journal": 4,
    "a snapshot forgets what is to be forgotten": 4,
    "a parked job lets a later input through": 33,
    "a parked job's timers ring": 23,
    "redriven in another order": 27,
    "only the first jobs of a cancelled batch end": 7,
    "what a timer leads to has the timer's name": 1,
    "what is gone costs an account its turn": 93,
    "paused jobs go on": 27,
    "a chunk that comes twice is taken twice": 5,
}
"""The seed that caught each when it was last looked for, where it is not seed 0; a changed simulation may need another."""
SEEDS_MAX = 60


def caught(name: str) -> Run | None:
    """The first run, beginning with the seed that is known, in which the mistake shows."""
    with MISTAKES[name]():
        seeds = dict.fromkeys((CAUGHT_BY.get(name, 0), *range(SEEDS_MAX)))
        return next((run for run in map(simulate, seeds) if run.problem is not None), None)


def table() -> Iterator[str]:
    """Mistake, seed, invariant: as a table in Markdown."""
    yield "| mistake | seed | what it breaks |"
    yield "|---|---|---|"
    for name in MISTAKES:
        run = caught(name)
        yield f"| {name} | {'none' if run is None else run.seed} | {'' if run is None else _named(run.problem)} |"


def _named(problem: BaseException | None) -> str:
    """The rule, without the place at which it broke."""
    text = " ".join(str(problem).split())
    return text.split(":")[0][:100] if ":" in text else f"{type(problem).__name__} {text}"[:100]
