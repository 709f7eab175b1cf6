"""Rounds of fuzzing for as long as one asks: `python -m tests.fuzz --minutes 20`. Each round has a seed of its own, which is printed and can be given again."""

import argparse
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from tests.fuzz.profile import SEED_VARIABLE

FOLDER = Path(__file__).parent
TEST_SECONDS_MAX = 1800


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="no round begins after these")
    parser.add_argument("--seed", type=int, help="only the round of this seed")
    asked = parser.parse_args()
    if asked.seed is not None:
        return _round(asked.seed)
    until, rounds = time.monotonic() + asked.minutes * 60, 0
    while not rounds or time.monotonic() < until:
        rounds += 1
        if status := _round(random.randrange(2**32)):
            return status
    sys.stdout.write(f"{rounds} rounds, nothing found\n")
    return 0


def _round(seed: int) -> int:
    sys.stdout.write(f"fuzzing, seed {seed}: once more with `python -m tests.fuzz --seed {seed}`\n")
    sys.stdout.flush()
    command = [sys.executable, "-m", "pytest", "-q", "-x", str(FOLDER), f"--hypothesis-seed={seed}", f"--timeout={TEST_SECONDS_MAX}"]
    return subprocess.run(command, env={**os.environ, SEED_VARIABLE: str(seed)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
