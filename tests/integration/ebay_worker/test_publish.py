"""A product becomes one listing, however often an attempt comes again and whatever answer is lost."""

import asyncpg
import pytest

from ebay_worker.handlers.seller import Seller
from hawker.contracts.failures import FailureKind
from hawker.worker.handler import Worker
from sandbox.testing import Sandbox
from tests.integration.ebay_worker.conftest import Job, effects, mug, plan_fault

SINGLE = {
    "createImageFromFile": 2,
    "createOrReplaceInventoryItem": 1,
    "createOffer": 1,
    "publishOffer": 1,
}
GROUP = {
    "createImageFromFile": 2,
    "createOrReplaceInventoryItem": 3,
    "createOrReplaceInventoryItemGroup": 1,
    "createOffer": 3,
    "publishOfferByInventoryItemGroup": 1,
}
REPEATABLE = {"createImageFromFile", "createOrReplaceInventoryItem", "createOrReplaceInventoryItemGroup", "updateOffer"}
"""Where a second effect changes nothing: a picture that nobody uses, a replacement by the same."""


async def test_a_product_becomes_a_listing(worker: Worker[Seller], sandbox: Sandbox, database: str) -> None:
    job = await Job(worker, mug(images=2)).publish()
    assert _made(sandbox) == SINGLE
    saved = job.results["save_listing"]
    assert saved == {**job.results["publish"], "skus": [job.results["put_item_1"]["sku"]]}
    connection = await asyncpg.connect(database)
    try:
        assert await connection.fetchval("select listing_id from listing_links where handle = 'blue-mug'") == saved["listing_id"]
    finally:
        await connection.close()


async def test_variants_become_one_listing(worker: Worker[Seller], sandbox: Sandbox) -> None:
    job = await Job(worker, mug(images=2, variants=3)).publish()
    assert _made(sandbox) == GROUP
    assert len(job.results["save_listing"]["skus"]) == 3
    assert _duplicates(sandbox) == 0


@pytest.mark.parametrize("variants", [1, 3])
async def test_every_task_done_twice_has_no_second_effect(worker: Worker[Seller], sandbox: Sandbox, variants: int) -> None:
    await Job(worker, mug(images=2, variants=variants)).publish(times_each=2)
    assert _once(sandbox) == {name: count for name, count in (SINGLE if variants == 1 else GROUP).items() if name not in REPEATABLE}
    assert _duplicates(sandbox) == 0


@pytest.mark.parametrize("operation", sorted(SINGLE))
@pytest.mark.parametrize("kind", ["lost_answer", "error_after_effect"])
async def test_a_lost_answer_is_made_good_by_the_next_attempt(worker: Worker[Seller], sandbox: Sandbox, operation: str, kind: str) -> None:
    plan_fault(sandbox, operation, kind)
    job = await Job(worker, mug(images=2)).publish()
    assert len(job.failures) == 1
    assert _once(sandbox) == {"createOffer": 1, "publishOffer": 1}
    assert _duplicates(sandbox) == 0


@pytest.mark.parametrize("operation", sorted(GROUP))
async def test_a_lost_answer_in_a_group_is_made_good(worker: Worker[Seller], sandbox: Sandbox, operation: str) -> None:
    plan_fault(sandbox, operation, "lost_answer", times=2)
    await Job(worker, mug(images=2, variants=3)).publish()
    assert _once(sandbox) == {"createOffer": 3, "publishOfferByInventoryItemGroup": 1}
    assert _duplicates(sandbox) == 0


async def test_every_answer_lost_once_still_makes_one_listing(worker: Worker[Seller], sandbox: Sandbox) -> None:
    for operation in (*SINGLE, "getOffer", "getOffers"):
        plan_fault(sandbox, operation, "lost_answer")
    job = await Job(worker, mug(images=2)).publish()
    assert job.results["publish"]["listing_id"]
    assert _once(sandbox) == {"createOffer": 1, "publishOffer": 1}


async def test_the_same_product_published_again_keeps_its_listing_and_takes_the_new_price(worker: Worker[Seller], sandbox: Sandbox) -> None:
    first = await Job(worker, mug()).publish()
    again = await Job(worker, mug(price="12")).publish()
    assert again.results["publish"]["listing_id"] == first.results["publish"]["listing_id"]
    assert _once(sandbox) == {"createOffer": 1, "publishOffer": 1}
    assert effects(sandbox)["updateOffer"] == 1


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        ("throttle", {"retry_after_seconds": 3}, FailureKind.THROTTLED),
        ("server_error", {}, FailureKind.UNKNOWN),
        ("lost_answer", {}, FailureKind.UNKNOWN),
    ],
)
async def test_a_create_that_fails_says_what_is_known(
    worker: Worker[Seller], sandbox: Sandbox, kind: str, more: dict[str, float], expected: FailureKind
) -> None:
    plan_fault(sandbox, "createOffer", kind, **more)
    job = await Job(worker, mug()).publish()
    assert [failure.kind for failure in job.failures] == [expected]
    assert job.failures[0].retry_after_seconds == more.get("retry_after_seconds")


async def test_a_dead_token_is_replaced_within_the_attempt(worker: Worker[Seller], sandbox: Sandbox) -> None:
    plan_fault(sandbox, "createOffer", "invalid_token")
    plan_fault(sandbox, "publishOffer", "invalid_token")
    job = await Job(worker, mug()).publish()
    assert not job.failures


async def test_a_product_that_ebay_cannot_list_is_refused_with_all_its_faults(worker: Worker[Seller], sandbox: Sandbox) -> None:
    product = mug().model_copy(update={"title": "x" * 96, "images": ()})
    job = Job(worker, product)
    with pytest.raises(AssertionError):
        await job.publish()
    assert "title has 96 characters, eBay takes 80; it has no picture" in job.failures[0].reason
    assert _made(sandbox) == {}


async def test_a_picture_that_is_not_there_is_refused_with_its_address(worker: Worker[Seller]) -> None:
    product = mug()
    missing = product.images[0].model_copy(update={"url": "https://cdn.example/missing.jpg"})
    job = Job(worker, product.model_copy(update={"images": (missing,)}))
    with pytest.raises(AssertionError):
        await job.publish()
    assert "https://cdn.example/missing.jpg is not there" in job.failures[0].reason


def _made(sandbox: Sandbox) -> dict[str, int]:
    return {name: count for name, count in effects(sandbox).items() if name != "token"}


def _once(sandbox: Sandbox) -> dict[str, int]:
    return {name: count for name, count in _made(sandbox).items() if name not in REPEATABLE}


def _duplicates(sandbox: Sandbox) -> int:
    return sandbox.desks["ebay"].site.duplicates()
