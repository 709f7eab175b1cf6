"""Offers of the stand-in eBay: one for each SKU, marketplace and format."""

import pytest
from pydantic import JsonValue

from sandbox.calls import at, objects_at
from sandbox.ebay import offers
from tests.unit.sandbox.ebay.selling import HEADERS, Selling, an_offer, error_of


def test_an_offer_created_twice_is_refused_with_the_id_of_the_first() -> None:
    selling = Selling()
    offer_id = selling.offer()
    answer = selling.do(offers.create, an_offer())
    assert (answer.status, error_of(answer), answer.effect) == (400, 25002, False)
    parameters = objects_at(objects_at(answer.body, "errors")[0], "parameters")
    assert parameters == ({"name": "offerId", "value": offer_id},)


def test_another_marketplace_or_format_is_another_offer() -> None:
    selling = Selling()
    selling.offer()
    selling.offer_of("shirt", marketplaceId="EBAY_GB")
    selling.offer_of("shirt", format="AUCTION")
    assert len(selling.seller.offers) == 3


@pytest.mark.parametrize(
    ("changes", "error_id"),
    [
        ({"sku": "nowhere"}, 25702),
        ({"sku": ""}, 25709),
        ({"marketplaceId": "EBAY_ATLANTIS"}, 25709),
        ({"format": "SWAP"}, 25709),
        ({"pricingSummary": {"price": {"value": 19.9, "currency": "USD"}}}, 25709),
    ],
)
def test_an_offer_that_cannot_be_is_refused(changes: dict[str, JsonValue], error_id: int) -> None:
    selling = Selling()
    selling.put_item()
    answer = selling.do(offers.create, an_offer(changes=changes))
    assert (answer.status, error_of(answer)) == (400, error_id)
    assert not selling.seller.offers


@pytest.mark.parametrize("missing", ["Accept-Language", "Content-Language"])
def test_an_offer_without_a_language_is_refused(missing: str) -> None:
    headers = {name: value for name, value in HEADERS.items() if name != missing}
    assert error_of(Selling().do(offers.create, an_offer(), headers)) == 25709


def test_an_offer_is_found_by_its_sku() -> None:
    selling = Selling()
    offer_id = selling.offer()
    found = objects_at(selling.do(offers.get_page, query="sku=shirt").body, "offers")
    assert [(offer["offerId"], offer["status"]) for offer in found] == [(offer_id, "UNPUBLISHED")]


def test_a_sku_without_an_offer_is_not_found() -> None:
    selling = Selling()
    selling.offer()
    for query in ("sku=hat", "sku=shirt&marketplace_id=EBAY_GB", "sku=shirt&format=AUCTION"):
        answer = selling.do(offers.get_page, query=query)
        assert (answer.status, error_of(answer)) == (404, 25713)


def test_only_a_published_offer_names_its_listing() -> None:
    selling = Selling()
    offer_id = selling.offer()
    assert at(selling.do(offers.get, offerId=offer_id).body, "listing") is None
    listing_id = at(selling.publish(offer_id).body, "listingId")
    assert at(selling.do(offers.get, offerId=offer_id).body, "listing", "listingId") == listing_id


def test_an_update_replaces_everything_but_what_the_offer_is_of() -> None:
    selling = Selling()
    offer_id = selling.offer()
    answer = selling.do(offers.update, {"sku": "other", "categoryId": "1"}, offerId=offer_id)
    assert (answer.status, answer.effect) == (200, True)
    assert selling.seller.offers[offer_id].data == {"sku": "shirt", "marketplaceId": "EBAY_US", "format": "FIXED_PRICE", "categoryId": "1"}


def test_a_published_offer_needs_its_description_to_be_updated() -> None:
    selling = Selling()
    offer_id = selling.published()
    assert error_of(selling.do(offers.update, an_offer(), offerId=offer_id)) == 25016
    assert selling.do(offers.update, an_offer(listingDescription="Blue."), offerId=offer_id).status == 200


def test_a_published_offer_cannot_lose_what_publishing_needs() -> None:
    selling = Selling()
    offer_id = selling.published()
    broken = an_offer(listingDescription="Blue.", categoryId="")
    assert error_of(selling.do(offers.update, broken, offerId=offer_id)) == 25005


def test_deleting_a_published_offer_ends_its_listing() -> None:
    selling = Selling()
    offer_id = selling.published()
    assert selling.do(offers.delete, offerId=offer_id).status == 204
    assert not selling.market.live_listings()
    assert not selling.seller.offers


def test_an_offer_that_is_gone_is_not_found() -> None:
    selling = Selling()
    for act, body in ((offers.get, None), (offers.update, an_offer()), (offers.delete, None)):
        answer = selling.do(act, body, offerId="1")
        assert (answer.status, error_of(answer)) == (404, 25713)
