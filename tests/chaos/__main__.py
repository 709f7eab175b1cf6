"""`make chaos MINUTES=n [SEED=s]`: a round on a real stack. Starts it, shows what happens, tells the verdict, leaves nothing running."""

import argparse
import asyncio
import logging
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import structlog
from rich.console import Console

from local_stack.layout import DEFAULT_FOLDER
from local_stack.stack import Stack
from tests.chaos import report
from tests.chaos.evidence import Evidence, Hit
from tests.chaos.plan import Plan, draw
from tests.chaos.round import Round
from tests.chaos.scene import TARGETS, scene
from tests.chaos.verdict import Finding, judge, read

KEPT = DEFAULT_FOLDER / "chaos"
"""The last round: its summary and its logs."""
SECONDS_MAX = 1500.0
"""Beside the round itself: start, end and verdict. A round that takes longer hangs."""

console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 140)


def main() -> int:
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))  # What we show is the story.
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2, help="how long processes are hit (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="which plan; drawn where none is given")
    asked = parser.parse_args()
    seed: int = random.SystemRandom().randrange(10_000) if asked.seed is None else asked.seed
    return _run(draw(seed, asked.minutes * 60, TARGETS))


def _run(plan: Plan) -> int:
    console.print(f"Seed {plan.seed}: {len(plan.strikes)} strikes in {plan.seconds:.0f} s. The same plan again: {_command(plan)}")
    shutil.rmtree(KEPT, ignore_errors=True)
    stack = scene(Path(tempfile.mkdtemp(prefix="hawker-chaos-")))
    green = False
    try:
        green = _play(stack, plan)
    finally:
        shutil.copytree(stack.layout.logs, KEPT / "logs", dirs_exist_ok=True)
        console.print(f"Logs: {KEPT / 'logs'}. The same plan again: {_command(plan)}")
        stack.erase(in_peace=False)
        console.print(
            "Everything is stopped again. [green]Green.[/green]" if green else "Everything is stopped again. [red]Not green.[/red]"
        )
    return 0 if green else 1


def _play(stack: Stack, plan: Plan) -> bool:
    began = time.monotonic()

    def say(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:6.1f} s[/dim]  {text}")

    def tell(hit: Hit) -> None:
        say(f"  [{'yellow' if hit.confirmed else 'red'}]{hit}[/]")

    stack.start(say)
    evidence = asyncio.run(_limited(Round(stack, plan, say, tell), plan))
    book = read(evidence)
    findings = judge(evidence, book)
    _show(report.summary(evidence, book, findings), findings)
    return not findings


async def _limited(playing: Round, plan: Plan) -> Evidence:
    async with asyncio.timeout(plan.seconds + SECONDS_MAX):
        return await playing.play()


def _show(found: report.Json, findings: Sequence[Finding]) -> None:
    report.write(KEPT / "summary.json", found)
    console.print(report.strikes(found), report.jobs(found), "", *report.figures(found), sep="\n")
    for finding in findings:
        console.print(f"{finding.promise}: {finding.where}", style="red", markup=False)
    console.print(f"Summary: {KEPT / 'summary.json'}")


def _command(plan: Plan) -> str:
    return f"make chaos MINUTES={plan.seconds / 60:g} SEED={plan.seed}"


if __name__ == "__main__":
    sys.exit(main())
