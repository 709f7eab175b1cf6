"""Offers: one for each SKU, marketplace and format. Created once, replaced whole, deleted; a published one is a listing."""

from dataclasses import replace
from http import HTTPStatus

from pydantic import JsonValue

from sandbox.calls import Answer, Call, JsonObject, at, text_at
from sandbox.ebay import errors
from sandbox.ebay.items import read_page, wrong_headers
from sandbox.ebay.publishing import first_missing
from sandbox.ebay.state import Market, Offer, Seller

COUNTRIES = ("US", "MOTORS_US", "AT", "AU", "BE", "CA", "CH", "DE", "ES", "FR", "GB", "HK", "IE", "IT", "MY", "NL", "PH", "PL", "SG", "TW")
MARKETPLACES = frozenset(f"EBAY_{country}" for country in COUNTRIES)
FORMATS = frozenset({"AUCTION", "FIXED_PRICE"})


def create(market: Market, seller: Seller, call: Call) -> Answer:
    if (refusal := wrong_headers(call, content=True)) is not None:
        return refusal
    return create_offer(market, seller, call.body)


def create_offer(market: Market, seller: Seller, body: JsonValue) -> Answer:
    """There is no idempotency key: the second time is refused, and the refusal names the offer that is there."""
    if not isinstance(body, dict):
        return errors.bad_request()
    if (refusal := _wrong_offer(body)) is not None:
        return refusal
    offer = Offer("", body)
    if offer.sku not in seller.items:
        return errors.answer(HTTPStatus.BAD_REQUEST, errors.no_sku(offer.sku))
    for there in seller.offers_for(offer.sku):
        if there.key == offer.key:
            return errors.user_error("Offer entity already exists.", {"offerId": there.offer_id})
    offer = replace(offer, offer_id=str(next(market.offer_numbers)))
    seller.keep(offer)
    return Answer(HTTPStatus.CREATED, {"offerId": offer.offer_id}, effect=True)


def get(_market: Market, seller: Seller, call: Call) -> Answer:
    if (refusal := wrong_headers(call)) is not None:
        return refusal
    offer = seller.offers.get(call.params["offerId"])
    return errors.no_offer() if offer is None else Answer(HTTPStatus.OK, shown(offer))


def get_page(_market: Market, seller: Seller, call: Call) -> Answer:
    """404 where the SKU has no offer, as integrators report."""
    if (refusal := wrong_headers(call)) is not None:
        return refusal
    page = read_page(call, default=25, limit_max=100)
    sku = call.query.get("sku", "")
    if page is None or not sku:
        return errors.invalid("sku" if page else "limit")
    wanted = (call.query.get("marketplace_id"), call.query.get("format"))
    offers = [
        offer for offer in seller.offers_for(sku) if all(word in {None, have} for word, have in zip(wanted, offer.key[1:], strict=True))
    ]
    if not offers:
        return errors.no_offer()
    found: list[JsonValue] = [shown(offer) for offer in offers[page.start : page.end]]
    return Answer(HTTPStatus.OK, {**page.described("/sell/inventory/v1/offer", len(found), len(offers)), "offers": found})


def update(market: Market, seller: Seller, call: Call) -> Answer:
    """A full replace. What the offer is of cannot change; a published one must stay publishable."""
    if (refusal := wrong_headers(call, content=True)) is not None:
        return refusal
    offer, body = seller.offers.get(call.params["offerId"]), call.body
    if offer is None:
        return errors.no_offer()
    if not isinstance(body, dict):
        return errors.bad_request()
    if (refusal := _wrong_price(body)) is not None:
        return refusal
    identity = {name: offer.data.get(name) for name in ("sku", "marketplaceId", "format")}
    replaced = replace(offer, data={**body, **identity})
    if offer.listing_id is not None and (missing := _missing_in_live(market, seller, replaced, call)) is not None:
        return errors.answer(HTTPStatus.BAD_REQUEST, missing)
    seller.keep(replaced)
    return Answer(HTTPStatus.OK, {"offerId": offer.offer_id}, effect=True)


def delete(market: Market, seller: Seller, call: Call) -> Answer:
    """Deleting a published offer ends its listing."""
    if (refusal := wrong_headers(call)) is not None:
        return refusal
    offer = seller.offers.get(call.params["offerId"])
    if offer is None:
        return errors.no_offer()
    if offer.listing_id is not None and len(market.offers_in(market.listings[offer.listing_id])) == 1:
        market.end(offer.listing_id)
    seller.drop(seller.offers[offer.offer_id])
    return Answer(HTTPStatus.NO_CONTENT, effect=True)


def shown(offer: Offer) -> JsonObject:
    """`listing` is there on published offers only."""
    body: JsonObject = {**offer.data, "offerId": offer.offer_id, "status": "UNPUBLISHED"}
    if offer.listing_id is not None:
        body["status"] = "PUBLISHED"
        body["listing"] = {"listingId": offer.listing_id, "listingStatus": "ACTIVE", "soldQuantity": 0}
    return body


def _wrong_offer(body: JsonObject) -> Answer | None:
    if not text_at(body, "sku"):
        return errors.invalid("sku")
    if text_at(body, "marketplaceId") not in MARKETPLACES:
        return errors.invalid("marketplaceId")
    if text_at(body, "format") not in FORMATS:
        return errors.invalid("format")
    return _wrong_price(body)


def _wrong_price(body: JsonObject) -> Answer | None:
    price = at(body, "pricingSummary", "price")
    if price is not None and not isinstance(at(price, "value"), str):
        return errors.invalid("pricingSummary.price.value", "It is a string.")
    return None


def _missing_in_live(_market: Market, seller: Seller, offer: Offer, call: Call) -> JsonObject | None:
    if not text_at(offer.data, "listingDescription"):
        return errors.entry(25016, "The listingDescription value is invalid. It is required to revise a published offer.")
    return first_missing(seller, offer, call.base_url)
