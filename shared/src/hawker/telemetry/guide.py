"""The list of metrics as a page for people. Pure."""

from collections.abc import Iterable

from hawker.telemetry.meter import Counter, Metric
from hawker.telemetry.metrics import METRICS

HEAD = """# Metrics

Written from `hawker/telemetry/metrics.py` by `python -m hawker.telemetry > docs/guides/metrics.md`; a test keeps it current.

`HAWKER_METRICS_PORT` opens Prometheus text at `http://127.0.0.1:<port>/metrics` (0 takes a free port and the log says which; `HAWKER_METRICS_HOST` listens elsewhere).
`OTEL_EXPORTER_OTLP_ENDPOINT` sends the same over OTLP, as it does with traces. Neither: nothing is counted, and it costs nothing.
Labels have few values; a tenant or a job is never one. Log lines and traces have those.

| metric | kind | unit | labels | what it means | when it moves |
|---|---|---|---|---|---|
"""


def page(metrics: Iterable[Metric] = METRICS) -> str:
    return HEAD + "".join(f"{_row(metric)}\n" for metric in metrics)


def _row(metric: Metric) -> str:
    name = f"{metric.name}_total" if isinstance(metric, Counter) else metric.name
    labels = "; ".join(f"`{label}`: {values}" for label, values in metric.labels.items())
    cells = (f"`{name}`", type(metric).__name__.lower(), metric.unit, labels, metric.meaning, metric.advice)
    return f"| {' | '.join(cells)} |"
