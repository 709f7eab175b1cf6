"""Publishing at the stand-in eBay: what is missing shows only there, and nothing is listed twice."""

import pytest
from pydantic import JsonValue

from sandbox.calls import JsonObject, at, objects_at
from sandbox.ebay import items, publishing
from tests.unit.sandbox.ebay.selling import Selling, a_group, an_offer, error_of

PRICE = {"price": {"value": "19.90", "currency": "USD"}}


def test_a_complete_offer_becomes_a_listing() -> None:
    selling = Selling()
    answer = selling.publish(selling.offer())
    assert (answer.status, answer.effect) == (200, True)
    assert [listing.listing_id for listing in selling.market.live_listings()] == [at(answer.body, "listingId")]


def test_publishing_twice_is_refused_and_makes_no_second_listing() -> None:
    selling = Selling()
    answer = selling.publish(selling.published())
    assert (answer.status, error_of(answer), answer.effect) == (400, 25002, False)
    assert len(selling.market.listings) == 1


def test_an_offer_that_is_not_there_cannot_be_published() -> None:
    answer = Selling().publish("1")
    assert (answer.status, error_of(answer)) == (400, 25713)


@pytest.mark.parametrize(
    ("changes", "error_id"),
    [
        ({"title": ""}, 25016),
        ({"description": ""}, 25016),
        ({"imageUrls": []}, 25014),
        ({"imageUrls": ["http://pictures.test/1.jpg"]}, 25015),
        ({"aspects": {}}, 25002),
        ({"condition": ""}, 25021),
        ({"availability": {"shipToLocationAvailability": {"quantity": 0}}}, 25004),
    ],
)
def test_an_item_that_lacks_something_is_refused_at_publish(changes: JsonObject, error_id: int) -> None:
    selling = Selling()
    offer_id = selling.offer()
    item: JsonObject = {**selling.seller.items["shirt"].data}
    product = item["product"]
    assert isinstance(product, dict)
    for name, value in changes.items():
        if name in product:
            item["product"] = {**product, name: value}
        else:
            item[name] = value
    if changes.get("condition") == "":
        del item["condition"]
    assert selling.do(items.put, item, sku="shirt").status == 204
    answer = selling.publish(offer_id)
    assert (answer.status, error_of(answer), answer.effect) == (400, error_id, False)


@pytest.mark.parametrize(
    ("changes", "error_id"),
    [
        ({"pricingSummary": {}}, 25003),
        ({"pricingSummary": {"price": {"value": "0.00", "currency": "USD"}}}, 25003),
        ({"pricingSummary": {"price": {"value": "19.90", "currency": "GBP"}}}, 25003),
        ({"availableQuantity": 0}, 25004),
        ({"categoryId": ""}, 25005),
        ({"listingDuration": "DAYS_7"}, 25006),
        ({"merchantLocationKey": ""}, 25002),
        ({"merchantLocationKey": "missing-1"}, 25012),
        ({"listingPolicies": {"returnPolicyId": "2", "fulfillmentPolicyId": "3"}}, 25008),
        ({"listingPolicies": {"paymentPolicyId": "1", "fulfillmentPolicyId": "3"}}, 25009),
        ({"listingPolicies": {"paymentPolicyId": "1", "returnPolicyId": "2", "fulfillmentPolicyId": "missing-3"}}, 25007),
    ],
)
def test_an_offer_that_lacks_something_is_refused_at_publish(changes: dict[str, JsonValue], error_id: int) -> None:
    selling = Selling()
    answer = selling.publish(selling.offer(changes=changes))
    assert (answer.status, error_of(answer), answer.effect) == (400, error_id, False)


def test_the_description_of_the_offer_serves_where_the_item_has_none() -> None:
    selling = Selling()
    selling.put_item(description="")
    assert selling.publish(selling.offer_of("shirt", listingDescription="Blue.")).status == 200


def test_withdrawing_ends_the_listing_and_keeps_the_offer() -> None:
    selling = Selling()
    offer_id = selling.published()
    assert selling.do(publishing.withdraw, offerId=offer_id).status == 200
    assert not selling.market.live_listings()
    assert selling.seller.offers[offer_id].listing_id is None


