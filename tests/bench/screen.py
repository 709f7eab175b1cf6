"""How the figures look. Measures nothing."""

from collections.abc import Sequence
from statistics import median, quantiles

from rich.console import Console
from rich.table import Table

from tests.bench.batch import Figures
from tests.bench.load import Load
from tests.bench.memory import Figure


def seconds(console: Console, what: str, found: Sequence[float]) -> None:
    p95 = quantiles(found, n=20)[-1]
    console.print(f"{what}: median {median(found) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, {len(found)} runs")


def load(console: Console, measured: Load) -> None:
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


def batch(console: Console, measured: Figures) -> None:
    console.print(
        f"{measured.products} products: sent in {measured.sent_seconds:.1f} s, accepted in {measured.accepted_seconds:.1f} s, "
        f"carried in {measured.carried_seconds:.1f} s ({measured.products / measured.carried_seconds:.0f} jobs/s)"
    )
    console.print(f"a small batch of another tenant on the same shard, {len(measured.beside)} runs:")
    _beside(console, "by the journal", [one.decided for one in measured.alone], [one.decided for one in measured.beside])
    _beside(console, "as its seller sees it", [one.seen for one in measured.alone], [one.seen for one in measured.beside])
    table = Table("process", "before MiB", "peak MiB", "growth, KiB a product")
    for name in sorted(measured.peak, key=lambda name: measured.peak[name], reverse=True):
        before = measured.before.get(name)
        table.add_row(
            name,
            "" if before is None else f"{before:.0f}",
            f"{measured.peak[name]:.0f}",
            "" if before is None else f"{measured.kib_per_product(name):.2f}",
        )
    console.print(table)
    console.print("looked at afterwards: " + ", ".join(f"{name} {took * 1000:.0f} ms" for name, took in measured.reads.items()))


def _beside(console: Console, what: str, alone: Sequence[float], beside: Sequence[float]) -> None:
    ratio = median(beside) / median(alone)
    console.print(
        f"  {what}: median {median(alone):.2f} s alone, {median(beside):.2f} s beside it (x {ratio:.1f}), at most {max(beside):.2f} s"
    )


def size(console: Console, figure: Figure) -> None:
    found = figure.size
    console.print(f"{figure.jobs:>7} jobs, {figure.what}: {found.own:.0f} bytes each beside {found.product:.0f} of its product")
