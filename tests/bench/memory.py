"""Bytes that one job takes in a shard, by how far it is and by how many there are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.support.crowd import Life, Size, completed, failed, nearly_done, size_of_job, waiting

LIVES: Sequence[tuple[str, Life]] = (
    ("just accepted", waiting),
    ("all results but the last", nearly_done),
    ("failed, to be retried", failed),
    ("completed", completed),
)


@dataclass(frozen=True, slots=True)
class Figure:
    jobs: int
    what: str
    size: Size


def measure(counts: Sequence[int]) -> Iterator[Figure]:
    for jobs in counts:
        for what, life in LIVES:
            yield Figure(jobs, what, size_of_job(jobs, life))
