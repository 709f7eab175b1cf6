"""What the demo's figures say: a table by marketplace, and whether all ended as it should. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from hawker.client import Batch, Job
from hawker.contracts.failures import FailureKind
from hawker.contracts.words import JobStatus, Marketplace

REASONS_SHOWN_MAX = 8
HANDLES_SHOWN_MAX = 3


@dataclass(frozen=True, slots=True)
class Ended:
    batch: Batch
    jobs: Sequence[Job]


@dataclass(frozen=True, slots=True)
class Street:
    """One marketplace after the demo: `calls`, `duplicates` and `faults` as its stand-in counted them."""

    marketplace: Marketplace
    ended: Sequence[Ended]
    calls: int
    duplicates: int
    faults: int

    @property
    def jobs(self) -> Sequence[Job]:
        return [job for each in self.ended for job in each.jobs]

    def count(self, status: JobStatus) -> int:
        return sum(job.status is status for job in self.jobs)

    @property
    def refused(self) -> Sequence[Job]:
        """Failed because the product itself cannot be sold there as it is, and so it was said: the right end."""
        return [job for job in self.jobs if job.status is JobStatus.FAILED and job.failure and job.failure.kind is FailureKind.REJECTED]

    @property
    def retries(self) -> int:
        return sum(job.retry_count for job in self.jobs)

    @property
    def seconds(self) -> float:
        """From the first request to the last end; 0 while one is still under way."""
        starts = [each.batch.requested_at for each in self.ended if each.batch.requested_at]
        ends = [each.batch.ended_at for each in self.ended if each.batch.ended_at]
        return (max(ends) - min(starts)).total_seconds() if starts and len(ends) == len(self.ended) else 0.0

    @property
    def is_complete(self) -> bool:
        return bool(self.ended) and all(each.batch.has_ended and len(each.jobs) == each.batch.progress.total for each in self.ended)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What the stand-ins counted, as their control API answers."""

    counts: Mapping[str, Mapping[str, Any]]  # Any: JSON of the control API
    faults: Sequence[Mapping[str, Any]]  # Any: JSON of the control API

    def street(self, marketplace: Marketplace, ended: Sequence[Ended]) -> Street:
        counts = self.counts[marketplace]
        fired = sum(fault["fired"] for fault in self.faults if fault["marketplace"] == marketplace)
        return Street(marketplace, ended, counts["calls"], counts["duplicates"], fired)


def is_right(streets: Sequence[Street], *, refusals_allowed: bool) -> bool:
    """Every job ended once, completed or (in a catalogue we do not know) refused with a reason, and nothing stands twice anywhere."""
    return bool(streets) and all(_is_right(street, refusals_allowed=refusals_allowed) for street in streets)


def _is_right(street: Street, *, refusals_allowed: bool) -> bool:
    right = street.count(JobStatus.COMPLETED) + (len(street.refused) if refusals_allowed else 0)
    return street.is_complete and street.duplicates == 0 and right == len(street.jobs) > 0


def table(streets: Sequence[Street]) -> Table:
    shown = Table(title="\nWhat came of it", title_justify="left", box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    headings = ("Marketplace", "Jobs", "Completed", "Refused", "Failed", "Retries", "Faults", "Calls", "Duplicates", "Time")
    for index, heading in enumerate(headings):
        shown.add_column(heading, justify="left" if index == 0 else "right", no_wrap=True)
    for street in streets:
        shown.add_row(*_row(street))
    return shown


def _row(street: Street) -> Sequence[Text]:
    completed, refused = street.count(JobStatus.COMPLETED), len(street.refused)
    others = len(street.jobs) - completed - refused
    return (
        Text(street.marketplace),
        Text(str(len(street.jobs))),
        Text(str(completed), "green"),
        Text(str(refused), "yellow" if refused else ""),
        Text(str(others), "red" if others else ""),
        Text(str(street.retries)),
        Text(str(street.faults)),
        Text(str(street.calls)),
        Text(str(street.duplicates), "bold red" if street.duplicates else "green"),
        Text(f"{street.seconds:.1f} s" if street.seconds else "not ended"),
    )


def hints(streets: Sequence[Street], *, is_own: bool) -> Sequence[Text]:
    """Why some were refused or failed, each reason once, and how to look further."""
    lines = [Text(line) for line in _reasons(streets)]
    submit = "YOUR.csv" if is_own else "deploy/local/catalogues/ceramics.csv"
    return [
        *lines,
        Text("\nTo look further: make up, then"),
        Text(f"  .venv/bin/hawker submit {submit} --marketplace etsy --watch"),
        Text("  .venv/bin/hawker batches; .venv/bin/hawker batch ID; .venv/bin/hawker job ID; .venv/bin/hawker doctor"),
    ]


def _reasons(streets: Sequence[Street]) -> Sequence[str]:
    reasons: dict[str, list[str]] = {}
    for street in streets:
        for job in street.jobs:
            if job.status is not JobStatus.COMPLETED:
                why = (job.failure.reason if job.failure else job.reason) or job.status
                reasons.setdefault(f"{street.marketplace}: {why}", []).append(job.handle)
    lines = [f"  {reason} ({_named(handles)})" for reason, handles in reasons.items()]
    more = [f"  ... and {len(lines) - REASONS_SHOWN_MAX} more reasons"] if len(lines) > REASONS_SHOWN_MAX else []
    return [*([""] if lines else []), *lines[:REASONS_SHOWN_MAX], *more]


def _named(handles: Sequence[str]) -> str:
    shown = ", ".join(handles[:HANDLES_SHOWN_MAX])
    return shown if len(handles) <= HANDLES_SHOWN_MAX else f"{shown} and {len(handles) - HANDLES_SHOWN_MAX} more"
