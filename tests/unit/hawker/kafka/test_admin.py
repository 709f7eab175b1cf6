"""What differs between a cluster and the code, and what may be done about it."""

import pytest

from hawker.kafka.admin import Difference, Found, Wanted, differences, wanted
from hawker.kafka.settings import KafkaSettings

WANT = Wanted("t", partitions=4, fixed=True, replication=3, settings={"retention.ms": "-1"})
AS_WANTED = Found(partitions=4, replication=3, settings={"retention.ms": "-1", "segment.bytes": "9"})


def test_a_topic_as_wanted_differs_in_nothing_whatever_else_is_set_on_it() -> None:
    assert differences(WANT, AS_WANTED) == []


def test_a_missing_topic_is_made() -> None:
    assert differences(WANT, None) == [Difference("t", "missing; made with 4 partitions", amends=True)]


@pytest.mark.parametrize(
    ("fixed", "partitions", "amends"),
    [(True, 2, False), (True, 8, False), (False, 2, True), (False, 8, False)],
    ids=["shards never grow", "shards never shrink", "others grow", "others never shrink"],
)
def test_partitions(fixed: bool, partitions: int, amends: bool) -> None:  # noqa: FBT001 - a table's columns
    want = Wanted("t", partitions=4, fixed=fixed, replication=3, settings={})
    [difference] = differences(want, Found(partitions, 3, {}))
    assert difference.amends is amends
    assert f"{partitions} partitions, wanted 4" in str(difference)


def test_replicas_are_left_to_a_person() -> None:
    [difference] = differences(WANT, Found(4, 1, AS_WANTED.settings))
    assert str(difference) == "t: 1 replicas, wanted 3 (left as it is)"


def test_a_setting_is_set_back() -> None:
    assert [str(d) for d in differences(WANT, Found(4, 3, {}))] == ["t: retention.ms is the default, wanted -1"]


@pytest.mark.parametrize(("replication", "in_sync"), [(1, "1"), (2, "1"), (3, "2")])
def test_one_broker_may_be_lost_where_there_are_others(replication: int, in_sync: str) -> None:
    settings = KafkaSettings(bootstrap="b:1", replication=replication)
    assert {wanted(spec, settings).settings["min.insync.replicas"] for spec in settings.topics.specs()} == {in_sync}
