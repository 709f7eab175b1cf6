"""Migrations on a real server: again, at once, after a crash."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import sql

from hawker.postgres.migrate import known, migrate


@pytest.fixture
def empty(postgres_dsn: str) -> Iterator[str]:
    """The DSN of a database without any schema."""
    name = f"hawker_empty_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield f"{postgres_dsn.rpartition('/')[0]}/{name}"
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def test_a_second_run_changes_nothing(empty: str) -> None:
    assert set(migrate(empty)) == known()
    assert migrate(empty) == ()


def test_several_may_start_at_once(empty: str) -> None:
    with ThreadPoolExecutor(3) as threads:
        applied = list(threads.map(migrate, [empty] * 3))
    assert sorted(name for names in applied for name in names) == sorted(known())


def test_a_killed_run_does_not_lock_out_the_next(empty: str) -> None:
    migrate(empty)
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute("insert into yoyo_lock (locked, ctime, pid) values (1, now(), 12345)")
    assert migrate(empty) == ()


def test_the_command_says_what_it_did(empty: str) -> None:
    def run(dsn: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hawker.postgres", "migrate"]
        return subprocess.run(command, env={"HAWKER_POSTGRES_DSN": dsn}, capture_output=True, text=True, check=False, timeout=60)

    first, second = run(empty), run(empty)
    assert (first.returncode, "applied 0010_read_models" in first.stdout) == (0, True)
    assert (second.returncode, second.stdout) == (0, "nothing to apply\n")
    lost = run("postgresql://nobody:hunter2@127.0.0.1:9/nothing")
    assert lost.returncode == 1
    assert "HAWKER_POSTGRES_DSN" in lost.stderr
    assert "hunter2" not in lost.stderr
