"""Whoever reads uncommitted carries out what was taken back: so no reader of ours does, and each says so."""

import ast

import pytest

from hawker.kafka import client
from hawker.kafka.settings import KafkaSettings
from tests.support import tidy

MAKERS = {"shared/src/hawker/kafka/client.py"}
"""Where consumers are made; everybody else asks here, or FastStream's subscriber below."""


def test_a_consumer_reads_what_is_committed_and_commits_nothing_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}
    monkeypatch.setattr("aiokafka.AIOKafkaConsumer", lambda **options: asked.update(options))
    client.consumer(KafkaSettings(bootstrap="127.0.0.1:9092"), "tester")
    assert (asked["isolation_level"], asked["enable_auto_commit"]) == ("read_committed", False)


def test_no_consumer_of_ours_is_made_elsewhere_or_asks_for_less() -> None:
    sources = [source for source in tidy.sources() if source.is_program]
    assert [source.path for source in sources if "read_uncommitted" in source.text] == []
    assert {source.path for source in sources if "AIOKafkaConsumer(" in source.text} - {"shared/src/hawker/worker/runner.py"} == MAKERS
    assert [level for source in sources for level in _subscribers(source.tree)] == ["read_committed"]


def _subscribers(tree: ast.Module) -> list[object]:
    """The isolation of each FastStream subscriber."""
    calls = [call for call in ast.walk(tree) if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "subscriber"]
    return [ast.literal_eval(value) for call in calls for value in [_keyword(call, "isolation_level")]]


def _keyword(call: ast.Call, name: str) -> ast.expr:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), ast.Constant(None))
