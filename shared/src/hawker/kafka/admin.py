"""A cluster's topics as the code wants them: makes what is missing, changes settings, says what differs. Deletes nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import (  # type: ignore[import-untyped]  # aiokafka ships no types
    AIOKafkaAdminClient,
    NewPartitions,
    NewTopic,
)
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType  # type: ignore[import-untyped]  # the same
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code  # type: ignore[import-untyped]  # the same

from hawker.contracts.topics import RECORD_BYTES_MAX, TopicSpec
from hawker.kafka.errors import Unavailable
from hawker.kafka.producer import WRITE_BYTES_MAX
from hawker.kafka.settings import KafkaSettings

ADMIN_SECONDS_MAX = 60.0
SETTLE_POLL_SECONDS = 0.05
_TOPIC_SOURCE = 1
"""Kafka's number for a setting that was given to the topic itself."""


@dataclass(frozen=True, slots=True)
class Wanted:
    name: str
    partitions: int
    fixed: bool
    """Its partition count is part of the data: a key's home would move."""
    replication: int
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    partitions: int
    replication: int
    settings: Mapping[str, str]
    """Those given to the topic itself."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`amends` says whether matching can take it away; what it cannot is for a person."""

    topic: str
    text: str
    amends: bool

    def __str__(self) -> str:
        return f"{self.topic}: {self.text}" + ("" if self.amends else " (left as it is)")


def wanted(spec: TopicSpec, settings: KafkaSettings) -> Wanted:
    is_dead_letters = spec.name == settings.topics.dead_letters
    return Wanted(
        name=spec.name,
        partitions=settings.shards if spec.sharded else settings.command_partitions,
        fixed=spec.sharded,
        replication=settings.replication,
        settings={
            "cleanup.policy": "delete",
            "retention.ms": str(spec.retention_ms),
            "max.message.bytes": str(WRITE_BYTES_MAX if is_dead_letters else RECORD_BYTES_MAX),
            "min.insync.replicas": str(max(1, settings.replication - 1)),
        },
    )


def differences(want: Wanted, found: Found | None) -> list[Difference]:
    if found is None:
        return [Difference(want.name, f"missing; made with {want.partitions} partitions", amends=True)]
    differ = [*_partitions_differ(want, found)]
    if found.replication != want.replication:
        differ.append(Difference(want.name, f"{found.replication} replicas, wanted {want.replication}", amends=False))
    for name, value in want.settings.items():
        if found.settings.get(name) != value:
            differ.append(Difference(want.name, f"{name} is {found.settings.get(name, 'the default')}, wanted {value}", amends=True))
    return differ


def _partitions_differ(want: Wanted, found: Found) -> Iterable[Difference]:
    if found.partitions != want.partitions:
        text = f"{found.partitions} partitions, wanted {want.partitions}"
        why = "; every tenant's shard follows from this number, so it never changes" if want.fixed else ""
        yield Difference(want.name, text + why, amends=not want.fixed and found.partitions < want.partitions)


async def match_topics(settings: KafkaSettings, *, change: bool = True) -> list[Difference]:
    """What differed, and has been amended if `change`. Doing it again changes nothing. Raises Unavailable."""
    try:
        async with asyncio.timeout(ADMIN_SECONDS_MAX), _admin(settings) as admin:
            return await _match(admin, [wanted(spec, settings) for spec in settings.topics.specs()], change=change)
    except (KafkaError, TimeoutError, OSError) as fault:
        raise Unavailable(f"the topics at {settings.bootstrap} could not be matched: {fault!r}") from fault


async def _match(admin: AIOKafkaAdminClient, wants: list[Wanted], *, change: bool) -> list[Difference]:
    found = await _find(admin, [want.name for want in wants])
    differ = {want.name: differences(want, found.get(want.name)) for want in wants}
    if change:
        await _create(admin, [want for want in wants if want.name not in found])
        for want in wants:
            if want.name in found and any(difference.amends for difference in differ[want.name]):
                await _amend(admin, want, found[want.name])
        await _settle(admin, wants)
    return [difference for found_here in differ.values() for difference in found_here]


async def _create(admin: AIOKafkaAdminClient, wants: list[Wanted]) -> None:
    if not wants:
        return
    made = await admin.create_topics([NewTopic(w.name, w.partitions, w.replication, topic_configs=dict(w.settings)) for w in wants])
    for name, code, *text in made.topic_errors:
        if code and for_code(code) is not TopicAlreadyExistsError:  # Another process may have been faster.
            raise for_code(code)(f"{name}: {text}")


async def _amend(admin: AIOKafkaAdminClient, want: Wanted, found: Found) -> None:
    """Kafka's oldest call for this replaces all settings of a topic; so those that are not ours are given back."""
    answers = await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, want.name, {**found.settings, **want.settings})])
    for code, text, *_ in (resource for answer in answers for resource in answer.resources):
        if code:
            raise for_code(code)(f"{want.name}: {text}")
    if not want.fixed and found.partitions < want.partitions:
        await admin.create_partitions({want.name: NewPartitions(want.partitions)})


async def _settle(admin: AIOKafkaAdminClient, wants: list[Wanted]) -> None:
    """A cluster shows a change a moment after it took it, and a new topic's first records would be refused for want of a leader."""
    while not await _is_settled(admin, wants):  # noqa: ASYNC110 - the broker tells nobody
        await asyncio.sleep(SETTLE_POLL_SECONDS)


async def _is_settled(admin: AIOKafkaAdminClient, wants: list[Wanted]) -> bool:
    found = await _find(admin, [want.name for want in wants])
    if any(difference.amends for want in wants for difference in differences(want, found.get(want.name))):
        return False
    topics = await admin.describe_topics([want.name for want in wants])
    return all(partition["leader"] >= 0 and not partition["error_code"] for topic in topics for partition in topic["partitions"])


async def _find(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, Found]:
    topics = {t["topic"]: t["partitions"] for t in await admin.describe_topics(names) if not t["error_code"]}
    if not topics:
        return {}
    given = await _given_settings(admin, topics)
    return {name: Found(len(partitions), min(len(p["replicas"]) for p in partitions), given[name]) for name, partitions in topics.items()}


async def _given_settings(admin: AIOKafkaAdminClient, names: Iterable[str]) -> dict[str, dict[str, str]]:
    answers: list[Any] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    return {
        name: {entry[0]: entry[1] for entry in entries if entry[3] == _TOPIC_SOURCE}
        for answer in answers
        for _, _, _, name, entries in answer.resources
    }


@asynccontextmanager
async def _admin(settings: KafkaSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(client_id=f"{settings.topic_prefix}.admin", **settings.connection())
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()
