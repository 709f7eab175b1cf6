"""A failing seed's story, as short as it can be told: the fewest faults that still break it, and what concerns the job that it is about."""

import re
from collections.abc import Set as AbstractSet

from tests.simulation.faults import Fault
from tests.simulation.world import Run, simulate

LINES_MAX = 60
PROBLEM_CHARACTERS_MAX = 1000
NAMES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|tenant-\d+-(?:job|batch|wish)-\d+")
"""Of jobs, batches and wishes, in what a broken invariant says."""
ALWAYS = ("FAULT", "BROKEN", "dies", "wakes", "calm", "days pass")


def told(seed: int) -> str:
    """Runs the seed again, each time without one kind of fault, for as long as it still breaks."""
    without: frozenset[Fault] = frozenset()
    run = simulate(seed)
    if run.problem is None:
        return f"seed {seed} holds"
    for fault in Fault:
        shorter = simulate(seed, without=without | {fault})
        if shorter.problem is not None and type(shorter.problem) is type(run.problem):
            without, run = without | {fault}, shorter
    return _story(simulate(seed, traced=True, without=without), without)


def _story(run: Run, without: AbstractSet[Fault]) -> str:
    needed = [fault for fault in Fault if run.fired[fault] and fault not in without]
    lines = [
        f"seed {run.seed} breaks: {type(run.problem).__name__}: {run.problem}"[:PROBLEM_CHARACTERS_MAX],
        f"with these faults alone: {', '.join(needed) or 'none'}",
        *_telling(run)[-LINES_MAX:],
        f"the whole of it: python -m tests.simulation --seed {run.seed}",
    ]
    return "\n".join(lines)


def _telling(run: Run) -> list[str]:
    """What names what broke, and what befell everybody; all of it where nothing is named."""
    names = set(NAMES.findall(str(run.problem)))
    return [line for line in run.trace if not names or any(word in line for word in (*ALWAYS, *names))]
