"""Answers as tables for people. Pure: values in, something to print out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hawker.client import Batch, Job, Page, Progress, Task

STYLES: Mapping[str, str] = {
    "completed": "green",
    "success": "green",
    "running": "cyan",
    "processing": "cyan",
    "partially_failed": "yellow",
    "paused": "yellow",
    "failed": "red",
    "timeout": "red",
    "expired": "red",
    "cancelled": "magenta",
}


def batches(page: Page[Batch]) -> RenderableType:
    rows = (
        (
            batch.id,
            batch.marketplace,
            batch.action,
            str(batch.priority),
            status(batch.status),
            *_counts(batch.progress),
            moment(batch.requested_at),
        )
        for batch in page.items
    )
    headings = ("Batch", "Marketplace", "Action", "Priority", "Status", "Jobs", "Completed", "Failed", "Open", "Requested")
    return _listed(headings, rows, page)


def batch(one: Batch, failed: Sequence[Job]) -> RenderableType:
    progress = one.progress
    head = facts(
        ("Batch", one.id),
        ("What", f"{one.action} on {one.marketplace}, account {one.account}, priority {one.priority}"),
        ("Status", status(one.status)),
        ("Reason", one.reason),
        ("Jobs", f"{progress.total}: {_in_words(progress)}"),
        ("Requested", moment(one.requested_at)),
        ("Ended", moment(one.ended_at)),
    )
    if not failed:
        return head
    rows = ((job.id, job.handle, status(job.status), why(job)) for job in failed)
    return Group(head, Text(), table(("Job", "Product", "Status", "Why"), rows))


def jobs(page: Page[Job]) -> RenderableType:
    rows = ((job.id, job.handle, job.marketplace, job.action, status(job.status), str(job.retry_count), why(job)) for job in page.items)
    return _listed(("Job", "Product", "Marketplace", "Action", "Status", "Retries", "Why or where"), rows, page)


def job(one: Job) -> RenderableType:
    head = facts(
        ("Job", one.id),
        ("Batch", one.batch_id),
        ("Product", " · ".join(part for part in (one.handle, one.title) if part)),
        ("What", f"{one.action} on {one.marketplace}, account {one.account}, priority {one.priority}"),
        ("Status", status(one.status)),
        ("Why", reason(one)),
        ("Listing", f"{one.listing.listing_id} {one.listing.url}".strip() if one.listing else None),
        ("Retries", str(one.retry_count)),
        ("Next try", moment(one.due_at)),
        ("Ended", moment(one.ended_at)),
    )
    return Group(head, Text(), _tasks(one.tasks)) if one.tasks else head


def tasks(page: Page[Task]) -> RenderableType:
    return Group(_tasks(page.items), *_footer(page))


def _tasks(each: Iterable[Task]) -> Table:
    rows = (
        (
            str(task.position),
            task.name,
            task.kind,
            status(task.status),
            str(task.attempt),
            _ms(task.waited_ms),
            _ms(task.took_ms),
            _task_reason(task),
        )
        for task in each
    )
    return table(("#", "Task", "Kind", "Status", "Attempt", "Waited", "Took", "Why"), rows)


def why(one: Job) -> str:
    """For a failed job the reason a seller understands; for a completed one where the listing is."""
    return reason(one) or (one.listing.url if one.listing else "")


def reason(one: Job) -> str:
    return one.failure.reason if one.failure else one.reason or ""


def _task_reason(task: Task) -> str:
    return task.failure.reason if task.failure else ""


def status(word: str) -> Text:
    return Text(word, style=STYLES.get(word, ""))


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _ms(value: int | None) -> str:
    return "" if value is None else f"{value} ms"


def _counts(progress: Progress) -> tuple[str, str, str, str]:
    return (str(progress.total), str(progress.completed), str(progress.failed + progress.expired), str(progress.pending + progress.running))


def _in_words(progress: Progress) -> str:
    counts = progress.model_dump(include={"completed", "failed", "expired", "cancelled", "running", "pending"})
    order = ("completed", "failed", "expired", "cancelled", "running", "pending")
    return ", ".join(f"{counts[word]} {word}" for word in order if counts[word] or word == "completed")


type Cell = str | Text | None


def facts(*pairs: tuple[str, Cell]) -> Table:
    grid = Table.grid(padding=(0, 2))
    for name, value in pairs:
        if value:
            grid.add_row(Text(name, style="bold"), _cell(value))
    return grid


def table(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for index, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", no_wrap=index == 0)
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    return table


def _cell(value: Cell) -> Text:
    """What others wrote is text, never markup."""
    return value if isinstance(value, Text) else Text(value or "")


def _listed(headings: Sequence[str], rows: Iterable[Sequence[Cell]], page: Page[Batch] | Page[Job]) -> RenderableType:
    return Group(table(headings, rows), *_footer(page)) if page.items else Text("There are none yet.")


def _footer(page: Page[Batch] | Page[Job] | Page[Task]) -> Sequence[Text]:
    counts = ", ".join(f"{count} {word}" for word, count in page.totals.items() if count)
    more = "; more with --limit" if page.next_cursor else ""
    return [Text(f"\nIn all: {counts}{more}", style="dim")] if counts or more else []
