"""Sellers and their wishes: jobs, batches in chunks, controls; repeated, astray, or no message at all."""

import asyncio
from datetime import datetime

from pydantic import BaseModel

from hawker.contracts.envelope import Envelope
from hawker.contracts.recorded import Undecodable
from hawker.contracts.requests import (
    BatchCancelRequested,
    BatchItemsAdded,
    BatchRequested,
    JobCancelRequested,
    JobPauseRequested,
    JobRequested,
    JobResumeRequested,
    JobRetryRequested,
)
from hawker.contracts.words import Action, Marketplace, Priority
from hawker.testing.log import MemoryLog
from orchestrator.core.ids import job_id
from tests.simulation.faults import Fault
from tests.simulation.scene import Scene
from tests.simulation.virtual import VirtualClock
from tests.support.stories import product

CONTROLS = (JobCancelRequested, JobRetryRequested, JobPauseRequested, JobResumeRequested)
STOPS = (JobCancelRequested, JobPauseRequested)
MARKETPLACES = tuple(Marketplace)
SHOPS = (Marketplace.EBAY, Marketplace.ETSY)
"""Here no account waits for a browser."""
IMAGES_IN_HASTE = 6
"""Steps of one job that are ready at once."""
WAIT_SECONDS = 3600
"""Longer than a run takes once nothing goes wrong any more: a job that expires was forgotten."""


