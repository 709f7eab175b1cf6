"""Inventory and pictures of the stand-in Etsy."""

import pytest
from pydantic import JsonValue

from sandbox.calls import JsonObject, at, objects_at
from sandbox.etsy import inventory, pictures
from tests.unit.sandbox.etsy.shop import PNG, Shop, a_product

SCALED: list[JsonValue] = [{"property_id": 1, "value_ids": [], "values": ["S"], "scale_name": "EU"}]


def error_of(shop: Shop, *products: JsonObject, query: str = "", **more: JsonValue) -> JsonValue:
    answer = shop.put_inventory(shop.draft(), *products, query=query, **more)
    assert (answer.status, answer.effect) == (400, False)
    return at(answer.body, "error")


def test_inventory_is_written_with_plain_prices_and_read_with_money() -> None:
    shop = Shop()
    answer = shop.put_inventory(shop.draft(), a_product())
    assert (answer.status, answer.effect) == (200, True)
    (product,) = objects_at(answer.body, "products")
    assert objects_at(product, "offerings")[0]["price"] == {"amount": 1990, "divisor": 100, "currency_code": "USD"}


def test_what_was_read_cannot_be_written_back_as_it_is() -> None:
    shop = Shop()
    listing = shop.draft()
    shop.put_inventory(listing, a_product())
    read = shop.do(inventory.get, listing_id=str(listing.listing_id))
    answer = shop.put_inventory(listing, *objects_at(read.body, "products"))
    assert at(answer.body, "error") == "Array contains invalid keys: product_id,is_deleted"


@pytest.mark.parametrize(
    ("product", "keys"),
    [
        ({**a_product(), "product_id": 1, "is_deleted": False}, "product_id,is_deleted"),
        (a_product(offering_id=1), "offering_id"),
        ({**a_product(), "property_values": SCALED}, "scale_name"),
    ],
)
def test_keys_that_belong_to_reading_are_refused_by_name(product: JsonObject, keys: str) -> None:
    assert error_of(Shop(), product) == f"Array contains invalid keys: {keys}"


def test_a_key_that_the_body_does_not_have_is_refused() -> None:
    assert error_of(Shop(), a_product(), listing_id=1) == "Array contains invalid keys: listing_id"


@pytest.mark.parametrize("name", ["price", "quantity", "is_enabled", "readiness_state_id"])
def test_an_offering_needs_all_four_of_its_fields(name: str) -> None:
    product = a_product()
    offerings = [{key: value for key, value in offering.items() if key != name} for offering in objects_at(product, "offerings")]
    assert error_of(Shop(), {**product, "offerings": [*offerings]}) == f"offerings is missing required keys: {name}"


@pytest.mark.parametrize(
    "changes",
    [
        {"price": {"amount": 1990, "divisor": 100}},
        {"price": 0.1},
        {"price": True},
        {"quantity": -1},
        {"quantity": 1000},
        {"is_enabled": "yes"},
    ],
)
def test_an_offering_beyond_its_limits_is_refused(changes: JsonObject) -> None:
    assert "must be" in str(error_of(Shop(), a_product(changes=changes)))


def test_what_a_whole_inventory_may_not_be() -> None:
    shop = Shop()
    assert error_of(shop) == "products is required and must be a non-empty array."
    assert error_of(shop, {"sku": "s", "property_values": []}) == "offerings is required and must be a non-empty array."
    assert error_of(shop, a_product("s" * 33)) == "sku must have at most 32 characters."
    assert error_of(shop, a_product("s"), a_product("m")) == "Products must differ in their property values."
    assert error_of(shop, a_product(quantity=0)) == "At least one offering must have a quantity greater than 0."


def test_a_third_variation_has_to_be_asked_for() -> None:
    shop = Shop()
    values: list[JsonValue] = [{"property_id": number, "value_ids": [], "values": ["x"]} for number in (1, 2, 3)]
    product = {**a_product(), "property_values": values}
    assert error_of(shop, product) == "A listing can vary on at most 2 properties."
    assert shop.put_inventory(shop.draft(), product, query="max_variations_supported=3").status == 200


def test_quantity_and_price_of_the_listing_follow_from_its_inventory() -> None:
    shop = Shop()
    listing = shop.draft()
    shop.put_inventory(listing, a_product("s", "S", price=12.0), a_product("m", "M", quantity=4))
    assert (listing.quantity, listing.price, listing.skus) == (7, 12.0, ("s", "m"))


def test_a_put_replaces_the_whole_inventory() -> None:
    shop = Shop()
    listing = shop.draft()
    shop.put_inventory(listing, a_product("s", "S"), a_product("m", "M"), price_on_property=[513])
    shop.put_inventory(listing, a_product("s", "S"))
    read = shop.do(inventory.get, listing_id=str(listing.listing_id)).body
    assert (len(objects_at(read, "products")), at(read, "price_on_property")) == (1, [])


def test_a_fresh_draft_has_one_product_without_a_sku() -> None:
    shop = Shop()
    (product,) = objects_at(shop.do(inventory.get, listing_id=str(shop.draft().listing_id)).body, "products")
    assert product["sku"] == ""


def test_pictures_stand_in_the_order_of_their_ranks() -> None:
    shop = Shop()
    listing = shop.draft()
    for rank, alt_text in (("1", "front"), ("2", "back"), ("1", "cover")):
        assert shop.upload(listing, rank=rank, alt_text=alt_text).status == 201
    assert [picture.alt_text for picture in listing.pictures] == ["cover", "front", "back"]


def test_a_second_picture_for_one_rank_counts_as_a_duplicate_unless_it_overwrites() -> None:
    shop = Shop()
    listing = shop.draft()
    for overwrite in ("false", "true"):
        shop.upload(listing, rank="1", overwrite=overwrite)
    assert (len(listing.pictures), shop.market.duplicates()) == (1, 0)
    shop.upload(listing, rank="1")
    assert (len(listing.pictures), shop.market.duplicates()) == (2, 1)


def test_a_listing_takes_twenty_pictures() -> None:
    shop = Shop()
    listing = shop.draft()
    statuses = [shop.upload(listing, rank=str(rank)).status for rank in range(1, 21)]
    assert statuses == [201] * 20
    assert shop.upload(listing, rank="20").status == 400


@pytest.mark.parametrize(
    ("content", "fields"), [(b"text", {}), (PNG, {"rank": "21"}), (PNG, {"rank": "first"}), (PNG, {"alt_text": "a" * 501})]
)
def test_a_picture_that_cannot_be_is_refused(content: bytes, fields: dict[str, str]) -> None:
    shop = Shop()
    listing = shop.draft()
    assert shop.upload(listing, content, **fields).status == 400
    assert not listing.pictures


def test_a_picture_is_deleted_once() -> None:
    shop = Shop()
    listing = shop.draft()
    shop.upload(listing)
    listing_id, image_id = str(listing.listing_id), str(listing.pictures[0].image_id)
    statuses = [shop.do(pictures.delete, listing_id=listing_id, listing_image_id=image_id).status for _ in range(2)]
    assert statuses == [204, 404]
    assert at(shop.do(pictures.get_all, listing_id=listing_id).body, "count") == 0
