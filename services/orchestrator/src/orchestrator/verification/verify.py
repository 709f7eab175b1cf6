"""`python -m orchestrator verify`: every shard that was asked for, its progress, its findings and the exit status."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from enum import IntEnum
from time import monotonic

from hawker.contracts.recorded import Position
from hawker.kafka.journal import KafkaJournalReader
from hawker.kafka.settings import KafkaSettings
from orchestrator.core.checksum import checksum
from orchestrator.snapshots.settings import SnapshotSettings, snapshot_store
from orchestrator.verification.fold import Finding, Folding

WATCH_SECONDS = 5.0
"""Between two looks for new snapshots."""
PROGRESS_SECONDS = 2.0
NO_DATABASE = (
    "verify compares the journal with the snapshots that `python -m orchestrator run` leaves: tell both of a database "
    "(HAWKER_POSTGRES_DSN) and keep HAWKER_SNAPSHOTS on"
)


class Verdict(IntEnum):
    """The exit status."""

    EQUAL = 0
    DIFFERENT = 1
    NOTHING_TO_COMPARE = 2


class Verification:
    """`verdict` is what was found so far."""

    def __init__(self, kafka: KafkaSettings, settings: SnapshotSettings, shards: Sequence[int], *, watch: bool) -> None:
        self._kafka = kafka
        self._settings = settings
        self._shards = tuple(shards) or tuple(range(kafka.shards))
        self._watch = watch
        self._compared = self._different = 0
        self._told_at = 0.0

    @property
    def verdict(self) -> Verdict:
        if self._different:
            return Verdict.DIFFERENT
        return Verdict.EQUAL if self._compared else Verdict.NOTHING_TO_COMPARE

    async def run(self, stop: asyncio.Event) -> None:
        """Once, or until `stop` if it watches. Raises Unavailable or UnreadableFact."""
        async with snapshot_store(self._settings, self._kafka.topics) as store:
            if store is None:
                _say(NO_DATABASE)
                return
            reader = KafkaJournalReader(self._kafka)
            foldings = [Folding(shard, reader, store, self._progress) for shard in self._shards]
            for folding in foldings:
                await self._go_on(folding)
                _say(
                    f"shard {folding.partition}: folded to {folding.position:,}, {_jobs(folding.shard.live_count)}, {checksum(folding.shard)}"
                )
            while self._watch and not await _passed(stop, WATCH_SECONDS):
                for folding in foldings:
                    await self._go_on(folding)

    async def _go_on(self, folding: Folding) -> None:
        async for finding in folding.go_on():
            self._compared += finding.left_alone is None
            self._different += bool(finding.differences)
            _say("\n  ".join((f"shard {folding.partition}: {_said(finding)}", *finding.differences)))

    def _progress(self, shard: int, position: Position, end: Position) -> None:
        if monotonic() - self._told_at >= PROGRESS_SECONDS:
            self._told_at = monotonic()
            sys.stderr.write(f"shard {shard}: {position:,} of {end:,} ({position / end:.0%})\n")


def _said(finding: Finding) -> str:
    head = finding.head
    of = f"snapshot of {head.taken_at:%Y-%m-%d %H:%M:%S} at {head.position:,}, {_jobs(head.jobs_live)}"
    if finding.left_alone is not None:
        return f"{of}: not compared, {finding.left_alone}"
    return f"{of}: {'NOT EQUAL to the journal' if finding.differences else 'equal'}"


def _jobs(count: int) -> str:
    return f"{count:,} live jobs"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def _passed(stop: asyncio.Event, seconds: float) -> bool:
    """Whether it is time to stop; otherwise so many seconds are over."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
    return stop.is_set()