def test_withdrawing_what_is_gone_is_refused() -> None:
    selling = Selling()
    for offer_id in (selling.offer(), "1"):
        answer = selling.do(publishing.withdraw, offerId=offer_id)
        assert (answer.status, error_of(answer), answer.effect) == (400, 25713, False)


def test_publishing_after_a_withdrawal_makes_a_new_listing() -> None:
    selling = Selling()
    offer_id = selling.published()
    first = selling.seller.offers[offer_id].listing_id
    selling.do(publishing.withdraw, offerId=offer_id)
    assert at(selling.publish(offer_id).body, "listingId") not in {None, first}


def test_a_group_is_published_as_one_listing() -> None:
    selling = Selling()
    selling.group("s", "m")
    offer_ids = [selling.offer_of(sku) for sku in ("s", "m")]
    answer = selling.publish_group()
    assert answer.status == 200
    assert {selling.seller.offers[offer_id].listing_id for offer_id in offer_ids} == {at(answer.body, "listingId")}


def test_a_group_published_twice_is_refused_and_makes_no_second_listing() -> None:
    selling = Selling()
    selling.group("s")
    selling.offer_of("s")
    selling.publish_group()
    answer = selling.publish_group()
    assert (answer.status, error_of(answer), answer.effect) == (400, 25002, False)
    assert len(selling.market.listings) == 1


def test_a_new_member_joins_the_listing_of_its_group() -> None:
    selling = Selling()
    selling.group("s")
    selling.offer_of("s")
    first = at(selling.publish_group().body, "listingId")
    selling.group("s", "m")
    selling.offer_of("m")
    assert at(selling.publish_group().body, "listingId") == first


def test_a_member_without_an_offer_stays_outside_with_a_warning() -> None:
    selling = Selling()
    selling.group("s", "m")
    selling.offer_of("s")
    answer = selling.publish_group()
    assert [warning["errorId"] for warning in objects_at(answer.body, "warnings")] == [25402]


def test_a_member_of_a_group_cannot_be_published_alone() -> None:
    selling = Selling()
    selling.group("s")
    assert error_of(selling.publish(selling.offer_of("s"))) == 25732


@pytest.mark.parametrize(("name", "error_id"), [("title", 25016), ("description", 25016), ("imageUrls", 25014), ("variesBy", 25013)])
def test_a_group_that_lacks_something_is_refused_at_publish(name: str, error_id: int) -> None:
    selling = Selling()
    selling.group("s")
    selling.offer_of("s")
    group = {key: value for key, value in a_group("s").items() if key != name}
    selling.do(items.put_group, group, inventoryItemGroupKey="shirts")
    assert error_of(selling.publish_group()) == error_id


def test_a_group_without_offers_or_not_there_cannot_be_published() -> None:
    selling = Selling()
    assert error_of(selling.publish_group("nowhere")) == 25705
    selling.group("s")
    assert error_of(selling.publish_group()) == 25002


def test_withdrawing_a_group_keeps_its_offers_unpublished() -> None:
    selling = Selling()
    selling.group("s", "m")
    for sku in ("s", "m"):
        selling.offer_of(sku)
    selling.publish_group()
    assert selling.withdraw_group().status == 204
    assert [offer.listing_id for offer in selling.seller.offers.values()] == [None, None]
    assert error_of(selling.withdraw_group()) == 25725


def test_what_one_seller_has_is_nothing_to_another() -> None:
    selling = Selling()
    offer_id = selling.published()
    other = Selling("other", selling.market)
    assert error_of(other.publish(offer_id)) == 25713
    other.put_item()
    other.publish(other.offer_of("shirt"))
    assert selling.market.duplicates() == 0


def test_two_live_listings_of_one_sku_count_as_a_duplicate() -> None:
    selling = Selling()
    selling.published()
    copied = an_offer()
    for offer_id, offer in list(selling.seller.offers.items()):
        selling.seller.keep(type(offer)(f"{offer_id}-copy", copied, "another listing"))
    assert selling.market.duplicates() == 2
