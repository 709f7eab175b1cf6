"""What a buyer would see: a listing as a small page, and the picture host behind it."""

from html import escape
from http import HTTPStatus

from pydantic import JsonValue

from sandbox.calls import Answer, Call, JsonObject, at, text_at, texts_at
from sandbox.ebay.state import Listing, Market, Offer
from sandbox.pages import page, photos


def listing_page(market: Market, call: Call) -> Answer:
    listing = market.listings.get(call.params["listing_id"])
    if listing is None:
        return page(HTTPStatus.NOT_FOUND, "No such listing", "<p>We looked everywhere.</p>", brand="eBay (stand-in)")
    described = describe(market, listing, market.offers_in(listing))
    body = photos(texts_at(described, "pictures")) + _variants(described) + f"<div>{text_at(described, 'description')}</div>"
    ended = "<p><b>This listing has ended.</b></p>" if listing.ended else ""
    return page(HTTPStatus.OK, text_at(described, "title") or listing.listing_id, ended + body, brand="eBay (stand-in)")


def describe(market: Market, listing: Listing, offers: tuple[Offer, ...]) -> JsonObject:
    """A listing as plain JSON: what it says, and what it sells."""
    seller = market.seller(listing.account)
    group = seller.groups.get(listing.group_key, {})
    items = [seller.items[offer.sku].data if offer.sku in seller.items else {} for offer in offers]
    first: JsonObject = items[0] if items else {}
    pictures: list[JsonValue] = [*(texts_at(group, "imageUrls") or texts_at(first, "product", "imageUrls"))]
    variants: list[JsonValue] = [_variant(offer, item) for offer, item in zip(offers, items, strict=True)]
    return {
        "listing_id": listing.listing_id,
        "account": listing.account,
        "marketplace_id": listing.marketplace_id,
        "state": "ended" if listing.ended else "live",
        "group_key": listing.group_key or None,
        "title": text_at(group, "title") or text_at(first, "product", "title"),
        "description": text_at(group, "description") or text_at(first, "product", "description"),
        "pictures": pictures,
        "variants": variants,
    }


def _variant(offer: Offer, item: JsonObject) -> JsonObject:
    return {
        "sku": offer.sku,
        "offer_id": offer.offer_id,
        "price": text_at(offer.data, "pricingSummary", "price", "value"),
        "currency": text_at(offer.data, "pricingSummary", "price", "currency"),
        "quantity": at(item, "availability", "shipToLocationAvailability", "quantity"),
        "aspects": at(item, "product", "aspects"),
    }


def _variants(described: JsonObject) -> str:
    variants = described["variants"]
    assert isinstance(variants, list)
    rows = "".join(
        f"<tr><td>{_cell(entry, 'sku')}</td><td>{_cell(entry, 'price')} {_cell(entry, 'currency')}</td><td>{_cell(entry, 'quantity')}</td></tr>"
        for entry in variants
    )
    return f"<table><tr><th>SKU</th><th>Price</th><th>Quantity</th></tr>{rows}</table>"


def _cell(entry: JsonValue, name: str) -> str:
    return escape(str(at(entry, name)))
