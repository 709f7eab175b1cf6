"""Read models can be built again from a journal of any version: the rows are the ones that it left in its day."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import recordings
from tests.support.freezing import Rows, rows_of

KEYS = {
    "batches": ("tenant_id", "batch_id"),
    "jobs": ("tenant_id", "job_id"),
    "tasks": ("tenant_id", "job_id", "position"),
    "listings": ("tenant_id", "marketplace", "account_id", "handle"),
    "history": ("tenant_id", "journal_offset"),
}

type Json = Any  # Any: JSON of any shape


@pytest.mark.parametrize("version", recordings.versions())
@pytest.mark.parametrize("page_facts", [1000, 7])
async def test_an_old_journal_leaves_the_rows_it_left_then(version: str, page_facts: int, database: str) -> None:
    rows = await rows_of(database, recordings.journal(version), page_facts)
    frozen: Rows = recordings.frozen(version, "rows.json")
    for table, keys in KEYS.items():
        before, now = ({tuple(row[key] for key in keys): row for row in found[table]} for found in (frozen, rows))
        assert before.keys() == now.keys()
        assert [change for key, row in before.items() for change in lost(row, now[key], f"{table} {key}")] == []


def lost(frozen: Json, now: Json, place: str) -> Iterator[str]:
    """What a frozen row says and today's does not. A column, and a field of a fact's JSON, may have been added."""
    if isinstance(frozen, dict) and isinstance(now, dict):
        for name, value in frozen.items():
            yield from lost(value, now.get(name), f"{place}.{name}")
    elif frozen != now:
        yield f"{place} was {frozen!r} and is {now!r}"
