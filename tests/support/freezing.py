"""Freezes what a recorded journal means today: its state, its rows, and the schemas it was written by. Overwrites nothing that is frozen."""

import json
from pathlib import Path
from typing import Any

import asyncpg
from pydantic import SecretStr

from hawker.contracts.codec import ALL
from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Recorded
from hawker.contracts.upcasters import UPCASTERS
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from orchestrator.projections.store import ROLE, Store
from tests.support import recordings
from tests.support.picture import picture

TABLES = ("batches", "jobs", "tasks", "listings", "history")

type Rows = dict[str, list[dict[str, Any]]]  # Any: JSON


def freeze_state(version: str) -> None:
    _write(version, "state.json", picture(recordings.fold(recordings.journal(version))))


def freeze_trail(version: str) -> None:
    """One fact a line: what it changed."""
    steps = ",\n".join(json.dumps(step, sort_keys=True) for step in recordings.trail(recordings.journal(version)))
    _write_text(version, "trail.json", f"[\n{steps}\n]\n")


def freeze_schemas(version: str) -> None:
    schemas = {name: model.model_json_schema(mode="serialization") for name, model in ALL.items()}
    _write(version, "schemas.json", {"messages": schemas, "upcasters": sorted(UPCASTERS)})


async def freeze_rows(version: str, dsn: str) -> None:
    _write(version, "rows.json", await rows_of(dsn, recordings.journal(version)))


def write_digests() -> None:
    lines = [f"{digest}  {name}\n" for name, digest in recordings.digests().items()]
    recordings.DIGESTS.write_text("".join(lines), encoding="utf-8")


async def rows_of(dsn: str, journal: list[Recorded[Fact]], page_facts: int = 1000) -> Rows:
    """What the projector leaves of a journal in an empty database."""
    pool = await open_pool(PostgresSettings(dsn=SecretStr(dsn)), role=ROLE)
    async with pool:
        store = Store(pool)
        positions = await store.positions({journal[0].partition})
        for start in range(0, len(journal), page_facts):
            positions = await store.project(journal[start : start + page_facts], positions)
    connection = await asyncpg.connect(dsn)
    try:
        return {table: await _dump(connection, table) for table in TABLES}
    finally:
        await connection.close()


async def _dump(connection: asyncpg.Connection, table: str) -> list[dict[str, Any]]:  # Any: JSON
    found = await connection.fetch(f"select to_jsonb(t) as row from {table} t order by 1")  # noqa: S608 - names of ours
    return [json.loads(record["row"]) for record in found]


def _write(version: str, part: str, content: object) -> None:
    _write_text(version, part, json.dumps(content, indent=1, sort_keys=True) + "\n")


def _write_text(version: str, part: str, text: str) -> None:
    path: Path = recordings.FOLDER / f"{version}.{part}"
    with path.open("x", encoding="utf-8") as file:  # Never over one that is there.
        file.write(text)
