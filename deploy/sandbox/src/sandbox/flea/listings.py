"""Selling on flea: a form becomes a draft, photos are added, it is published. A form sent twice is two listings."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus

from pydantic import JsonValue

from sandbox.calls import Answer, Call, JsonObject, digits, is_within
from sandbox.flea.state import Listing, Market, Photo
from sandbox.gallery import Gallery, picture_type

TITLE_LENGTH_MAX = 140
DESCRIPTION_LENGTH_MAX = 20_000
PHOTOS_MAX = 10
PHOTO_BYTES_MAX = 8 * 1024 * 1024
POSITION_MAX = 99
QUANTITY_MAX = 1_000_000
CENTS_DIGITS = 2
PUBLISHED = "published"
DRAFT = "draft"


def mine(market: Market, call: Call) -> Answer:
    """The seller's own listings; with `handle`, those with that handle."""
    found: list[JsonValue] = [shown(listing, call) for listing in market.of(call.account, call.query.get("handle"))]
    return Answer(HTTPStatus.OK, {"listings": found})


def get(market: Market, call: Call) -> Answer:
    """A draft is its seller's alone."""
    listing = market.listings.get(call.params["listing_id"])
    if listing is None or (listing.status != PUBLISHED and listing.seller != call.account):
        return refused(HTTPStatus.NOT_FOUND, {"listing": "is not there"})
    return Answer(HTTPStatus.OK, shown(listing, call))


def create(market: Market, call: Call) -> Answer:
    variants = _variants(call.field("variants"))
    if problems := _problems(call, variants):
        return refused(HTTPStatus.UNPROCESSABLE_ENTITY, problems)
    assert variants is not None
    listing = market.add(_from_form(call, variants))
    return Answer(HTTPStatus.CREATED, {"listing_id": listing.listing_id}, effect=True)


def add_photo(market: Market, gallery: Gallery, call: Call) -> Answer:
    listing = _own(market, call)
    if isinstance(listing, Answer):
        return listing
    if problems := _photo_problems(listing, call):
        return refused(HTTPStatus.UNPROCESSABLE_ENTITY, problems)
    photo = Photo(int(call.field("position")), gallery.put(call.parts["photo"].content))
    photos = tuple(sorted((*listing.photos, photo), key=lambda kept: kept.position))
    market.change(replace(listing, photos=photos))
    return Answer(HTTPStatus.CREATED, {"position": photo.position}, effect=True)


def publish(market: Market, call: Call) -> Answer:
    """Publishing what is published changes nothing."""
    listing = _own(market, call)
    if isinstance(listing, Answer):
        return listing
    published = market.change(replace(listing, status=PUBLISHED))
    body: JsonObject = {"listing_id": published.listing_id, "url": url_of(published, call)}
    return Answer(HTTPStatus.OK, body, effect=listing.status != PUBLISHED)


def unpublish(market: Market, call: Call) -> Answer:
    listing = _own(market, call)
    if isinstance(listing, Answer):
        return listing
    market.change(replace(listing, status=DRAFT))
    return Answer(HTTPStatus.OK, {"listing_id": listing.listing_id}, effect=listing.status != DRAFT)


def delete(market: Market, call: Call) -> Answer:
    listing = _own(market, call)
    if isinstance(listing, Answer):
        return listing
    del market.listings[listing.listing_id]
    return Answer(HTTPStatus.NO_CONTENT, effect=True)


def shown(listing: Listing, call: Call) -> JsonObject:
    photos: list[JsonValue] = [{"position": photo.position, "url": f"{call.base_url}/images/{photo.digest}"} for photo in listing.photos]
    return {
        "listing_id": listing.listing_id,
        "handle": listing.handle,
        "status": listing.status,
        "title": listing.title,
        "price": listing.price,
        "quantity": listing.quantity,
        "sku": listing.sku,
        "variants": [*listing.variants],
        "photos": photos,
        "url": url_of(listing, call),
    }


def url_of(listing: Listing, call: Call) -> str:
    return f"{call.base_url}/listings/{listing.listing_id}"


def refused(status: int, problems: Mapping[str, str]) -> Answer:
    return Answer(status, {"errors": {**problems}})


def _own(market: Market, call: Call) -> Listing | Answer:
    listing = market.listings.get(call.params["listing_id"])
    if listing is None or listing.seller != call.account:
        return refused(HTTPStatus.NOT_FOUND, {"listing": "is not there"})
    return listing


def _from_form(call: Call, variants: list[JsonValue]) -> Listing:
    return Listing(
        listing_id="",
        seller=call.account,
        handle=call.field("handle"),
        title=call.field("title").strip(),
        description=call.field("description"),
        category=call.field("category"),
        condition=call.field("condition"),
        price=call.field("price"),
        quantity=int(call.field("quantity")),
        sku=call.field("sku"),
        variants=variants,
    )


def _problems(call: Call, variants: list[JsonValue] | None) -> dict[str, str]:
    """Every field that is wrong, with what it must be."""
    rules: Mapping[str, tuple[Callable[[str], bool], str]] = {
        "handle": (bool, "is needed"),
        "title": (lambda text: 1 <= len(text.strip()) <= TITLE_LENGTH_MAX, f"must have 1 to {TITLE_LENGTH_MAX} characters"),
        "description": (lambda text: len(text) <= DESCRIPTION_LENGTH_MAX, f"must have at most {DESCRIPTION_LENGTH_MAX} characters"),
        "price": (_is_price, "must be an amount above zero, like 12.50"),
        "quantity": (lambda text: is_within(text, 1, QUANTITY_MAX), f"must be a whole number from 1 to {QUANTITY_MAX}"),
        "variants": (lambda _: variants is not None, "must be a JSON array"),
    }
    return {name: must for name, (holds, must) in rules.items() if not holds(call.field(name))}


def _is_price(text: str) -> bool:
    whole, _, cents = text.partition(".")
    return digits(whole) is not None and (not cents or digits(cents) is not None) and len(cents) <= CENTS_DIGITS and float(text) > 0


def _variants(text: str) -> list[JsonValue] | None:
    try:
        variants = json.loads(text or "[]")
    except ValueError:
        return None
    return variants if isinstance(variants, list) else None


def _photo_problems(listing: Listing, call: Call) -> dict[str, str]:
    photo, position = call.parts.get("photo"), call.field("position")
    if photo is None or picture_type(photo.content) is None:
        return {"photo": "must be a JPEG, PNG, GIF or WebP picture"}
    if len(photo.content) > PHOTO_BYTES_MAX:
        return {"photo": f"must have at most {PHOTO_BYTES_MAX // 1024 // 1024} MB"}
    if not is_within(position, 1, POSITION_MAX):
        return {"position": f"must be between 1 and {POSITION_MAX}"}
    return {"photo": f"a listing takes at most {PHOTOS_MAX}"} if len(listing.photos) >= PHOTOS_MAX else {}
