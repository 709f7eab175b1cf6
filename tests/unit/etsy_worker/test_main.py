"""How the worker begins: with wrong settings it says what is wrong, in one line, and never a secret."""

import logging
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from etsy_worker.__main__ import main

ENVIRONMENT = {
    "HAWKER_KAFKA_BOOTSTRAP": "127.0.0.1:1",
    "HAWKER_POSTGRES_DSN": "postgresql://nobody@127.0.0.1:1/none",
    "HAWKER_CREDENTIALS_KEYS": f"test:{b64encode(b'k' * 32).decode()}",
    "HAWKER_ETSY_KEYSTRING": "key",
    "HAWKER_ETSY_SHARED_SECRET": "very-secret",
    "HAWKER_DEFAULTS_FILE": str(Path(__file__).parents[3] / "deploy" / "local" / "defaults" / "etsy.toml"),
}


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """A process sets up logging once; a test must not leave it to the next."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"HAWKER_CREDENTIALS_KEYS": "short:c2hvcnQ="}, "32 bytes"),
        ({"HAWKER_DEFAULTS_FILE": "/nowhere/etsy.toml"}, "/nowhere/etsy.toml"),
        ({"HAWKER_DEFAULTS_FILE": None}, "HAWKER_DEFAULTS_FILE names no file"),
        ({"HAWKER_ETSY_KEYSTRING": None}, "HAWKER_ETSY_KEYSTRING"),
        ({"HAWKER_WORKER_IN_FLIGHT_MAX": "0"}, "HAWKER_WORKER_IN_FLIGHT_MAX"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    change: dict[str, str | None], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {**ENVIRONMENT, **change}.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert main() == 1
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1
    assert "very-secret" not in said
