"""A shard with many live jobs, made of facts as a replay reads them, and how many bytes each takes."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from hawker.contracts.codec import FACTS, as_json, decode, encode
from hawker.contracts.facts import BatchAccepted, Fact, JobAccepted, JobCompleted, JobFailed, TaskCompleted, TaskDispatched
from hawker.contracts.limits import CHUNK_ITEMS_MAX
from hawker.contracts.listings import Product
from hawker.contracts.requests import BatchItemsAdded
from hawker.contracts.words import Action, Marketplace, Priority
from orchestrator.batch import decide, evolve
from orchestrator.core.apply import apply
from orchestrator.core.ids import job_id
from orchestrator.core.state import Shard
from orchestrator.core.sweep import sweep
from orchestrator.job.state import Gone
from orchestrator.plans import PLANS
from tests.support.stories import NOON, TENANT, product

DESCRIPTION = "A mug of stoneware, thrown by hand and glazed twice, that keeps the coffee warm. " * 4
"""A product of this takes as many bytes as one of a real catalogue: about 500 to 700."""

type Life = Callable[[JobAccepted], Iterator[Fact]]
"""What happened to each job after it was accepted."""


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of one job: all of them, and those of its product as JSON."""

    whole: float
    product: float

    @property
    def own(self) -> float:
        return self.whole - self.product


def waiting(_: JobAccepted) -> Iterator[Fact]:
    yield from ()


def nearly_done(job: JobAccepted) -> Iterator[Fact]:
    """Every task but the last has left its result."""
    for position, spec in enumerate(job.tasks[:-1]):
        at = {"tenant_id": job.tenant_id, "at": NOON, "job_id": job.job_id, "position": position, "attempt": 1}
        yield TaskDispatched.model_validate({**at, "deadline": NOON, "lease_until": NOON + timedelta(seconds=40)})
        yield TaskCompleted.model_validate({**at, "result": _result(spec.name, job.product), "waited_ms": 1, "took_ms": 1})


def completed(job: JobAccepted) -> Iterator[Fact]:
    yield JobCompleted(tenant_id=job.tenant_id, at=NOON, job_id=job.job_id)


def failed(job: JobAccepted) -> Iterator[Fact]:
    yield from nearly_done(job)
    yield JobFailed(tenant_id=job.tenant_id, at=NOON, job_id=job.job_id, reason="it was not meant to be")


def _result(step: str, product: Product) -> dict[str, object]:
    """The map of a product is about as large as the product, other results are small."""
    mapped = as_json(product)
    return (
        {"items": [mapped], "offers": [{"sku": product.handle}]}
        if step == "map"
        else {"offer_id": f"offer-{product.handle}", "sku": product.handle}
    )


def crowd(count: int, life: Life = waiting) -> Shard:
    """`count` eBay jobs of one batch."""
    shard = Shard()
    for fact in _facts(count, life):
        apply(shard, cast("Fact", decode(fact.type_name, encode(fact), FACTS)))  # The table holds the members of this union.
    sweep(shard)
    return shard


def size_of_job(count: int, life: Life = waiting) -> Size:
    """By what Python has allocated for `count` of them."""
    crowd(1, life)  # What is made once and kept is no job's.
    gc.collect()
    tracemalloc.start()
    try:
        shard = crowd(count, life)
        gc.collect()
        whole = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    products = sum(0 if isinstance(job, Gone) else len(job.order.product) for job in shard.jobs.values())
    return Size(whole / count, products / count)


def _facts(count: int, life: Life) -> Iterator[Fact]:
    accepted = BatchAccepted(
        tenant_id=TENANT,
        at=NOON,
        batch_id="batch-1",
        account_id="main",
        marketplace=Marketplace.EBAY,
        action=Action.PUBLISH,
        priority=Priority.NORMAL,
        item_count=count,
        expires_at=NOON + timedelta(hours=1),
        traceparent="00-0123456789abcdef0123456789abcdef-0123456789abcdef-01",
    )
    yield accepted
    batch, plan = evolve.accept(accepted), PLANS[Marketplace.EBAY, Action.PUBLISH]
    for sequence, first in enumerate(range(0, count, CHUNK_ITEMS_MAX)):
        products = tuple(_good(number) for number in range(first, min(first + CHUNK_ITEMS_MAX, count)))
        items = BatchItemsAdded(tenant_id=TENANT, requested_at=NOON, batch_id="batch-1", sequence=sequence, products=products)
        for fact in decide.add_items(batch, items, plan, job_id, NOON):
            yield fact
            if isinstance(fact, JobAccepted):
                yield from life(fact)


def _good(number: int) -> Product:
    return product(f"stoneware-mug-number-{number}").model_copy(update={"description": DESCRIPTION})
