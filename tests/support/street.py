"""The whole stack under test: submit to all marketplaces, wait for the end, and ask the stand-ins and the journal what happened."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from hawker.client import Batch, Hawker
from hawker.contracts.facts import Fact
from hawker.contracts.listings import Product
from hawker.contracts.recorded import Recorded
from hawker.contracts.words import BatchStatus, JobStatus, Marketplace
from hawker.kafka.journal import KafkaJournalReader
from local_stack.programs import PARTITIONS
from local_stack.stack import Stack
from orchestrator.core.apply import apply
from orchestrator.core.checksum import checksum
from orchestrator.core.state import Shard
from orchestrator.shard.recover import cause_of
from tests.support.stories import product

END_SECONDS_MAX = 150.0
POLL_SECONDS = 0.2

type Counts = Mapping[str, Mapping[str, Any]]  # Any: the stand-ins' JSON


@dataclass(frozen=True, slots=True)
class Street:
    stack: Stack
    hawker: Hawker

    async def submit(self, name: str, each: int, marketplaces: Sequence[Marketplace] = tuple(Marketplace)) -> Sequence[Batch]:
        """`each` products to every marketplace, under handles of their own."""
        return [await self.hawker.submit(goods(f"{name}-{marketplace}", each), marketplace) for marketplace in marketplaces]

    async def until(self, batches: Sequence[Batch], is_so: Callable[[Sequence[Batch]], bool]) -> Sequence[Batch]:
        async with asyncio.timeout(END_SECONDS_MAX):
            while not is_so(found := [await self.hawker.batch(batch.id) for batch in batches]):
                await asyncio.sleep(POLL_SECONDS)
        return found

    async def ended(self, batches: Sequence[Batch]) -> Sequence[Batch]:
        return await self.until(batches, lambda found: all(batch.has_ended for batch in found))

    async def completed(self, batches: Sequence[Batch]) -> None:
        """All of them, every job; otherwise says which job failed and why."""
        ended = await self.ended(batches)
        failures = [
            f"{job.marketplace} {job.handle}: {job.status}, {job.reason}, {job.failure}"
            for batch in ended
            async for page in self.hawker.jobs(batch_id=batch.id)
            for job in page.items
            if job.status is not JobStatus.COMPLETED
        ]
        assert failures == [], failures
        assert {batch.status for batch in ended} == {BatchStatus.COMPLETED}

    async def part_done(self, batches: Sequence[Batch], count: int) -> None:
        await self.until(batches, lambda found: sum(batch.progress.ended for batch in found) >= count)

    async def counts(self) -> Counts:
        async with httpx.AsyncClient(base_url=self.stack.addresses.site("control"), trust_env=False) as client:
            found: Counts = (await client.get("/counts")).raise_for_status().json()
            return found

    async def duplicates(self) -> int:
        return sum(marketplace["duplicates"] for marketplace in (await self.counts()).values())

    async def facts(self) -> list[Recorded[Fact]]:
        reader = KafkaJournalReader(self.stack.kafka_settings)
        found: list[Recorded[Fact]] = []
        for partition in range(PARTITIONS):
            async for page in reader.read(partition, 0, await reader.end(partition)):
                found.extend(page)
        return found

    async def folded(self) -> Mapping[int, str]:
        """The checksum of each shard, folded from its journal."""
        shards = {partition: Shard() for partition in range(PARTITIONS)}
        for recorded in await self.facts():
            apply(shards[recorded.partition], recorded.message, cause_of(recorded.envelope.cause))
        return {partition: checksum(shard) for partition, shard in shards.items()}

    def live(self) -> Mapping[int, str]:
        """The checksums that an orchestrator told of when it last let its shards go."""
        lines = [json.loads(line) for line in self.stack.log("orchestrator").splitlines() if '"shard drained"' in line]
        return {line["shard"]: line["checksum"] for line in lines[-PARTITIONS:]}


@asynccontextmanager
async def street(stack: Stack) -> AsyncIterator[Street]:
    environment = stack.environment()
    async with Hawker(environment["HAWKER_API_URL"], environment["HAWKER_TOKEN"]) as hawker:
        yield Street(stack, hawker)


def goods(name: str, count: int) -> Sequence[Product]:
    """Every third has variants, every second two pictures."""
    return [product(f"{name}-{n}", images=1 + n % 2, variants=3 if n % 3 == 0 else 1) for n in range(count)]
