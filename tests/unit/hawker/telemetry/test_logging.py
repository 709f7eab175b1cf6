"""Every line is one JSON object that says who, when and in which trace; nothing secret is in it."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from hawker.telemetry.logging import set_up_logging
from hawker.telemetry.tracing import consumer_span

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class _Lines(io.StringIO):
    def all(self) -> list[dict[str, Any]]:  # Any: JSON
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[_Lines]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = _Lines()
    set_up_logging("tester", "tester-1", "INFO", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_says_what_who_and_when(lines: _Lines) -> None:
    structlog.get_logger().info("shard acquired", shard=3)
    [line] = lines.all()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "shard acquired", "shard": 3, "level": "info", "service": "tester", "instance": "tester-1"}


def test_the_standard_librarys_lines_take_the_same_way(lines: _Lines) -> None:
    logging.getLogger("some.library").warning("took %s s with token=%s", 3, "x")
    [line] = lines.all()
    assert (line["event"], line["level"], line["logger"], line["service"]) == ("took 3 s with token=x", "warning", "some.library", "tester")


def test_lines_below_the_level_are_not_said(lines: _Lines) -> None:
    structlog.get_logger().debug("detail")
    logging.getLogger("some.library").debug("detail")
    logging.getLogger("aiokafka.consumer").info("a rebalance, in its own words")
    assert lines.all() == []


def test_an_exception_is_one_line_and_its_credentials_are_cut_out(lines: _Lines) -> None:
    try:
        int("postgresql://hawker:pa55@db refused")
    except ValueError:
        structlog.get_logger().exception("no database")
        logging.getLogger("some.library").exception("no database")
    ours, theirs = lines.all()
    for line in (ours, theirs):
        assert "ValueError" in line["exception"]
        assert "pa55" not in json.dumps(line)


def test_secrets_are_not_said_in_either_kind_of_line(lines: _Lines) -> None:
    structlog.get_logger().info("refreshed", access_token="hunter2", account={"password": "hunter2"})
    logging.getLogger("some.library").warning("Authorization: Bearer hunter2")
    assert "hunter2" not in lines.getvalue()


def test_lines_inside_a_span_carry_its_trace(lines: _Lines) -> None:
    with consumer_span("hawker.requests", TRACEPARENT):
        structlog.get_logger().info("inside")
        logging.getLogger("some.library").warning("inside")
    structlog.get_logger().info("outside")
    ours, theirs, outside = lines.all()
    assert ours["trace_id"] == theirs["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert "trace_id" not in outside


def test_what_json_does_not_know_is_said_all_the_same(lines: _Lines) -> None:
    structlog.get_logger().info("odd", thing=object())
    assert "object" in lines.all()[0]["thing"]
