"""A trace goes on over topics, whether or not anybody records it."""

import os
import subprocess
import sys

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from hawker.telemetry import tracing
from hawker.telemetry.tracing import consumer_span, current_traceparent, new_traceparent, producer_span, set_up_tracing

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """Spans of a provider of this test's own."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "_tracer", lambda: provider.get_tracer("test"))
    return exporter


def test_nothing_is_exported_unless_an_endpoint_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tracing.ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
    assert set_up_tracing("tester", "tester-1") is False


def test_without_recording_a_trace_is_handed_on_unchanged() -> None:
    with consumer_span("hawker.requests", TRACEPARENT), producer_span("hawker.commands.ebay") as handed_on:
        assert handed_on == TRACEPARENT
    assert current_traceparent() is None


def test_without_a_trace_there_is_none_to_hand_on() -> None:
    with consumer_span("hawker.requests", None), producer_span("hawker.commands.ebay") as handed_on:
        assert handed_on is None


@pytest.mark.parametrize("broken", ["", "rubbish", "00-0-0-01", "00-" + "0" * 32 + "-b7ad6b7169203331-01"])
def test_a_broken_traceparent_is_no_trace(broken: str) -> None:
    with consumer_span("hawker.requests", broken):
        assert current_traceparent() is None


def test_a_new_trace_is_one_that_can_be_continued() -> None:
    begun = new_traceparent()
    with consumer_span("hawker.requests", begun):
        assert current_traceparent() == begun
    assert new_traceparent() != begun


def test_a_consumer_span_is_the_child_of_what_sent_the_message(recorded: InMemorySpanExporter) -> None:
    with consumer_span("hawker.requests", TRACEPARENT, {"messaging.kafka.offset": 7}), producer_span("hawker.commands.ebay") as handed_on:
        pass
    sent, processed = recorded.get_finished_spans()
    assert (processed.name, processed.kind) == ("process hawker.requests", SpanKind.CONSUMER)
    assert processed.parent is not None
    assert f"{processed.parent.span_id:016x}" == "b7ad6b7169203331"
    assert processed.attributes is not None
    assert processed.attributes["messaging.kafka.offset"] == 7
    assert (sent.name, sent.kind) == ("send hawker.commands.ebay", SpanKind.PRODUCER)
    assert sent.context is not None
    assert handed_on == tracing.traceparent_of(sent.context)
    assert f"{sent.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"


def test_a_span_without_a_parent_does_not_join_what_happens_to_be_open(recorded: InMemorySpanExporter) -> None:
    with consumer_span("hawker.requests", TRACEPARENT), consumer_span("hawker.outcomes", None):
        pass
    inner, outer = recorded.get_finished_spans()
    assert inner.parent is None
    assert outer.parent is not None


def test_a_named_endpoint_turns_recording_on_and_a_dead_one_does_no_harm() -> None:
    code = (
        "from opentelemetry import trace\n"
        "from hawker.telemetry.service import telemetry\n"
        "from hawker.telemetry.tracing import consumer_span\n"
        "with telemetry('tester'):\n"
        "    with consumer_span('hawker.requests', None) as span:\n"
        "        print('recording', span.is_recording())\n"
    )
    environment = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert "recording True" in done.stdout


def test_telemetry_off_leaves_opentelemetry_untouched() -> None:
    assert not isinstance(trace.get_tracer_provider(), TracerProvider)
