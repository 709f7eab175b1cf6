"""Who owns which partition, on a real group: joining, leaving, dying, and coming back."""

import asyncio
import itertools
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hawker.kafka import client, membership
from hawker.kafka.errors import Unavailable
from hawker.kafka.membership import Membership
from hawker.kafka.settings import KafkaSettings
from tests.integration.kafka import log

ALL = frozenset(range(4))


class _Member:
    """A membership and everything it said."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self.said: list[frozenset[int]] = []
        self.drains = 0
        self.membership = Membership(kafka, _group(kafka), _topics(kafka), self.said.append, self._drain)

    async def _drain(self) -> None:
        self.drains += 1


def _group(kafka: KafkaSettings) -> str:
    return kafka.topics.group("orchestrator")


def _topics(kafka: KafkaSettings) -> list[str]:
    return [kafka.topics.requests, kafka.topics.outcomes]


@asynccontextmanager
async def _member(kafka: KafkaSettings) -> AsyncIterator[_Member]:
    member = _Member(kafka)
    await member.membership.start()
    try:
        yield member
    finally:
        await member.membership.stop()


async def test_a_lone_member_owns_everything_from_the_start(kafka: KafkaSettings) -> None:
    async with _member(kafka) as alone:
        assert alone.membership.assigned == ALL
        assert alone.said[-1] == ALL


async def test_a_second_member_takes_half_and_gives_it_back_when_it_leaves(kafka: KafkaSettings) -> None:
    async with _member(kafka) as first:
        async with _member(kafka) as second:
            await log.until(lambda: len(first.membership.assigned) == 2 == len(second.membership.assigned))
            assert first.membership.assigned | second.membership.assigned == ALL
        await log.until(lambda: first.membership.assigned == ALL)
    assert [sorted(said) for said, _ in itertools.groupby(first.said)] in (
        [[], [0, 1, 2, 3], [], [0, 1], [], [0, 1, 2, 3], []],
        [[], [0, 1, 2, 3], [], [2, 3], [], [0, 1, 2, 3], []],
    )


async def test_work_is_brought_to_rest_before_partitions_go_and_before_leaving(kafka: KafkaSettings) -> None:
    async with _member(kafka) as first:
        before = first.drains
        async with _member(kafka):
            await log.until(lambda: len(first.membership.assigned) == 2)
        assert first.drains > before
        before = first.drains
    assert first.drains > before
    assert first.said[-1] == frozenset()


async def test_everything_stays_paused_through_every_rebalance(kafka: KafkaSettings) -> None:
    async with log.publishing(kafka) as publisher, _member(kafka) as first:
        for n in range(8):
            await publisher.publish(kafka.topics.requests, f"t{n}", log.request(f"r{n}"), id=str(n))
        async with _member(kafka):
            await log.until(lambda: len(first.membership.assigned) == 2)
        await log.until(lambda: first.membership.assigned == ALL)
        consumer = first.membership._consumer
        assert consumer is not None
        assert consumer.paused() == consumer.assignment()  # type: ignore[attr-defined]  # aiokafka's, beyond what we use


async def test_work_that_does_not_come_to_rest_does_not_hold_the_group_up(kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membership, "DRAIN_SECONDS_MAX", 0.2)
    stubborn = Membership(kafka, _group(kafka), _topics(kafka), lambda _: None, lambda: asyncio.sleep(3600))
    await stubborn.start()
    async with _member(kafka) as second:
        await log.until(lambda: len(second.membership.assigned) == 2)
    await stubborn.stop()


_FROZEN = """
import asyncio
from hawker.kafka.membership import Membership
from hawker.kafka.settings import KafkaSettings

async def main() -> None:
    kafka = KafkaSettings()
    def say(partitions): print(sorted(partitions), flush=True)
    member = Membership(kafka, kafka.topics.group("orchestrator"), [kafka.topics.requests, kafka.topics.outcomes], say)
    await member.start()
    await member.wait()

asyncio.run(main())
"""


async def test_a_frozen_member_is_replaced_and_comes_back_when_it_thaws(kafka: KafkaSettings) -> None:
    environment = {
        "HAWKER_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "HAWKER_KAFKA_TOPIC_PREFIX": kafka.topic_prefix,
        "HAWKER_KAFKA_SESSION_TIMEOUT_SECONDS": "6",
    }
    async with _member(kafka) as alive:
        frozen = await asyncio.create_subprocess_exec(sys.executable, "-c", _FROZEN, stdout=asyncio.subprocess.PIPE, env=environment)
        said: list[str] = []
        listening = asyncio.create_task(_listen(frozen, said))
        try:
            await log.until(lambda: len(alive.membership.assigned) == 2 and said[-1:] not in ([], ["[]"]))  # Both have heard.
            frozen.send_signal(signal.SIGSTOP)
            await log.until(lambda: alive.membership.assigned == ALL)
            before = len(said)
            frozen.send_signal(signal.SIGCONT)
            await log.until(lambda: len(alive.membership.assigned) == 2)
            await log.until(lambda: any(line != "[]" for line in said[before:]))
        finally:
            frozen.send_signal(signal.SIGKILL)
            await frozen.wait()
            await listening
        assert said[before] == "[]"  # What it had is not its own any more; only then it gets something again.


async def _listen(process: asyncio.subprocess.Process, said: list[str]) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        said.append(line.decode().strip())  # noqa: PERF401 - one by one, while the process lives


async def test_nothing_begins_any_more_once_a_member_is_leaving(kafka: KafkaSettings) -> None:
    async with _member(kafka) as member:
        pass
    await member.membership.on_partitions_assigned([client.TopicPartition(topic, 0) for topic in _topics(kafka)])
    assert member.said[-1] == frozenset()


async def test_hints_are_committed_for_lag_tools(kafka: KafkaSettings) -> None:
    async with _member(kafka) as member, log.admin(kafka) as cluster:
        member.membership.commit_hint(2, {kafka.topics.requests: 41, kafka.topics.outcomes: 42})
        async with asyncio.timeout(log.PATIENCE_SECONDS):
            while len(found := await cluster.list_consumer_group_offsets(_group(kafka))) < 2:
                await asyncio.sleep(0.05)
        assert {(place.topic, place.partition): at.offset for place, at in found.items()} == {
            (kafka.topics.requests, 2): 41,
            (kafka.topics.outcomes, 2): 42,
        }


async def test_a_hint_for_a_partition_that_is_not_ours_is_dropped(kafka: KafkaSettings) -> None:
    async with _member(kafka) as member:
        member.membership.commit_hint(99, {kafka.topics.requests: 1})
        assert member.membership._hints == {}


async def test_waiting_ends_with_the_membership(kafka: KafkaSettings) -> None:
    member = _Member(kafka)
    await member.membership.start()
    waiting = asyncio.create_task(member.membership.wait())
    await member.membership.stop()
    async with asyncio.timeout(log.PATIENCE_SECONDS):
        await waiting


async def test_a_group_that_cannot_be_reached_is_unavailable(unused_tcp_port: int) -> None:
    kafka = KafkaSettings(bootstrap=f"127.0.0.1:{unused_tcp_port}")
    with pytest.raises(Unavailable):
        await _Member(kafka).membership.start()