class Seller:
    """One tenant. `expected` is what must have been accepted or refused in the end."""

    def __init__(self, tenant_id: str, log: MemoryLog, scene: Scene) -> None:
        self.tenant_id = tenant_id
        self.expected: set[str] = set()
        self._log = log
        self._scene = scene
        self._clock = VirtualClock(asyncio.get_running_loop())
        self._jobs: dict[str, None] = {}
        self._batches: list[str] = []
        self._count = 0

    async def run(self) -> None:
        chance = self._scene.chance
        for _ in range(chance.randint(1, 4)):
            await asyncio.sleep(chance.expovariate(0.5))
            if chance.random() < 0.5:
                await self._ask_batch()
            else:
                await self._ask_job()
            if self._scene.strikes(Fault.GARBAGE, self.tenant_id):
                self._say_nonsense()

    async def interfere(self) -> None:
        """Controls, at any time."""
        while True:
            await asyncio.sleep(self._scene.chance.uniform(0.5, 8))
            if self._jobs and self._scene.strikes(Fault.CONTROL, self.tenant_id):
                await self._control()

    async def hurry(self) -> None:
        """Much for two accounts that take turns; of one of them, the oldest is stopped, so that dead entries lie before what waits."""
        chance = self._scene.chance
        await asyncio.sleep(chance.uniform(0, 10))
        self._scene.faults.fired[Fault.HASTE] += 1
        marketplace = chance.choice(SHOPS)
        names = [self._ask_at_once(marketplace, account) for account in ("main", "other", "main", "other")]
        await asyncio.sleep(chance.uniform(0, 1))
        for name in names[:2]:
            await self._say(chance.choice(STOPS), f"{self.tenant_id}-wish-{self._next()}", job_id=name)

    async def resume(self, name: str) -> None:
        """What a person does in the end with what is paused."""
        await self._say(JobResumeRequested, f"resume-{self.tenant_id}-{self._next()}", job_id=name)

    async def ask_once_more(self) -> None:
        await self._ask_job()

    def _next(self) -> int:
        self._count += 1
        return self._count

    async def _ask_job(self) -> None:
        name = f"{self.tenant_id}-job-{self._next()}"
        images, variants = self._shape()
        self._jobs[name] = None
        self.expected.add(name)
        await self._publish(
            self._wish(JobRequested, job_id=name, product=product(name, images=images, variants=variants)),
            name,
        )

    def _ask_at_once(self, marketplace: Marketplace, account: str) -> str:
        name = f"{self.tenant_id}-job-{self._next()}"
        self._jobs[name] = None
        self.expected.add(name)
        much = product(name, images=IMAGES_IN_HASTE)
        about = {"marketplace": marketplace, "account_id": account, "priority": Priority.NORMAL}
        self._append(self._wish(JobRequested, job_id=name, product=much, **about), name, astray=False)
        return name

    async def _ask_batch(self) -> None:
        name, chance = f"{self.tenant_id}-batch-{self._next()}", self._scene.chance
        sizes = [chance.randint(1, 2) for _ in range(chance.randint(1, 3))]
        missing = chance.random() < 0.1
        wait_seconds = 60 if missing else WAIT_SECONDS
        request = self._wish(BatchRequested, batch_id=name, item_count=sum(sizes) + missing, wait_seconds_max=wait_seconds)
        self._batches.append(name)
        self.expected.add(name)
        await self._publish(request, name, astray=False)
        chunks = list(enumerate(sizes))
        chance.shuffle(chunks)
        for sequence, size in chunks:
            await self._add_items(name, sequence, size)

    async def _add_items(self, batch_id: str, sequence: int, size: int) -> None:
        images, variants = self._shape()
        products = tuple(product(f"{batch_id}-{sequence}-{n}", images=images, variants=variants) for n in range(size))
        chunk = BatchItemsAdded(tenant_id=self.tenant_id, requested_at=self._now(), batch_id=batch_id, sequence=sequence, products=products)
        self._jobs.update(dict.fromkeys(job_id(batch_id, sequence, n) for n in range(size)))
        await self._publish(chunk, f"{batch_id}.{sequence}", astray=False)

    async def _control(self) -> None:
        chance = self._scene.chance
        if self._batches and chance.random() < 0.1:
            await self._say(BatchCancelRequested, f"cancel-{self.tenant_id}-{self._next()}", batch_id=chance.choice(self._batches))
            return
        kind, name = chance.choices(CONTROLS, (1, 4, 2, 2))[0], chance.choice(list(self._jobs))
        await self._say(kind, f"{self.tenant_id}-wish-{self._next()}", job_id=name)

    async def _say(self, kind: type[BaseModel], request_id: str, **names: str) -> None:
        wish = kind.model_validate({"tenant_id": self.tenant_id, "requested_at": self._now(), "request_id": request_id, **names})
        self._scene.tell(self.tenant_id, f"{kind.__name__} {names}")
        await self._publish(wish, request_id)

    async def _publish(self, message: BaseModel, name: str, *, astray: bool = True) -> None:
        """A chunk that overtakes its batch is refused, so those two keep to their way."""
        self._append(message, name, astray=astray)
        if self._scene.strikes(Fault.REQUEST_TWICE, name):
            await asyncio.sleep(self._scene.chance.uniform(0, 5))
            self._append(message, name, astray=astray)
        await asyncio.sleep(self._scene.chance.uniform(0, 0.5))

    def _append(self, message: BaseModel, name: str, *, astray: bool) -> None:
        topic = self._log.topics.requests
        envelope = Envelope(name, getattr(message, "type_name", ""), "gateway", self._now())
        partition = self._scene.chance.randrange(self._log.shards) if astray and self._scene.strikes(Fault.ASTRAY, name) else None
        self._log.append(topic, self.tenant_id, message, envelope, partition=partition)

    def _say_nonsense(self) -> None:
        topic = self._scene.chance.choice((self._log.topics.requests, self._log.topics.outcomes))
        envelope = Envelope(f"nonsense-{self.tenant_id}-{self._next()}", "", "stranger", self._now())
        self._log.append_unreadable(topic, 0, Undecodable(None, b"{", (), "not a message"), envelope)

    def _shape(self) -> tuple[int, int]:
        return self._scene.chance.choice((0, 1, 1, 3)), self._scene.chance.choice((1, 1, 2))

    def _wish[W: BaseModel](self, kind: type[W], **more: object) -> W:
        common = {"tenant_id": self.tenant_id, "action": Action.PUBLISH, "requested_at": self._now(), "wait_seconds_max": WAIT_SECONDS}
        chance = self._scene.chance
        marketplace, priority = chance.choice(MARKETPLACES), chance.choice((Priority.HIGH, Priority.NORMAL, Priority.NORMAL))
        account = "main" if marketplace is Marketplace.FLEA else chance.choice(("main", "other"))  # Browsers are for main.
        drawn = {"marketplace": marketplace, "priority": priority, "account_id": account}
        return kind.model_validate({**common, **drawn, **more})

    def _now(self) -> datetime:
        return self._clock.now()
