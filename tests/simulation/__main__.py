"""`python -m tests.simulation --seeds N --from M` runs many seeds; `--seed n` runs one and tells its story."""

import argparse
import sys
import time
from collections import Counter

from tests.simulation.faults import Fault
from tests.simulation.story import told
from tests.simulation.world import Run, simulate


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.seed is not None:
        run = simulate(arguments.seed, traced=True)
        print("\n".join(run.trace))
        print(_line(run))
        return int(run.problem is not None)
    return _many(range(arguments.start, arguments.start + arguments.seeds))


def _many(seeds: range) -> int:
    began = time.monotonic()
    broken, fired, ends = 0, Counter[Fault](), Counter[str]()
    for run in map(simulate, seeds):
        fired += run.fired
        ends += run.ends
        if run.problem is not None:
            broken += 1
            print(told(run.seed), flush=True)
    seconds = time.monotonic() - began
    print(f"{len(seeds)} seeds in {seconds:.0f} s ({1000 * seconds / len(seeds):.0f} s per 1,000), {broken} broken; jobs: {dict(ends)}")
    return int(bool(broken) | _never_fired(fired))


def _never_fired(fired: Counter[Fault]) -> bool:
    """A planned fault that never struck was not tested."""
    for fault in Fault:
        print(f"{fired[fault]:8}  {fault}")
    never = [fault for fault in Fault if not fired[fault]]
    if never:
        print(f"never struck: {', '.join(never)}")
    return bool(never)


def _line(run: Run) -> str:
    verdict = "holds" if run.problem is None else f"{type(run.problem).__name__}: {run.problem}"
    return f"seed {run.seed}: {verdict}; {run.commits} transactions, jobs: {dict(run.ends)}, state {run.digest}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many seeds to run")
    parser.add_argument("--from", dest="start", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="run this one alone, with its trace")
    return parser


if __name__ == "__main__":
    sys.exit(main())
