"""From the chunks of a snapshot back to the state, chunk by chunk. Trusts nothing: what does not fit raises, and is no state."""

from collections.abc import Callable, Iterator, Mapping
from itertools import batched
from typing import Any

import cramjam
from msgspec import msgpack

from hawker.contracts.facts import TaskSpec
from orchestrator.core.rows import Origin, Row, gone_of, job_of, origin_of, plan_of
from orchestrator.core.sections import SECTIONS
from orchestrator.core.state import Shard
from orchestrator.job.state import Gone, Stopped
from orchestrator.snapshots.write import JOBS, ORIGINS, PLANS, Chunk

SLICE_ROWS = 2_000
"""Of rows that are only put in order."""

_decoder = msgpack.Decoder(list[tuple[str, list[list[Any]]]])  # Any: plain values of many kinds; the functions that read a row say which


class Reading:
    """One snapshot being read: take every chunk in order, then every step of `ordering`; then `shard` is all but what `sweeping` derives."""

    def __init__(self) -> None:
        self.shard = Shard()
        self._origins: list[Origin] = []
        self._plans: list[tuple[TaskSpec, ...]] = []
        self._ages: list[tuple[int, str]] = []
        self._texts: dict[str, str] = {}

    def take(self, chunk: Chunk) -> None:
        for section, rows in _decoder.decode(bytes(cramjam.zstd.decompress(chunk))):
            put = _OF_JOBS.get(section)
            for row in rows:
                if put is None:
                    SECTIONS[section].put(self.shard, row)
                else:
                    put(self, row)

    def ordering(self) -> Iterator[None]:
        """The live jobs in order of acceptance; they lie in the order in which their ids were first heard of."""
        for slice_ in batched(sorted(self._ages), SLICE_ROWS, strict=False):
            for age, name in slice_:
                self._order(age, name)
            yield

    def _order(self, age: int, name: str) -> None:
        job = self.shard.jobs[name]
        assert not isinstance(job, Stopped | Gone), "only live jobs have an age"
        self.shard.ages[name] = age
        if job.order.batch_id is not None:
            self.shard.live_by_batch.setdefault(job.order.batch_id, {})[name] = None

    def put_origin(self, row: Row) -> None:
        self._origins.append(origin_of(row))

    def put_plan(self, row: Row) -> None:
        self._plans.append(plan_of(row[0]))

    def put_job(self, row: Row) -> None:
        origin, plan, age, values = row
        name = values[1]
        if origin is None:
            self.shard.jobs[name] = gone_of(values, self._share)
        else:
            self.shard.jobs[name] = job_of(values, self._origins[origin], self._plans[plan])
        if age:
            self._ages.append((age, name))

    def _share(self, text: str) -> str:
        """One object for all that are equal."""
        return self._texts.setdefault(text, text)


_OF_JOBS: Mapping[str, Callable[[Reading, Row], None]] = {
    ORIGINS: Reading.put_origin,
    PLANS: Reading.put_plan,
    JOBS: Reading.put_job,
}
