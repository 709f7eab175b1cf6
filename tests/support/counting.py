"""What was counted while a test ran, by metric and labels."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader, NumberDataPoint

from hawker.telemetry.exposition import counted
from hawker.telemetry.meter import Metric


class Counted:
    def __init__(self, reader: InMemoryMetricReader) -> None:
        self._reader = reader

    def value(self, metric: Metric, **labels: str) -> float | None:
        """Of a counter or a gauge; of a histogram how many values it has. None where nothing was told."""
        data = self._reader.get_metrics_data()
        for resource in data.resource_metrics if data else ():
            for one in (one for scope in resource.scope_metrics for one in scope.metrics if one.name == metric.name):
                for point in one.data.data_points:
                    if dict(point.attributes or {}) == labels:
                        return _number(point)
        return None


@contextmanager
def counting() -> Iterator[Counted]:
    reader = InMemoryMetricReader()
    with counted("tester", "tester-1", [reader]):
        yield Counted(reader)


def _number(point: object) -> float:
    if isinstance(point, HistogramDataPoint):
        return point.count
    assert isinstance(point, NumberDataPoint)
    return point.value
