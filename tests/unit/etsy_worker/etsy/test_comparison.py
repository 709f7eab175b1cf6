import json
from typing import Any

import pytest

from etsy_worker.etsy import comparison, mapping
from etsy_worker.etsy.answers import Inventory
from tests.unit.etsy_worker.examples import PROFILE, product, shirt, variant
from tests.unit.etsy_worker.memory_etsy import stored_inventory

BODY = mapping.inventory(shirt(), PROFILE)


def there(**changes: object) -> Inventory:
    return Inventory.model_validate(stored_inventory(json.loads(json.dumps(BODY))) | changes)


def test_what_was_written_is_as_wanted() -> None:
    assert comparison.is_as_wanted(there(), BODY)


def test_the_order_of_products_does_not_count() -> None:
    turned: Any = there().model_dump()
    assert comparison.is_as_wanted(there(products=turned["products"][::-1]), BODY)


def test_deleted_products_and_offerings_do_not_count() -> None:
    products = [*there().model_dump()["products"], {"sku": "OLD", "is_deleted": True, "offerings": []}]
    assert comparison.is_as_wanted(there(products=products), BODY)


def test_an_untold_processing_profile_counts_as_right_and_another_one_as_wrong() -> None:
    def with_profile(number: int | None) -> Inventory:
        products: Any = there().model_dump()["products"]
        for entry in products:
            entry["offerings"] = [offering | {"readiness_state_id": number} for offering in entry["offerings"]]
        return there(products=products)

    assert comparison.is_as_wanted(with_profile(None), BODY)
    assert not comparison.is_as_wanted(with_profile(99), BODY)


@pytest.mark.parametrize(
    "other",
    [
        product(variant("S-RED")),
        shirt().model_copy(update={"variants": shirt().variants[:3]}),
        shirt().model_copy(update={"variants": (shirt().variants[0].model_copy(update={"price": 11}), *shirt().variants[1:])}),
        shirt().model_copy(update={"variants": (shirt().variants[0].model_copy(update={"quantity": 9}), *shirt().variants[1:])}),
        shirt().model_copy(update={"variants": (shirt().variants[0].model_copy(update={"sku": "NEW"}), *shirt().variants[1:])}),
    ],
    ids=["another product", "a variant less", "a price", "a quantity", "a sku"],
)
def test_any_difference_is_seen(other: Any) -> None:  # Any: a product
    assert not comparison.is_as_wanted(there(), mapping.inventory(other, PROFILE))


def test_prices_on_other_properties_are_a_difference() -> None:
    assert not comparison.is_as_wanted(there(price_on_property=[513]), BODY)


def test_an_empty_inventory_is_not_as_wanted() -> None:
    assert not comparison.is_as_wanted(Inventory(), BODY)
