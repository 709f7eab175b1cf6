"""What the rows say of a journal, beside the ledger's own book and beside the same journal in one piece."""

from collections.abc import Sequence
from dataclasses import fields

from hawker.contracts.facts import ENDED_JOB, Fact
from hawker.contracts.recorded import Recorded
from hawker.contracts.words import TaskStatus
from orchestrator.projections.fold import fold
from tests.invariants.ledger import BrokenError, Job, Ledger
from tests.invariants.tables import Row, Tables


def check_rows(journal: Sequence[Recorded[Fact]], ledger: Ledger, tables: Tables | None = None) -> None:
    """Of a whole journal; that its jobs have ended is for others to say. `tables` are what came of it page by page. Raises BrokenError."""
    whole = Tables()
    whole.write(fold(journal))
    whole.check_counts()
    for job_id, job in ledger.jobs.items():
        _check_job(whole, job_id, job)
    for (_, batch_id), row in whole.batches.items():
        _same(f"{batch_id} has ended", ledger.batches[str(batch_id)].ended, row["ended_at"] is not None)
    if tables is not None:
        for table in fields(Tables):
            _same_rows(table.name, getattr(whole, table.name), getattr(tables, table.name))


def _check_job(tables: Tables, job_id: str, job: Job) -> None:
    tenant_id = job.account[0]
    row = tables.jobs[tenant_id, job_id]
    _same(job_id, job.end, row["status"] if row["status"] in ENDED_JOB else None)
    _same(f"the round of {job_id}", job.round, row["retry_count"])
    tasks = {position: tables.tasks[tenant_id, job_id, position] for position in range(job.size)}
    _same(f"what {job_id} has done", job.succeeded, {position for position, task in tasks.items() if task["status"] == TaskStatus.SUCCESS})
    _same(f"attempts of {job_id}", {n: job.attempts[n] for n in tasks}, {n: task["attempt"] for n, task in tasks.items()})


def _same_rows(table: str, whole: dict[object, Row], paged: dict[object, Row]) -> None:
    _same(f"keys of {table}", whole.keys(), paged.keys())
    for key, row in whole.items():
        _same(f"{table} {key}", row, paged[key])


def _same(what: str, said: object, row: object) -> None:
    if said != row:
        raise BrokenError(f"read models = fold(journal): {what}: {said}, in the rows {row}"[:2000])
