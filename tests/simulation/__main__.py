"""Runs many seeds, on all cores; or one, with its story; or shows which seed catches which mistake.

python -m tests.simulation --seeds 10000 --from 0 --jobs 2      many
python -m tests.simulation --seed 48                            one, with all that happened
python -m tests.simulation --seed 48 --short                    one that breaks, as short as it can be told
python -m tests.simulation --mutations                          orchestrators broken on purpose
"""

import argparse
import os
import sys

from tests.simulation.faults import Fault
from tests.simulation.many import Sum, run_many
from tests.simulation.mutations import table
from tests.simulation.story import told
from tests.simulation.world import Run, simulate

LINE_SEEDS = 200
"""Between two lines of a log file."""
STORIES_MAX = 3
"""The others are named; most have one cause."""


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.mutations:
        for line in table():
            print(line, flush=True)
        return 0
    if arguments.seed is not None:
        return _one(arguments.seed, is_short=arguments.short)
    return _many(range(arguments.start, arguments.start + arguments.seeds), arguments.jobs)


def _one(seed: int, *, is_short: bool) -> int:
    if is_short:
        print(told(seed))
        return 0
    run = simulate(seed, traced=True)
    print("\n".join(run.trace))
    print(_line(run))
    return int(run.problem is not None)


def _many(seeds: range, jobs: int) -> int:
    total = run_many(seeds, jobs, lambda so_far: _show_progress(so_far, len(seeds)))
    _sum_up(total)
    for seed in sorted(total.broken)[:STORIES_MAX]:
        print(f"\n{told(seed)}", flush=True)
    return int(bool(total.broken) or bool(total.never))


def _show_progress(so_far: Sum, seeds: int) -> None:
    """On one line of a terminal; a log file gets a line now and then."""
    line = f"{so_far.seeds}/{seeds} seeds, {len(so_far.broken)} broken, {so_far.seconds:.0f} s "
    if sys.stderr.isatty():
        print(f"\r{line}", end="", file=sys.stderr, flush=True)
    elif so_far.seeds % LINE_SEEDS == 0:
        print(line, file=sys.stderr, flush=True)


def _sum_up(total: Sum) -> None:
    print(
        f"\n{total.seeds} seeds in {total.seconds:.0f} s, {1000 * total.seconds / total.seeds:.0f} s per 1,000; {len(total.broken)} broken"
    )
    print(f"{total.commits} transactions; jobs: {dict(sorted(total.ends.items()))}")
    for fault in Fault:
        print(f"{total.fired[fault]:9}  {fault}")
    if total.never:
        print(f"never struck: {', '.join(total.never)}")
    for seed, problem in sorted(total.broken.items()):
        print(f"seed {seed} breaks: {problem}")


def _line(run: Run) -> str:
    verdict = "holds" if run.problem is None else f"{type(run.problem).__name__}: {run.problem}"
    return f"seed {run.seed}: {verdict}; {run.commits} transactions, jobs: {dict(run.ends)}, state {run.digest}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=100, help="how many seeds to run")
    parser.add_argument("--from", dest="start", type=int, default=0, help="the first of them")
    parser.add_argument("--jobs", type=int, default=os.process_cpu_count() or 1, help="how many processes; default: the cores")
    parser.add_argument("--seed", type=int, help="run this one alone, with its trace")
    parser.add_argument("--short", action="store_true", help="with --seed: the fewest faults that break it, and only what concerns it")
    parser.add_argument("--mutations", action="store_true", help="break the orchestrator on purpose and show what catches it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
