"""One number for a shard's whole state, so that live and replayed state can be compared from afar."""

from hashlib import blake2b

from msgspec import msgpack

from hawker.contracts.facts import TaskSpec
from orchestrator.core import rows
from orchestrator.core.sections import SECTIONS, WINDOWS
from orchestrator.core.state import Shard
from orchestrator.job.state import Gone, Job

BITS = 128

_encoder = msgpack.Encoder()


def encode_row(row: rows.Row) -> bytes:
    return _encoder.encode(row)


def checksum(shard: Shard) -> str:
    """Over the values, and over the past that they do not tell: ages, and what is forgotten when. Windows are left out, other indexes follow."""
    total = Checksum()
    for name, job in shard.jobs.items():
        total.add_job(job, encode_row(rows.job_row(job)), shard.ages.get(name, 0))
    for name, section in SECTIONS.items():
        for row in section.rows(shard):
            total.add_row(name, encode_row(row))
    return str(total)


class Checksum:
    """The sum of the hashes of all rows: their order does not matter, and none need be kept."""

    def __init__(self) -> None:
        self._sum = 0
        self._plans: dict[int, tuple[tuple[TaskSpec, ...], bytes]] = {}

    def add_row(self, section: str, row: bytes) -> None:
        if section != WINDOWS:
            self._add(section.encode(), row)

    def add_job(self, job: Job, row: bytes, age: int) -> None:
        if isinstance(job, Gone):
            self._add(row)
        else:
            self._add(row, encode_row((age, *rows.origin_row(rows.origin_of_order(job.order)))), self._plan(job.order.plan))

    def _add(self, *parts: bytes) -> None:
        digest = blake2b(digest_size=BITS // 8)
        for part in parts:
            digest.update(part)
        self._sum = (self._sum + int.from_bytes(digest.digest())) % 2**BITS

    def _plan(self, plan: tuple[TaskSpec, ...]) -> bytes:
        """Many jobs have one plan; it is kept, so that nothing else takes its address."""
        if id(plan) not in self._plans:
            self._plans[id(plan)] = plan, rows.plan_bytes(plan)
        return self._plans[id(plan)][1]

    def __str__(self) -> str:
        return f"{self._sum:0{BITS // 4}x}"
