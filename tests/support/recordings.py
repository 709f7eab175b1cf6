"""Recorded journals of released versions, with the state, the rows and the schemas of their day. Once committed, none of these files ever changes."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from hawker.contracts.codec import FACTS, decode
from hawker.contracts.envelope import Envelope
from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Recorded
from orchestrator.core.apply import apply
from orchestrator.core.state import Shard
from orchestrator.shard.recover import cause_of
from tests.support.picture import touched

FOLDER = Path(__file__).resolve().parents[1] / "contract" / "histories"
DIGESTS = FOLDER / "SHA256SUMS"
PARTS = ("jsonl", "state.json", "trail.json", "rows.json", "schemas.json")
"""The journal; the state it folded to, and how it came there; the rows it left; the schemas of all messages, and the upcasters there were."""

type Json = Any  # Any: JSON of any shape


def versions() -> Sequence[str]:
    return sorted((path.name.removesuffix(".jsonl") for path in FOLDER.glob("*.jsonl")), key=_parts)


def frozen(version: str, part: str) -> Json:
    return json.loads((FOLDER / f"{version}.{part}").read_text(encoding="utf-8"))


def journal(version: str) -> list[Recorded[Fact]]:
    """The recording, read as today's services read a journal. That of 0.1.0 has neither offsets nor ids: its lines are its offsets."""
    lines = (FOLDER / f"{version}.jsonl").read_text(encoding="utf-8").splitlines()
    return [_recorded(number, record) for number, record in enumerate(map(json.loads, lines)) if "value" in record]


def fold(facts: Sequence[Recorded[Fact]]) -> Shard:
    shard = Shard()
    for recorded in facts:
        apply(shard, recorded.message, cause_of(recorded.envelope.cause))
    return shard


def trail(facts: Sequence[Recorded[Fact]]) -> list[Json]:
    """What each fact changed, in the order of the journal: a job that has ended tells nothing of its life."""
    shard, steps = Shard(), []
    for recorded in facts:
        apply(shard, recorded.message, cause_of(recorded.envelope.cause))
        steps.append(touched(shard, recorded.message))
    return steps


def digests() -> dict[str, str]:
    """Of the files that are there, by name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(_files())}


def committed_digests() -> dict[str, str]:
    pairs = (line.split() for line in DIGESTS.read_text(encoding="utf-8").splitlines())
    return {name: digest for digest, name in pairs}


def _files() -> Iterator[Path]:
    return (path for path in FOLDER.iterdir() if path != DIGESTS)


def _recorded(number: int, record: dict[str, Json]) -> Recorded[Fact]:
    fact = cast("Fact", decode(record["type"], record["value"].encode(), FACTS))  # The table holds the members of this union.
    time = datetime.fromisoformat(record["time"]) if "time" in record else fact.at
    envelope = Envelope(
        id=record.get("id", f"line-{number}"),
        type=record["type"],
        source=record.get("source", "recorded"),
        time=time.astimezone(UTC),
        traceparent=record.get("traceparent"),
        cause=record["cause"],
    )
    return Recorded("hawker.journal", record.get("partition", 0), record.get("offset", number), envelope, fact)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
