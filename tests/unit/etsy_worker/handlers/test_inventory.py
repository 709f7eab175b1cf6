from etsy_worker.etsy import mapping
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import FailureKind
from hawker.contracts.listings import Product
from tests.unit.etsy_worker.examples import PROFILE, product, shirt, variant
from tests.unit.etsy_worker.memory_etsy import answer_lost, answering
from tests.unit.etsy_worker.street import Street, command


def put(of: Product) -> ExecuteTask:
    return command("etsy.put_inventory", listing_id="1000", inventory=mapping.inventory(of, PROFILE))


async def test_an_inventory_is_written_once() -> None:
    street = Street()
    assert await street.succeed(put(shirt())) == {"changed": True}
    assert await street.succeed(put(shirt())) == {"changed": False}
    assert street.etsy.calls["updateListingInventory"] == 1


async def test_a_change_is_written() -> None:
    street = Street()
    await street.succeed(put(product(variant(quantity=1))))
    assert await street.succeed(put(product(variant(quantity=2)))) == {"changed": True}


async def test_a_lost_answer_costs_only_a_look() -> None:
    street = Street()
    street.etsy.after["updateListingInventory"] = answer_lost
    assert (await street.fail(put(shirt()))).kind is FailureKind.TRANSIENT
    assert await street.succeed(put(shirt())) == {"changed": False}


async def test_a_look_that_fails_writes_nothing() -> None:
    street = Street()
    street.etsy.instead["getListingInventory"] = answering(429, {"error": "slow"}, retry_after="2")
    failure = await street.fail(put(shirt()))
    assert (failure.kind, failure.retry_after_seconds) == (FailureKind.THROTTLED, 2.0)
    assert street.etsy.inventories == {}


async def test_a_refused_inventory_reaches_the_seller() -> None:
    street = Street()
    street.etsy.instead["updateListingInventory"] = answering(400, {"error": "price_on_property: wrong order"})
    assert "price_on_property: wrong order" in (await street.fail(put(shirt()))).reason
