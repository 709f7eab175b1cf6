"""Ports: the usual one where it is free, another where not, the same after a restart."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_stack import ports
from local_stack.ports import Ports, free_port, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_port_that_someone_listens_on_is_not_free(taken: int) -> None:
    assert not is_free(taken)


def test_the_usual_port_is_taken_where_it_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = free_port()
    monkeypatch.setattr(ports, "USUAL", {"gateway": usual})
    assert Ports(tmp_path / "ports.json", usual=True)["gateway"] == usual


def test_another_port_is_taken_where_the_usual_is_not_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: int) -> None:
    monkeypatch.setattr(ports, "USUAL", {"gateway": taken})
    chosen = Ports(tmp_path / "ports.json", usual=True)["gateway"]
    assert chosen != taken
    assert is_free(chosen)


def test_a_test_never_takes_a_usual_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = free_port()
    monkeypatch.setattr(ports, "USUAL", {"gateway": usual})
    assert Ports(tmp_path / "ports.json", usual=False)["gateway"] != usual


def test_a_restart_keeps_the_ports(tmp_path: Path) -> None:
    first = Ports(tmp_path / "ports.json", usual=False)
    chosen = {name: first[name] for name in ("gateway", "kafka", "gateway-2")}
    again = Ports(tmp_path / "ports.json", usual=False)
    assert {name: again[name] for name in chosen} == chosen
    assert len(set(chosen.values())) == 3


def test_a_remembered_port_that_someone_took_meanwhile_is_given_up(tmp_path: Path, taken: int) -> None:
    (tmp_path / "ports.json").write_text(json.dumps({"gateway": taken}))
    kept = Ports(tmp_path / "ports.json", usual=False)
    assert kept["gateway"] == taken
    kept.forget_taken()
    assert kept["gateway"] != taken


def test_free_ports_lie_below_those_of_outgoing_connections() -> None:
    assert all(10_000 <= free_port() < 32_000 for _ in range(50))
