"""Many jobs at once through the whole stack: tasks a second, CPU seconds for 1,000 tasks by process, memory by process."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from hawker.contracts.facts import JobCompleted, TaskCompleted, TaskDispatched
from hawker.contracts.words import BatchStatus, Marketplace
from local_stack.stack import Stack
from tests.bench import meter
from tests.support.stories import product
from tests.support.street import Street, street

CHUNK = 500
ALONE_RUNS = 10
SECONDS_MAX = 600


@dataclass(frozen=True, slots=True)
class Load:
    jobs: int
    tasks: int
    seconds: float
    cpu_seconds: Mapping[str, float]
    memory: Mapping[str, meter.Reading]
    waited_ms: float
    took_ms: float

    @property
    def tasks_per_second(self) -> float:
        return self.tasks / self.seconds

    def cpu_per_1000_tasks(self, name: str) -> float:
        return self.cpu_seconds[name] * 1000 / self.tasks


async def alone(stack: Stack) -> Sequence[float]:
    """Seconds from the first task's dispatch to the end of one eBay job (one picture, seven tasks), by the journal's own times."""
    async with street(stack) as on:
        for number in range(ALONE_RUNS + 2):
            batch = await on.hawker.submit([product(f"alone-{number}", images=1)], Marketplace.EBAY)
            await on.ended([batch])
        facts = [recorded.message for recorded in await on.facts()]
    first = {fact.job_id: fact.at for fact in reversed(facts) if isinstance(fact, TaskDispatched)}
    seconds = [(fact.at - first[fact.job_id]).total_seconds() for fact in facts if isinstance(fact, JobCompleted)]
    return seconds[2:]


async def load(stack: Stack, jobs: int) -> Load:
    async with street(stack) as on:
        known = len(await on.facts())
        before, began = meter.read(stack), perf_counter()
        products = [product(f"load-{number}", images=1) for number in range(jobs)]
        batches = await asyncio.gather(
            *(on.hawker.submit(products[start : start + CHUNK], Marketplace.EBAY) for start in range(0, jobs, CHUNK))
        )
        async with asyncio.timeout(SECONDS_MAX):
            ended = [[batch async for batch in on.hawker.watch(batch.id, every_seconds=1)][-1] for batch in batches]
        seconds, after = perf_counter() - began, meter.read(stack)
        assert {batch.status for batch in ended} == {BatchStatus.COMPLETED}, "a figure of work that failed is none"
        return await _load(on, known, jobs, seconds, before, after)


async def _load(
    on: Street, known: int, jobs: int, seconds: float, before: Mapping[str, meter.Reading], after: Mapping[str, meter.Reading]
) -> Load:
    done = [fact for recorded in (await on.facts())[known:] if isinstance(fact := recorded.message, TaskCompleted)]
    return Load(
        jobs=jobs,
        tasks=len(done),
        seconds=seconds,
        cpu_seconds=meter.cpu_between(before, after),
        memory=after,
        waited_ms=median(fact.waited_ms for fact in done),
        took_ms=median(fact.took_ms for fact in done),
    )
