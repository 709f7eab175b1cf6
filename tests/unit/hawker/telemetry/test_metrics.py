"""One list of metrics: all that is counted stands in it, all that stands in it is counted, and whoever asks is told."""

import ast
from collections.abc import Iterator

import httpx
import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, NumberDataPoint

from hawker.telemetry import guide, metrics
from hawker.telemetry.exposition import ENDPOINTS, counted, exposed
from hawker.telemetry.meter import Counter, Gauge, Histogram, Metric
from hawker.telemetry.metrics import METRICS
from tests.support import tidy

LIST = "shared/src/hawker/telemetry/metrics.py"
MOVES = {"count", "record", "level"}
IDS = {"tenant", "tenant_id", "job", "job_id", "batch", "batch_id", "account", "account_id", "subject", "url"}


@pytest.fixture
def reader() -> Iterator[InMemoryMetricReader]:
    reader = InMemoryMetricReader()
    with counted("tester", "tester-1", [reader]):
        yield reader


@pytest.fixture(autouse=True)
def no_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENDPOINTS:
        monkeypatch.delenv(name, raising=False)


def names() -> dict[str, Metric]:
    """By the name that the source calls it."""
    return {name: value for name, value in vars(metrics).items() if isinstance(value, Metric)}


def moved() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Where, which metric and with which labels, all over the source."""
    for source in tidy.sources():
        for call in ast.walk(source.tree) if source.is_program else ():
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in MOVES:
                first = call.args[0] if call.args else None
                if isinstance(first, ast.Attribute) and isinstance(first.value, ast.Name) and first.value.id == "metrics":
                    yield source.path, first.attr, frozenset(keyword.arg or "**" for keyword in call.keywords)


def points(reader: InMemoryMetricReader) -> dict[str, list[tuple[dict[str, object], float]]]:
    data = reader.get_metrics_data()
    found = [metric for resource in (data.resource_metrics if data else ()) for scope in resource.scope_metrics for metric in scope.metrics]
    return {
        metric.name: [
            (dict(point.attributes or {}), point.value) for point in metric.data.data_points if isinstance(point, NumberDataPoint)
        ]
        for metric in found
    }


def test_every_metric_of_the_list_is_moved_by_somebody() -> None:
    assert {name for _, name, _ in moved()} == names().keys()


def test_a_metric_is_moved_with_exactly_its_labels() -> None:
    assert [(path, name) for path, name, labels in moved() if labels != names()[name].labels.keys()] == []


def test_nothing_is_counted_outside_the_list() -> None:
    made = [
        source.path
        for source in tidy.sources()
        if source.is_program
        and any(word in source.text for word in ("opentelemetry.metrics", "opentelemetry import metrics", "prometheus_client"))
    ]
    assert made == ["shared/src/hawker/telemetry/exposition.py", "shared/src/hawker/telemetry/meter.py"]
    kinds = {"Counter(", "Gauge(", "Histogram("}
    listed = [
        source.path for source in tidy.sources() if "hawker.telemetry.meter" in source.text and any(kind in source.text for kind in kinds)
    ]
    assert [path for path in listed if not path.startswith("tests/")] == [LIST]


def test_names_are_prometheus_names_said_once_and_no_label_is_an_id() -> None:
    said = [metric.name for metric in METRICS]
    assert len(said) == len(set(said)) == len(METRICS)
    assert all(name.startswith("hawker_") and name == name.lower() for name in said)
    assert not any(IDS & metric.labels.keys() for metric in METRICS)
    assert all(metric.meaning.endswith((".", "?")) and metric.advice.endswith((".", "?")) for metric in METRICS)


def test_the_guide_is_current() -> None:
    assert (tidy.ROOT / "docs/guides/metrics.md").read_text(encoding="utf-8") == guide.page(), (
        "python -m hawker.telemetry > docs/guides/metrics.md"
    )


def test_off_nothing_is_kept() -> None:
    metrics.count(metrics.SHARDS_ACQUIRED)
    metrics.level(metrics.JOBS_LIVE, 3, shard="0")
    reader = InMemoryMetricReader()
    with counted("tester", "tester-1", [reader]):
        assert points(reader) == {}


def test_counts_add_up_by_label(reader: InMemoryMetricReader) -> None:
    metrics.count(metrics.COMMANDS_DISPATCHED, 3, lane="ebay")
    metrics.count(metrics.COMMANDS_DISPATCHED, lane="ebay")
    metrics.count(metrics.COMMANDS_DISPATCHED, lane="etsy")
    metrics.count(metrics.COMMANDS_DISPATCHED, 0, lane="plugin")
    assert points(reader)["hawker_commands_dispatched"] == [({"lane": "ebay"}, 4), ({"lane": "etsy"}, 1)]


def test_a_level_is_what_it_was_last_until_it_is_forgotten(reader: InMemoryMetricReader) -> None:
    metrics.level(metrics.JOBS_LIVE, 5, shard="0")
    metrics.level(metrics.JOBS_LIVE, 7, shard="0")
    metrics.level(metrics.JOBS_LIVE, 1, shard="1")
    assert points(reader)["hawker_jobs_live"] == [({"shard": "0"}, 7), ({"shard": "1"}, 1)]
    metrics.forget(metrics.JOBS_LIVE, shard="0")
    assert points(reader)["hawker_jobs_live"] == [({"shard": "1"}, 1)]


def test_prometheus_is_told_every_metric_under_its_name() -> None:
    with exposed("tester", "tester-1", "127.0.0.1", 0) as port:
        for metric in METRICS:
            move(metric)
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    told = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    assert {f"{metric.name}_total" if isinstance(metric, Counter) else metric.name for metric in METRICS} <= told
    assert 'hawker_jobs_live{shard="x"} 1.0' in text
    assert 'le="0.005"' in text


def test_a_port_that_is_taken_costs_the_metrics_and_not_the_service() -> None:
    with exposed("tester", "tester-1", "127.0.0.1", 0) as port, exposed("tester", "tester-2", "127.0.0.1", port) as second:
        assert port is not None
        assert second is None


def test_without_a_port_and_an_endpoint_nobody_is_told() -> None:
    with exposed("tester", "tester-1", "127.0.0.1", None) as port:
        assert port is None


def move(metric: Metric) -> None:
    labels = dict.fromkeys(metric.labels, "x")
    if isinstance(metric, Counter):
        metrics.count(metric, **labels)
    elif isinstance(metric, Gauge):
        metrics.level(metric, 1, **labels)
    else:
        assert isinstance(metric, Histogram)
        metrics.record(metric, 0.004, **labels)
