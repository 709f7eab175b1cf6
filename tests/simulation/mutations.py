"""Orchestrators that are broken on purpose, and under which seed each is caught: what a simulation is worth is what it notices."""

from collections.abc import Iterator, Mapping

from tests.simulation import broken_deciders, broken_rest, broken_shell
from tests.simulation.broken import Mutation
from tests.simulation.world import Run, simulate

MISTAKES: Mapping[str, Mutation] = {**broken_shell.MISTAKES, **broken_deciders.MISTAKES, **broken_rest.MISTAKES}
CAUGHT_BY: Mapping[str, int] = {}
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
