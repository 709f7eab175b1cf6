"""A round for people, as tables, and for programs, as JSON. Pure but for the file that it is told to write; decides nothing."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.table import Table

from hawker.contracts.facts import Fact, JobFailed
from hawker.contracts.recorded import Recorded
from hawker.contracts.words import JobStatus
from tests.chaos.evidence import Evidence, Hit
from tests.chaos.plan import Fault
from tests.chaos.verdict import Book, Finding

PAIR = 2
REASONS_MAX = 8
STATUSES = (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.EXPIRED)

type Json = dict[str, Any]  # Any: JSON


def summary(evidence: Evidence, book: Book, findings: Sequence[Finding]) -> Json:
    silences = {shard: _longest_silence(journal) for shard, journal in evidence.journal.items()}
    return {
        "seed": evidence.plan.seed,
        "seconds": evidence.plan.seconds,
        "green": not findings,
        "findings": [str(finding) for finding in findings],
        "strikes": {program: _of_program(evidence.hits, program) for program in evidence.targets},
        "carried": carried(evidence, book),
        "why_failed": dict(Counter(map(_why, _failures(evidence))).most_common(REASONS_MAX)),
        "intake": {
            "accepted": dict(Counter(wish.asked for wish in evidence.intake.wishes)),
            "answers": dict(evidence.intake.answers),
            "longest_seconds_to_a_yes": round(max((wish.took_seconds for wish in evidence.intake.wishes), default=0.0), 1),
        },
        "stand_ins": {
            "fired": dict(evidence.stand_ins.fired),
            "duplicates": _duplicates(evidence),
            "counts": dict(evidence.stand_ins.counts),
        },
        "journal": {
            "facts": sum(map(len, evidence.journal.values())),
            "longest_silences": {str(shard): silence for shard, silence in silences.items()},
        },
        "hits": [str(hit) for hit in evidence.hits],
    }


def carried(evidence: Evidence, book: Book) -> Mapping[str, Mapping[str, int]]:
    """Jobs by marketplace and status."""
    jobs = [job for ledger in book.ledgers for job in ledger.jobs.values()]
    ended = Counter((str(job.account[1]), job.end) for job in jobs)
    return {name: {str(status): ended[name, status] for status in (*STATUSES, None)} for name in evidence.stand_ins.counts}


def write(file: Path, found: Json) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, indent=2) + "\n")


def strikes(found: Json) -> Table:
    table = _table("Who was hit", "Process", *Fault, "Longest away")
    for program, row in found["strikes"].items():
        table.add_row(program, *(str(row[fault]) for fault in Fault), f"{row['longest_away_seconds']} s")
    return table


def jobs(found: Json) -> Table:
    table = _table("Jobs carried", "Marketplace", *STATUSES, "Not ended", "Twice")
    for name, row in found["carried"].items():
        table.add_row(name, *map(str, row.values()), str(found["stand_ins"]["duplicates"][name]))
    return table


def figures(found: Json) -> Sequence[str]:
    silences = found["journal"]["longest_silences"]
    return [
        f"Accepted: {_counts(found['intake']['accepted'])}; a yes took {found['intake']['longest_seconds_to_a_yes']} s at most",
        f"Answers: {_counts(found['intake']['answers'])}",
        *(f"Failed: {count} jobs, {why}" for why, count in found["why_failed"].items()),
        f"Stand-ins misbehaved {sum(found['stand_ins']['fired'].values())} times",
        f"{found['journal']['facts']} facts; longest silence by shard: {', '.join(f'{n}: {silence}' for n, silence in silences.items())}",
    ]


def _failures(evidence: Evidence) -> Iterator[JobFailed]:
    facts = (recorded.message for journal in evidence.journal.values() for recorded in journal)
    return (fact for fact in facts if isinstance(fact, JobFailed))


def _why(fact: JobFailed) -> str:
    """At which task, and what the seller is told."""
    place = "" if fact.position is None else f" at task {fact.position}"
    return f"{fact.reason if fact.failure is None else f'{fact.failure.kind}, {fact.failure.reason}'}{place}"


def _of_program(hits: Sequence[Hit], program: str) -> Json:
    own = [hit for hit in hits if hit.strike.program == program and hit.confirmed]
    faults = Counter(hit.strike.fault for hit in own)
    away = round(max((hit.gone_seconds for hit in own), default=0.0), 1)
    return {**{str(fault): faults[fault] for fault in Fault}, "longest_away_seconds": away}


def _duplicates(evidence: Evidence) -> Mapping[str, int]:
    return {name: found["duplicates"] for name, found in evidence.stand_ins.counts.items()}


def _longest_silence(journal: Sequence[Recorded[Fact]]) -> str:
    """While no fact was written: how long, and since when."""
    times = [recorded.message.at for recorded in journal]
    if len(times) < PAIR:
        return "no facts"
    earlier, later = max(pairwise(times), key=lambda pair: pair[1] - pair[0])
    return f"{(later - earlier).total_seconds():.1f} s from {earlier:%H:%M:%S}"


def _counts(found: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(found.items())) or "none"


def _table(title: str, *headings: str) -> Table:
    table = Table(title=f"\n{title}", title_justify="left", box=None, header_style="bold", pad_edge=False)
    for index, heading in enumerate(headings):
        table.add_column(heading, justify="left" if index == 0 else "right", no_wrap=True)
    return table
