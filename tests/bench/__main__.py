"""`make bench`: the figures of the street on this machine. They inform; nothing passes or fails by them."""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles

import uvloop
from rich.console import Console
from rich.table import Table

from local_stack.stack import Stack
from tests.bench import chain
from tests.bench.load import Load, alone, load

LATENCY_MS = 20


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2000, help="jobs of the load (default: %(default)s)")
    parser.add_argument("--latency-ms", type=int, default=LATENCY_MS, help="of each call of the stand-ins (default: %(default)s)")
    asked = parser.parse_args()
    console = Console(width=120)
    with tempfile.TemporaryDirectory(prefix="hawker-bench-") as folder:
        with console.status("Starting the stack"):
            stack = Stack(Path(folder), latency_ms=asked.latency_ms)
        with stack.running():
            _show(console, stack, asked.jobs)


def _show(console: Console, stack: Stack, jobs: int) -> None:
    with console.status("One eBay job alone"):
        _print_seconds(console, "one eBay job of seven tasks alone, dispatch to end", asyncio.run(alone(stack)))
    with console.status(f"{jobs} jobs at once"):
        measured = asyncio.run(load(stack, jobs))
    _print_load(console, measured)
    for name in ("orchestrator", "ebay-worker"):
        stack.supervisor.stop(name)  # The chain brings its own.
    with console.status("A chain of five tasks alone"):
        seconds = uvloop.run(chain.measure(stack.kafka_settings))  # As the services run.
    _print_seconds(console, f"a chain of {chain.TASKS} tasks of {chain.CALL_SECONDS * 1000:.0f} ms alone, request to end", seconds)


def _print_seconds(console: Console, what: str, seconds: Sequence[float]) -> None:
    p95 = quantiles(seconds, n=20)[-1]
    console.print(f"{what}: median {median(seconds) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, {len(seconds)} runs")


def _print_load(console: Console, measured: Load) -> None:
    console.print(
        f"{measured.jobs} jobs, {measured.tasks} tasks in {measured.seconds:.1f} s: {measured.tasks_per_second:.0f} tasks/s; "
        f"a command waited {measured.waited_ms:.0f} ms and took {measured.took_ms:.0f} ms (medians)"
    )
    table = Table("process", "CPU s / 1,000 tasks", "memory MiB")
    for name in sorted(measured.cpu_seconds, key=measured.cpu_per_1000_tasks, reverse=True):
        table.add_row(name, f"{measured.cpu_per_1000_tasks(name):.3f}", f"{measured.memory[name].memory_mib:.0f}")
    total = sum(measured.cpu_per_1000_tasks(name) for name in measured.cpu_seconds)
    table.add_row("all", f"{total:.3f}", f"{sum(reading.memory_mib for reading in measured.memory.values()):.0f}")
    console.print(table)


if __name__ == "__main__":
    main()
