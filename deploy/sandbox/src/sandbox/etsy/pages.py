"""What a buyer would see: a listing as a small page, and the picture host behind it."""

from html import escape
from http import HTTPStatus

from pydantic import JsonValue

from sandbox.calls import Answer, Call, JsonObject, objects_at, text_at, texts_at
from sandbox.etsy.pictures import shown_pictures
from sandbox.etsy.state import Listing, Market, amount
from sandbox.pages import page, photos

BRAND = "Etsy (stand-in)"


def listing_page(market: Market, call: Call) -> Answer:
    listing = market.find(call.params["listing_id"])
    if listing is None:
        return page(HTTPStatus.NOT_FOUND, "No such listing", "<p>We looked everywhere.</p>", brand=BRAND)
    urls = [text_at(picture, "url_570xN") for picture in shown_pictures(listing, call)]
    state = "" if listing.state == "active" else f"<p><b>This listing is {escape(listing.state)}.</b></p>"
    body = f"{state}{photos(urls)}{_variants(listing)}<p>{escape(text_at(listing.fields, 'description'))}</p>"
    return page(HTTPStatus.OK, listing.title, body, brand=BRAND)


def describe(listing: Listing) -> JsonObject:
    """A listing as plain JSON: what it says, and what it sells."""
    variants: list[JsonValue] = [_variant(product) for product in objects_at(listing.inventory, "products")]
    return {
        "listing_id": str(listing.listing_id),
        "account": listing.account,
        "state": listing.state,
        "title": listing.title,
        "description": text_at(listing.fields, "description"),
        "price": listing.price,
        "quantity": listing.quantity,
        "pictures": [picture.digest for picture in listing.pictures],
        "ranks": [picture.asked_rank for picture in listing.pictures],
        "fees_paid": listing.fees_paid,
        "variants": variants,
    }


def _variant(product: JsonObject) -> JsonObject:
    values = [text for value in objects_at(product, "property_values") for text in texts_at(value, "values")]
    first: JsonObject = next(iter(objects_at(product, "offerings")), {})
    return {"sku": text_at(product, "sku"), "values": [*values], "price": first.get("price"), "quantity": first.get("quantity")}


def _variants(listing: Listing) -> str:
    rows = "".join(
        f"<tr><td>{escape(text_at(variant, 'sku'))}</td><td>{escape(', '.join(texts_at(variant, 'values')))}</td><td>{amount(variant['price'])}</td></tr>"
        for variant in objects_at(describe(listing), "variants")
    )
    return f"<table><tr><th>SKU</th><th>Variant</th><th>Price</th></tr>{rows}</table>"
