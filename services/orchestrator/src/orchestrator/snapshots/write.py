"""From a state to the chunks of its snapshot, slice by slice, with the state's checksum on the way. Waits for nothing and changes nothing."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import blake2b

import cramjam
from msgspec import Raw

from hawker.contracts.facts import TaskSpec
from hawker.contracts.topics import Lane
from orchestrator.core.checksum import Checksum, encode_row
from orchestrator.core.rows import Origin, job_row, origin_of_order, origin_row, plan_bytes
from orchestrator.core.sections import SECTIONS
from orchestrator.core.state import LaneState, Shard
from orchestrator.job.state import Gone, Job, Order

ORIGINS, PLANS, JOBS = "origins", "plans", "jobs"
"""Sections of the jobs: what many have in common stands once and has a number."""
SLICE_ROWS = 200
"""A slice keeps the loop for some milliseconds."""
CHUNK_BYTES = 256 * 1024
"""A chunk ends once it has so many bytes, before it is compressed. One row is never split, however large."""
COMPRESSION_LEVEL = 1
DIGEST_BYTES = 16

type Chunk = bytes


def copy_of(shard: Shard) -> Shard:
    """The same frozen values in containers of their own: what the shard does next changes nothing here. Has no indexes."""
    return Shard(
        jobs=dict(shard.jobs),
        batches=dict(shard.batches),
        pauses=dict(shard.pauses),
        sessions=dict(shard.sessions),
        parked=dict(shard.parked),
        answered=set(shard.answered),
        positions=dict(shard.positions),
        lanes=_windows(shard.lanes),
        ages=dict(shard.ages),
        to_forget=deque(shard.to_forget),
        accepted_count=shard.accepted_count,
    )


def _windows(lanes: Mapping[Lane, LaneState]) -> dict[Lane, LaneState]:
    return {lane: LaneState(window=replace(state.window)) for lane, state in lanes.items()}


def digest_of(chunks: Iterable[Chunk]) -> str:
    digest = blake2b(digest_size=DIGEST_BYTES)
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


class Writing:
    """One snapshot being written. `checksum` is the state's once all steps are done."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard
        self._origins: dict[Origin, int] = {}
        self._plans: dict[int, int] = {}
        self._plans_by_value: dict[bytes, int] = {}
        self._begin_chunk()
        self.checksum = Checksum()

    def steps(self) -> Iterator[Chunk | None]:
        """A chunk, or None for a mere pause: give the loop to others after each."""
        for _ in self._rows():
            if self._bytes >= CHUNK_BYTES:
                yield self._end_chunk()
            elif self._count % SLICE_ROWS == 0:
                yield None
        yield self._end_chunk()

    def _rows(self) -> Iterator[None]:
        for name, job in self._shard.jobs.items():
            self._add_job(name, job)
            yield
        for name, section in SECTIONS.items():
            for row in section.rows(self._shard):
                encoded = encode_row(row)
                self.checksum.add_row(name, encoded)
                self._add(name, encoded)
                yield

    def _add_job(self, name: str, job: Job) -> None:
        row, age = encode_row(job_row(job)), self._shard.ages.get(name, 0)
        self.checksum.add_job(job, row, age)
        origin, plan = (None, None) if isinstance(job, Gone) else (self._origin(job.order), self._plan(job.order.plan))
        self._add(JOBS, encode_row((origin, plan, age, Raw(row))))

    def _origin(self, order: Order) -> int:
        """Its number; a new one is written before the job that has it."""
        origin = origin_of_order(order)
        number = self._origins.get(origin)
        if number is None:
            number = self._origins[origin] = len(self._origins)
            self._add(ORIGINS, encode_row(origin_row(origin)))
        return number

    def _plan(self, plan: tuple[TaskSpec, ...]) -> int:
        """Most are one object for many jobs; where they are not, equal ones become one here."""
        number = self._plans.get(id(plan))
        if number is None:
            number = self._plans[id(plan)] = self._new_plan(plan_bytes(plan))
        return number

    def _new_plan(self, value: bytes) -> int:
        number = self._plans_by_value.get(value)
        if number is None:
            number = self._plans_by_value[value] = len(self._plans_by_value)
            self._add(PLANS, encode_row((value,)))
        return number

    def _add(self, section: str, row: bytes) -> None:
        self._parts.setdefault(section, []).append(Raw(row))
        self._bytes += len(row)
        self._count += 1

    def _begin_chunk(self) -> None:
        self._parts: dict[str, list[Raw]] = {ORIGINS: [], PLANS: []}  # First: jobs name them by number.
        self._bytes = self._count = 0

    def _end_chunk(self) -> Chunk:
        chunk = bytes(cramjam.zstd.compress(encode_row(list(self._parts.items())), COMPRESSION_LEVEL))
        self._begin_chunk()
        return chunk
