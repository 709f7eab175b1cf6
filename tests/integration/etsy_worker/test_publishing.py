"""A product on its whole way to Etsy, done once, done twice, and with something lost at every step."""

import asyncio

import pytest

from etsy_worker.wiring import worker
from hawker.contracts.failures import FailureKind
from hawker.contracts.listings import Product
from hawker.contracts.outcomes import TaskFailed
from orchestrator.plans import etsy as plans
from sandbox.faults import Fault, FaultKind
from tests.integration.etsy_worker.conftest import Street, command, opened
from tests.unit.etsy_worker.examples import image, product, shirt

TWO_PICTURES = (image(1), image(2, "the back"))
SHIRT = shirt().model_copy(update={"images": TWO_PICTURES, "handle": "shirt"})
ONE_OF_EACH = {"createDraftListing": 1, "uploadListingImage": 2, "updateListingInventory": 1, "updateListing": 1}


def stands_once(street: Street, of: Product) -> None:
    (listing,) = street.standing()
    assert listing["state"] == "active"
    assert listing["title"] == of.title
    assert listing["description"] == "A mug."
    assert listing["ranks"] == [1, 2]
    assert listing["fees_paid"] == 1
    assert [variant["sku"] for variant in listing["variants"]] == [variant.sku for variant in of.variants]
    assert street.counted()["duplicates"] == 0


async def test_a_product_with_variants_is_published(street: Street) -> None:
    known = await street.publish(SHIRT)
    stands_once(street, SHIRT)
    (listing,) = street.standing()
    assert known["save_listing"] == {
        "listing_id": listing["listing_id"],
        "url": known["activate"]["url"],
        "skus": ["S-RED", "S-BLUE", "L-RED", "L-BLUE"],
    }
    assert [variant["values"] for variant in listing["variants"]] == [["S", "Red"], ["S", "Blue"], ["L", "Red"], ["L", "Blue"]]
    assert street.failures == []


async def test_every_handler_done_twice_has_one_effect(street: Street) -> None:
    await street.publish(SHIRT, times=2)
    stands_once(street, SHIRT)
    assert street.counted()["effects_by_operation"] == ONE_OF_EACH


async def test_a_product_that_is_published_already_is_left_as_it_is(street: Street) -> None:
    first = await street.publish(SHIRT)
    again = await street.publish(SHIRT, job_id="job-2")
    assert again["save_listing"] == first["save_listing"]
    assert street.counted()["effects_by_operation"] == ONE_OF_EACH


@pytest.mark.parametrize("kind", [FaultKind.LOST_ANSWER, FaultKind.ERROR_AFTER_EFFECT])
@pytest.mark.parametrize("operation", list(ONE_OF_EACH))
async def test_what_happened_unheard_is_adopted(street: Street, operation: str, kind: FaultKind) -> None:
    street.sandbox.faults.plan(Fault(marketplace="etsy", operation=operation, kind=kind))
    await street.publish(SHIRT)
    stands_once(street, SHIRT)
    assert street.counted()["effects_by_operation"] == ONE_OF_EACH
    expected = FailureKind.TRANSIENT if operation == "updateListingInventory" else FailureKind.UNKNOWN
    assert [kind for _, kind in street.failures] == [expected]


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.THROTTLE, FaultKind.INVALID_TOKEN])
async def test_a_fault_at_every_call_costs_only_attempts(street: Street, kind: FaultKind) -> None:
    for operation in (*ONE_OF_EACH, "getListing", "getListingImages", "getListingInventory"):
        street.sandbox.faults.plan(Fault(marketplace="etsy", operation=operation, kind=kind))
    await street.publish(SHIRT)
    stands_once(street, SHIRT)
    assert street.counted()["effects_by_operation"] == ONE_OF_EACH


async def test_an_attempt_that_ran_out_of_time_is_adopted(street: Street) -> None:
    street.sandbox.faults.plan(
        Fault(marketplace="etsy", operation="createDraftListing", kind=FaultKind.TIMEOUT_AFTER_EFFECT, delay_seconds=20)
    )
    known = {"product": SHIRT.model_dump(mode="json")}
    validate, map_, create, *_ = plans.publish(SHIRT)
    known["map"] = await street.succeed(map_, known, position=1, job_id="job-1")
    told = await street.ask(command(create, known).model_copy(update={"timeout_seconds": 0.5}))
    assert isinstance(told, TaskFailed)
    assert told.failure.kind is FailureKind.UNKNOWN
    await street.publish(SHIRT)
    stands_once(street, SHIRT)
    assert validate.operation == "etsy.validate"


async def test_products_with_one_title_whose_answers_were_lost_keep_their_own_drafts(street: Street) -> None:
    street.sandbox.faults.plan(Fault(marketplace="etsy", operation="createDraftListing", kind=FaultKind.LOST_ANSWER, times=5))
    mugs = [
        SHIRT.model_copy(update={"handle": f"mug-{number}", "variants": (SHIRT.variants[0].model_copy(update={"sku": f"MUG-{number}"}),)})
        for number in range(5)
    ]
    await asyncio.gather(*(street.publish(mug, job_id=mug.handle) for mug in mugs))
    assert sorted(listing["variants"][0]["sku"] for listing in street.standing()) == [f"MUG-{number}" for number in range(5)]
    assert street.counted()["effects_by_operation"]["createDraftListing"] == 5


async def test_a_picture_that_is_not_there_is_told_to_the_seller(street: Street) -> None:
    lacking = SHIRT.model_copy(update={"images": (image(1).model_copy(update={"url": "https://pictures.example/missing.jpg"}),)})
    with pytest.raises(AssertionError, match=r"missing\.jpg is not there"):
        await street.publish(lacking)
    assert street.counted()["effects_by_operation"] == {"createDraftListing": 1}


async def test_a_product_that_etsy_would_refuse_never_reaches_it(street: Street) -> None:
    unpriced = SHIRT.model_copy(update={"variants": tuple(one.model_copy(update={"price": None}) for one in SHIRT.variants)})
    with pytest.raises(AssertionError, match="S-RED has no price"):
        await street.publish(unpriced)
    assert street.counted()["calls"] == 0


async def test_tokens_that_rotate_all_the_time_outlive_two_workers_at_once(database: str) -> None:
    # A token that ends in a second is refreshed before every call: each refresh token is good once, and two processes share the account.
    async with opened(database, token_seconds=1) as street, worker(street.settings) as other:
        second = Street(street.sandbox, street.settings, other)
        products = [
            product(handle=f"mug-{number}", title=f"Mug {number}").model_copy(
                update={"variants": (SHIRT.variants[0].model_copy(update={"sku": f"MUG-{number}"}),)}
            )
            for number in range(6)
        ]
        await asyncio.gather(*((street, second)[number % 2].publish(mug, job_id=mug.handle) for number, mug in enumerate(products)))
        assert street.counted()["listings"] == 6
        assert street.failures == second.failures == []


async def test_a_refresh_token_that_was_used_up_means_connecting_again(street: Street) -> None:
    street.sandbox.faults.plan(Fault(marketplace="etsy", operation="token", kind=FaultKind.INVALID_TOKEN))
    create = plans.publish(SHIRT)[2]
    known = {"product": SHIRT.model_dump(mode="json"), "map": {"draft": {"description": "A mug."}, "inventory": {}}}
    told = await street.ask(command(create, known))
    assert isinstance(told, TaskFailed)
    assert told.failure.kind is FailureKind.UNAUTHORISED
    assert "connect the account again" in told.failure.reason
