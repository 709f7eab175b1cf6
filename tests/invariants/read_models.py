"""What the rows say of a journal, beside the ledger's own book. The SQL that merges pages is not run here; integration tests do that."""

from collections.abc import Sequence

from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Recorded
from hawker.contracts.words import TaskStatus
from orchestrator.projections.fold import fold
from tests.invariants.ledger import BrokenError, Ledger


def check_rows(journal: Sequence[Recorded[Fact]], ledger: Ledger) -> None:
    """Of a whole journal whose jobs have ended. Raises BrokenError."""
    rows = fold(journal)
    for job_id, job in ledger.jobs.items():
        tenant_id = job.account[0]
        status = rows.job_changes[tenant_id, job_id].status
        if status != job.end:
            raise BrokenError(f"read models = fold(journal): {job_id} is {job.end}, its row {status}")
        done = {key[2] for key, task in rows.task_changes.items() if key[:2] == (tenant_id, job_id) and task.status == TaskStatus.SUCCESS}
        if done != job.succeeded:
            raise BrokenError(f"read models = fold(journal): {job_id} has done {job.succeeded}, its rows {done}")
