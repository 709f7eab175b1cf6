"""Every refusal of the gateway is counted, under the name that programs know it by."""

from api_gateway import problems
from hawker.telemetry import metrics
from tests.support.counting import counting


def test_a_refusal_is_counted_by_its_kind() -> None:
    with counting() as told:
        problems.busy("64 requests are being taken in already.").response()
        problems.unavailable("The log").response()
        problems.unavailable("The log").response()
        assert told.value(metrics.REQUESTS_REFUSED, problem="busy") == 1
        assert told.value(metrics.REQUESTS_REFUSED, problem="unavailable") == 2
