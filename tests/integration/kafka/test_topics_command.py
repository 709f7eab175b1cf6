"""`python -m hawker.kafka topics`: once or twice, on an empty cluster or one that somebody has touched."""

import asyncio
import sys
import uuid

import pytest

from hawker.contracts.topics import RECORD_BYTES_MAX, Lane
from hawker.kafka.admin import match_topics
from hawker.kafka.errors import Unavailable
from hawker.kafka.settings import KafkaSettings
from tests.integration.kafka import log


@pytest.fixture
def empty(kafka_bootstrap: str) -> KafkaSettings:
    """A prefix under which there is nothing yet."""
    return KafkaSettings(bootstrap=kafka_bootstrap, topic_prefix=f"test-{uuid.uuid4().hex[:10]}", shards=3, command_partitions=2)


async def _run(settings: KafkaSettings, *arguments: str) -> tuple[int, str]:
    environment = {
        "HAWKER_KAFKA_BOOTSTRAP": settings.bootstrap,
        "HAWKER_KAFKA_TOPIC_PREFIX": settings.topic_prefix,
        "HAWKER_KAFKA_SHARDS": str(settings.shards),
        "HAWKER_KAFKA_COMMAND_PARTITIONS": str(settings.command_partitions),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "hawker.kafka",
        "topics",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment,
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


async def _partitions_of(settings: KafkaSettings) -> dict[str, int]:
    async with log.admin(settings) as cluster:
        topics = await cluster.describe_topics([spec.name for spec in settings.topics.specs()])
    return {topic["topic"].removeprefix(f"{settings.topic_prefix}."): len(topic["partitions"]) for topic in topics}


async def test_it_makes_every_topic_and_says_so_and_a_second_time_changes_nothing(empty: KafkaSettings) -> None:
    status, said = await _run(empty)
    assert status == 0
    assert said.count("missing; made") == len(empty.topics.specs())
    assert await _partitions_of(empty) == {
        "requests": 3,
        "outcomes": 3,
        "journal": 3,
        "commands.ebay": 2,
        "commands.etsy": 2,
        "commands.plugin": 2,
        "dead-letters": 2,
    }
    assert await _run(empty) == (0, "7 topics are as wanted\n")


async def test_topics_keep_records_as_long_and_as_large_as_the_code_says(empty: KafkaSettings) -> None:
    await match_topics(empty)
    journal = await log.settings_of(empty, empty.topics.journal)
    assert (journal["retention.ms"], journal["max.message.bytes"]) == ("-1", str(RECORD_BYTES_MAX))
    commands = await log.settings_of(empty, empty.topics.commands(Lane.EBAY))
    assert commands["retention.ms"] == str(2 * 24 * 3600 * 1000)
    dead = await log.settings_of(empty, empty.topics.dead_letters)
    assert int(dead["max.message.bytes"]) > RECORD_BYTES_MAX


async def test_a_setting_that_was_changed_is_set_back_and_one_that_is_not_ours_stays(empty: KafkaSettings) -> None:
    await match_topics(empty)
    await log.set_topic(empty, empty.topics.journal, {"retention.ms": "1000", "segment.bytes": "1048577"})
    status, said = await _run(empty)
    assert status == 0
    assert f"{empty.topics.journal}: retention.ms is 1000, wanted -1\n" in said
    after = await log.settings_of(empty, empty.topics.journal)
    assert (after["retention.ms"], after["segment.bytes"]) == ("-1", "1048577")
    assert await match_topics(empty) == []


async def test_checking_says_what_differs_and_changes_nothing(empty: KafkaSettings) -> None:
    status, said = await _run(empty, "--check")
    assert status == 1
    assert said.count("missing") == len(empty.topics.specs())
    assert len(await match_topics(empty, change=False)) == len(empty.topics.specs())


async def test_shards_are_never_changed_and_command_partitions_only_grow(empty: KafkaSettings) -> None:
    await match_topics(empty)
    more = empty.model_copy(update={"shards": 6, "command_partitions": 4})
    status, said = await _run(more)
    assert status == 1
    assert f"{empty.topics.journal}: 3 partitions, wanted 6; every tenant's shard follows from this number, so it never changes" in said
    partitions = await _partitions_of(empty)
    assert (partitions["journal"], partitions["requests"], partitions["commands.ebay"]) == (3, 3, 4)
    fewer = empty.model_copy(update={"command_partitions": 1})
    assert {difference.amends for difference in await match_topics(fewer)} == {False}
    assert (await _partitions_of(empty))["commands.ebay"] == 4


async def test_two_at_once_do_not_disturb_each_other(empty: KafkaSettings) -> None:
    await asyncio.gather(match_topics(empty), match_topics(empty))
    assert await match_topics(empty) == []


async def test_a_cluster_that_is_not_there_is_said_in_one_line(unused_tcp_port: int) -> None:
    nowhere = KafkaSettings(bootstrap=f"127.0.0.1:{unused_tcp_port}")
    with pytest.raises(Unavailable):
        await match_topics(nowhere)
    status, said = await _run(nowhere)
    assert status == 2
    assert "could not be matched" in said.splitlines()[-1]
    assert "Traceback" not in said
