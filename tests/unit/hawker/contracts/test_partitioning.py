"""Our murmur2 is Kafka's: a tenant must live on the partition where every client puts it."""

import pytest
from aiokafka.partitioner import murmur2 as aiokafkas  # type: ignore[import-untyped]  # aiokafka ships no types
from hypothesis import given
from hypothesis import strategies as st

from hawker.contracts.partitioning import murmur2, partition_of


@given(st.binary(max_size=64))
def test_the_hash_is_that_of_the_kafka_clients(data: bytes) -> None:
    assert murmur2(data) == aiokafkas(data) & 0xFFFFFFFF


@pytest.mark.parametrize(("text", "expected"), [("21", -973932308), ("foobar", -790332482), ("a-little-bit-long-string", -985981536)])
def test_the_hash_gives_the_values_that_apache_kafka_publishes(text: str, expected: int) -> None:
    assert murmur2(text.encode()) == expected & 0xFFFFFFFF


def test_a_tenant_always_lives_in_one_place() -> None:
    assert {partition_of("demo", 4) for _ in range(3)} == {partition_of("demo", 4)}
