"""The tables in memory merge pages as PostgreSQL does: what the simulation finds in theirs would be so in the real ones."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

import asyncpg
import pytest

from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Recorded
from orchestrator.projections.fold import fold
from orchestrator.projections.write import write
from tests.integration.projections.conftest import TABLES
from tests.integration.projections.stories import random_story, recorded
from tests.invariants.tables import Table, Tables

SEEDS = range(4)
JSON = {"failure", "listing", "result", "skus", "body"}
KEYS = {
    "batches": ("tenant_id", "batch_id"),
    "jobs": ("tenant_id", "job_id"),
    "tasks": ("tenant_id", "job_id", "position"),
    "listings": ("tenant_id", "marketplace", "account_id", "handle"),
    "history": ("partition", "journal_offset"),
}


def cut(journal: Sequence[Recorded[Fact]], chance: Random) -> list[Sequence[Recorded[Fact]]]:
    """Pages of any size; some begin before the one before them ended, some come once more."""
    pages, first = [], 0
    while first < len(journal):
        begin, end = max(0, first - chance.choice((0, 0, 3, 25))), first + chance.choice((1, 7, 40))
        pages += [journal[begin:end]] * chance.choice((1, 1, 2))
        first = end
    return pages


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """Offsets in history have a name of their own; JSON is compared as what it says."""
    if "offset" in row:
        row = {"journal_offset": row["offset"], **{name: value for name, value in row.items() if name != "offset"}}
    return {name: json.loads(value) if name in JSON and isinstance(value, str) else value for name, value in row.items()}


def in_memory(table: Table) -> dict[object, dict[str, Any]]:
    return {key: plain(row) for key, row in table.items()}


async def in_postgres(rows: asyncpg.Connection, table: str) -> dict[object, dict[str, Any]]:
    found = [plain(dict(row)) for row in await rows.fetch(f"select * from {table}")]  # noqa: S608 - names of ours
    return {tuple(row[name] for name in KEYS[table]): row for row in found}


@pytest.mark.parametrize("seed", SEEDS)
async def test_both_say_the_same_after_every_page_however_often_it_comes(seed: int, rows: asyncpg.Connection) -> None:
    tables, journal = Tables(), recorded(random_story(seed).facts)
    for page in cut(journal, Random(seed)):
        tables.write(fold(page))
        async with rows.transaction():
            await write(rows, fold(page))
    for table in TABLES:
        assert in_memory(getattr(tables, table)) == await in_postgres(rows, table), f"{table}, seed {seed}"
