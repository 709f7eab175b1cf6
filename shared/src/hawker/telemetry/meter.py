"""Kinds of metrics, and moving them. Next to free while nobody asks; knows no exporter.

A label's values are few and known (lanes, topics, shards, causes); a tenant or a job is never one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from opentelemetry import metrics as otel
from opentelemetry.metrics import CallbackOptions, Meter, Observation


@dataclass(frozen=True, eq=False)
class Metric:
    """`name` is Prometheus' name; `meaning` is for a reader of graphs, `advice` for whoever is woken by it."""

    name: str
    unit: str
    meaning: str
    advice: str
    labels: Mapping[str, str] = field(default_factory=dict)
    """Each label with what its values are."""


class Counter(Metric):
    """Only grows; its rate is what is looked at."""


class Gauge(Metric):
    """How it is now."""


@dataclass(frozen=True, eq=False)
class Histogram(Metric):
    """How values are spread; `buckets` are upper bounds."""

    buckets: Sequence[float] = ()


type Labels = tuple[tuple[str, str], ...]
type Levels = dict[Labels, float]


@dataclass(slots=True)
class _Board:
    """What this process has counted since somebody asked."""

    meter: Meter | None = None
    counters: dict[Counter, otel.Counter] = field(default_factory=dict)
    histograms: dict[Histogram, otel.Histogram] = field(default_factory=dict)
    levels: dict[Gauge, Levels] = field(default_factory=dict)


_board = _Board()
"""One a process, as the log is."""


def begin_counting(meter: Meter | None) -> None:
    """From now on everything is counted, from nothing; without a meter, nothing is."""
    _board.meter = meter
    _board.counters.clear()
    _board.histograms.clear()
    _board.levels.clear()


def count(metric: Counter, by: int = 1, /, **labels: str) -> None:
    if _board.meter is None or not by:
        return
    instrument = _board.counters.get(metric)
    if instrument is None:
        instrument = _board.counters[metric] = _board.meter.create_counter(metric.name, metric.unit, metric.meaning)
    instrument.add(by, labels)


def record(metric: Histogram, value: float, /, **labels: str) -> None:
    if _board.meter is None:
        return
    instrument = _board.histograms.get(metric)
    if instrument is None:
        instrument = _board.histograms[metric] = _board.meter.create_histogram(
            metric.name, metric.unit, metric.meaning, explicit_bucket_boundaries_advisory=metric.buckets
        )
    instrument.record(value, labels)


def level(metric: Gauge, value: float, /, **labels: str) -> None:
    """It is `value` from now on, until told otherwise or forgotten."""
    if _board.meter is None:
        return
    levels = _board.levels.get(metric)
    if levels is None:
        levels = _board.levels[metric] = {}
        _board.meter.create_observable_gauge(metric.name, [_reads(levels)], metric.unit, metric.meaning)
    levels[_key(labels)] = value


def forget(metric: Gauge, /, **labels: str) -> None:
    """It is no longer ours to tell: a shard went to another process."""
    _board.levels.get(metric, {}).pop(_key(labels), None)


def _key(labels: Mapping[str, str]) -> Labels:
    return tuple(sorted(labels.items()))


def _reads(levels: Levels) -> Callable[[CallbackOptions], Iterator[Observation]]:
    """Called from the exporter's thread, so it goes over a copy."""
    return lambda _: iter([Observation(value, dict(labels)) for labels, value in list(levels.items())])
