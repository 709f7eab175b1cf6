"""Progress shown: products being sent, batches followed to their end. Bars on a terminal, a line now and then elsewhere; it decides nothing."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from hawker.client import Batch, Hawker

LINE_SECONDS = 5.0
"""Between two lines about one batch where no terminal is."""


async def follow(hawker: Hawker, batches: Sequence[Batch], console: Console, *, names: Mapping[str, str] | None = None) -> Sequence[Batch]:
    """The batches as they ended, in the order given. `names` says what to call each, by its id."""
    named = names or {}
    with _bars(console) as bars:
        watched = (_one(hawker, batch, named.get(batch.id, f"{batch.marketplace} {batch.id}"), bars, console) for batch in batches)
        return await asyncio.gather(*watched)


@contextmanager
def sending(count: int, console: Console) -> Iterator[Callable[[int], None]]:
    """A bar that goes when all is sent; what comes out of it is told how many more have been."""
    columns = TextColumn("sending"), BarColumn(bar_width=30), MofNCompleteColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        bar = bars.add_task("", total=count)
        yield lambda more: bars.advance(bar, more)


def _bars(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("[green]{task.fields[completed_jobs]} completed[/] [red]{task.fields[failed_jobs]} failed[/] {task.fields[rate]:.1f}/s"),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )


async def _one(hawker: Hawker, batch: Batch, name: str, bars: Progress, console: Console) -> Batch:
    bar = bars.add_task(name, total=batch.progress.total or None, completed_jobs=0, failed_jobs=0, rate=0.0)
    began = told = monotonic()
    ended_before = batch.progress.ended
    async for seen in hawker.watch(batch.id):
        batch = seen
        _show(bars, bar, batch, (batch.progress.ended - ended_before) / max(monotonic() - began, 0.001))
        if not console.is_terminal and (batch.has_ended or monotonic() - told >= LINE_SECONDS):
            told = monotonic()
            console.print(_line(name, batch), markup=False)
    return batch


def _show(bars: Progress, bar: TaskID, batch: Batch, rate: float) -> None:
    progress = batch.progress
    failed = progress.failed + progress.expired
    total = progress.total or None
    bars.update(bar, total=total, completed=progress.ended, completed_jobs=progress.completed, failed_jobs=failed, rate=rate)


def _line(name: str, batch: Batch) -> str:
    progress = batch.progress
    failed = progress.failed + progress.expired
    return f"{name}: {batch.status}, {progress.ended} of {progress.total} ended, {progress.completed} completed, {failed} failed"
