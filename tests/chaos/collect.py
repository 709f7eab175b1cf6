"""Reads what a round left behind: all topics, the orchestrators' own words, the stand-ins' counts, the read models beside the journal. Judges nothing."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
from pydantic import SecretStr

from hawker.contracts.codec import COMMANDS, FACTS, OUTCOMES
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.dead_letters import ORIGIN, REASON
from hawker.contracts.facts import Fact
from hawker.contracts.outcomes import Outcome
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.contracts.topics import Lane
from hawker.kafka import client
from hawker.kafka.records import read
from hawker.kafka.settings import KafkaSettings
from hawker.postgres import checkpoint
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from local_stack.programs import PARTITIONS
from local_stack.stack import Stack
from orchestrator.projections.rebuild import rebuild
from orchestrator.projections.store import PROJECTION
from tests.chaos.evidence import Letter, Rows, StandIns, Told

TURN_MS = 500


async def records(settings: KafkaSettings, topic: str) -> list[client.Record]:
    """All that is committed, each partition in order. All topics of the local stack have as many partitions."""
    consumer = client.consumer(settings, "chaos", auto_offset_reset="earliest")
    await client.open_client(consumer)
    try:
        places = [client.TopicPartition(topic, partition) for partition in range(PARTITIONS)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        found: list[client.Record] = []
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for page in (await consumer.getmany(timeout_ms=TURN_MS)).values():
                found.extend(page)
        return found
    finally:
        await client.close_client(consumer)


async def journal(settings: KafkaSettings) -> Mapping[int, Sequence[Recorded[Fact]]]:
    found: dict[int, list[Recorded[Fact]]] = {shard: [] for shard in range(PARTITIONS)}
    for record in await records(settings, settings.topics.journal):
        fact = read(record, FACTS)
        assert not isinstance(fact.message, Undecodable), f"{fact.place} is no fact: {fact.message.reason}"
        found[record.partition].append(fact)  # type: ignore[arg-type]  # FACTS holds the members of Fact
    return found


async def commands(settings: KafkaSettings) -> Sequence[ExecuteTask]:
    found = [read(record, COMMANDS).message for lane in Lane for record in await records(settings, settings.topics.commands(lane))]
    return [command for command in found if isinstance(command, ExecuteTask)]


async def outcomes(settings: KafkaSettings) -> Mapping[str, Outcome]:
    found = [read(record, OUTCOMES) for record in await records(settings, settings.topics.outcomes)]
    return {one.place: one.message for one in found if not isinstance(one.message, Undecodable)}  # type: ignore[misc]  # OUTCOMES holds the members of Outcome


async def letters(settings: KafkaSettings) -> Sequence[Letter]:
    found = [dict(record.headers) for record in await records(settings, settings.topics.dead_letters)]
    return [Letter(headers.get(ORIGIN, b"?").decode(), headers.get(REASON, b"?").decode()) for headers in found]


def told(stack: Stack) -> Sequence[Told]:
    """Of every shard that an orchestrator let go in peace, in the course of the round or at its end."""
    files = stack.layout.logs.glob("orchestrator*.log*")
    return [_told(line) for file in files for line in _lines(file) if '"shard drained"' in line]


def _lines(file: Path) -> Sequence[str]:
    return file.read_text(errors="replace").splitlines()


def _told(line: str) -> Told:
    said = json.loads(line)
    return Told(said["shard"], said["checksum"], said["positions"])


async def stand_ins(stack: Stack) -> StandIns:
    async with httpx.AsyncClient(base_url=stack.addresses.site("control"), trust_env=False) as control:
        counts = (await control.get("/counts")).raise_for_status().json()
        faults = (await control.get("/faults")).raise_for_status().json()["faults"]
    fired: Counter[str] = Counter()
    for fault in faults:
        fired[f"{fault['kind']} of {fault['operation']} at {fault['marketplace']}"] += fault["fired"]
    return StandIns(counts, dict(fired))


async def positions(stack: Stack) -> Mapping[int, int]:
    """How far the read models are."""
    async with await open_pool(_postgres(stack)) as pool, pool.acquire() as connection, connection.transaction():
        return await checkpoint.positions(connection, PROJECTION, range(PARTITIONS))


async def rows(stack: Stack) -> Rows:
    """What a rebuild beside the live tables would change."""
    differences = await rebuild(stack.kafka_settings, _postgres(stack))
    tables = differences.wrong.keys() | differences.put.keys()
    return Rows(await positions(stack), {table: differences.wrong.get(table, 0) + differences.put.get(table, 0) for table in tables})


def _postgres(stack: Stack) -> PostgresSettings:
    return PostgresSettings(dsn=SecretStr(stack.addresses.postgres_dsn))
