"""The bulk forms of the stand-in eBay: each entry has its own outcome."""

import pytest

from sandbox.calls import JsonObject, objects_at
from sandbox.ebay import bulk
from tests.unit.sandbox.ebay.selling import Act, Selling, an_item, an_offer, error_of


def of(*entries: JsonObject) -> JsonObject:
    return {"requests": [*entries]}


def test_items_are_put_with_a_status_each() -> None:
    selling = Selling()
    selling.put_item("there")
    entries = [{**an_item(), "sku": sku, "locale": "en_US"} for sku in ("there", "new")]
    answer = selling.do(bulk.put_items, of(*entries))
    assert answer.status == 200
    assert [(entry["sku"], entry["statusCode"]) for entry in objects_at(answer.body, "responses")] == [("there", 204), ("new", 201)]


def test_one_bad_entry_makes_it_207_and_the_others_stand() -> None:
    selling = Selling()
    good = {**an_item(), "sku": "good", "locale": "en_US"}
    answer = selling.do(bulk.put_items, of(good, {**an_item(condition="SHINY"), "sku": "bad", "locale": "en_US"}))
    assert (answer.status, answer.effect) == (207, True)
    assert [entry["statusCode"] for entry in objects_at(answer.body, "responses")] == [201, 400]
    assert list(selling.seller.items) == ["good"]


def test_offers_created_in_bulk_answer_200_each_and_the_known_one_400() -> None:
    selling = Selling()
    selling.offer("known")
    selling.put_item("new")
    answer = selling.do(bulk.create_offers, of(an_offer("known"), an_offer("new")))
    assert [(entry["sku"], entry["statusCode"]) for entry in objects_at(answer.body, "responses")] == [("known", 400), ("new", 200)]


def test_offers_published_in_bulk_name_their_listings() -> None:
    selling = Selling()
    fresh, done = selling.offer("fresh"), selling.published("done")
    answer = selling.do(bulk.publish_offers, of({"offerId": fresh}, {"offerId": done}))
    first, second = objects_at(answer.body, "responses")
    assert (answer.status, first["statusCode"], second["statusCode"]) == (207, 200, 400)
    assert first["listingId"] == selling.seller.offers[fresh].listing_id


def test_items_read_in_bulk_say_which_are_missing() -> None:
    selling = Selling()
    selling.put_item("there")
    answer = selling.do(bulk.get_items, of({"sku": "there"}, {"sku": "gone"}))
    assert [entry["statusCode"] for entry in objects_at(answer.body, "responses")] == [200, 404]


def test_price_and_quantity_change_together() -> None:
    selling = Selling()
    offer_id = selling.offer()
    change: JsonObject = {
        "sku": "shirt",
        "shipToLocationAvailability": {"quantity": 9},
        "offers": [{"offerId": offer_id, "price": {"value": "5.00", "currency": "USD"}, "availableQuantity": 4}],
    }
    answer = selling.do(bulk.update_price_quantity, of(change))
    assert (answer.status, answer.effect) == (200, True)
    assert selling.seller.items["shirt"].data["availability"] == {"shipToLocationAvailability": {"quantity": 9}}
    assert selling.seller.offers[offer_id].data["availableQuantity"] == 4


@pytest.mark.parametrize(
    ("act", "entry", "too_many", "repeated"),
    [
        (bulk.put_items, {**an_item(), "locale": "en_US"}, 25727, 25728),
        (bulk.get_items, {}, 25727, 25734),
        (bulk.create_offers, an_offer(), 25730, 25729),
        (bulk.publish_offers, {}, 25730, 25731),
    ],
)
def test_too_many_or_repeated_entries_are_refused_as_a_whole(act: Act, entry: JsonObject, too_many: int, repeated: int) -> None:
    selling = Selling()
    entries = [{**entry, "sku": f"sku{number}", "offerId": str(number)} for number in range(26)]
    assert error_of(selling.do(act, of(*entries))) == too_many
    assert error_of(selling.do(act, of(entries[0], entries[0]))) == repeated
    assert error_of(selling.do(act, of())) == 25709
    assert not selling.seller.items


def test_an_item_in_bulk_needs_sku_and_locale() -> None:
    assert error_of(Selling().do(bulk.put_items, of({**an_item(), "sku": "s"}))) == 25733
