"""Publishing: offers become a listing when nothing is missing, and a listing ends. What is missing shows only here."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from pydantic import JsonValue

from sandbox.calls import Answer, Call, JsonObject, at, digits, objects_at, text_at, texts_at, whole_number
from sandbox.ebay import errors
from sandbox.ebay.items import wrong_headers
from sandbox.ebay.state import Market, Offer, Seller

LISTING_DURATION = "GTC"
"""The only one that a fixed price takes."""
CURRENCIES: Mapping[str, str] = {
    "EBAY_US": "USD", "EBAY_MOTORS_US": "USD", "EBAY_GB": "GBP", "EBAY_AU": "AUD", "EBAY_CA": "CAD", "EBAY_CH": "CHF",
    "EBAY_PL": "PLN", "EBAY_HK": "HKD", "EBAY_SG": "SGD", "EBAY_PH": "PHP", "EBAY_MY": "MYR", "EBAY_TW": "TWD",
}  # fmt: skip
MISSING_PREFIX = "missing-"
"""A seller of the stand-in has every location and policy, but none whose id starts with this."""


def publish(market: Market, seller: Seller, call: Call) -> Answer:
    if (refusal := wrong_headers(call)) is not None:
        return refusal
    return publish_offer(market, seller, call.params["offerId"], call.base_url)


def publish_offer(market: Market, seller: Seller, offer_id: str, base_url: str) -> Answer:
    """The documents do not say what a second publish answers. Here it is refused and makes no second listing.

    So a caller that lost the first answer has to read the offer to learn its listing.
    """
    offer = seller.offers.get(offer_id)
    if offer is None:
        return errors.no_offer(HTTPStatus.BAD_REQUEST)
    if offer.listing_id is not None:
        return errors.user_error("The offer is already published.")
    if offer.sku in seller.group_of:
        return errors.refused(
            25732, "Offers associated with SKUs that are part of a variation group cannot be published using this endpoint."
        )
    if (missing := first_missing(seller, offer, base_url)) is not None:
        return errors.answer(HTTPStatus.BAD_REQUEST, missing)
    listing = market.list_offers(seller, [offer], offer.marketplace_id)
    return Answer(HTTPStatus.OK, {"listingId": listing.listing_id}, effect=True)


def publish_group(market: Market, seller: Seller, call: Call) -> Answer:
    """All members' offers become one listing. A member without an offer stays outside, with a warning."""
    if (refusal := wrong_headers(call)) is not None:
        return refusal
    key, marketplace_id = text_at(call.body, "inventoryItemGroupKey"), text_at(call.body, "marketplaceId")
    group = seller.groups.get(key)
    if group is None:
        return Answer(HTTPStatus.BAD_REQUEST, errors.no_group(key).body)
    offers = _group_offers(seller, group, marketplace_id)
    if not offers:
        return errors.user_error("No offer found for the inventory item group.")
    if all(offer.listing_id for offer in offers):
        return errors.user_error("The offers of the inventory item group are already published.")
    missing = first_missing_in_group(group) or _first_missing_of(seller, offers, call.base_url)
    if missing is not None:
        return errors.answer(HTTPStatus.BAD_REQUEST, missing)
    body: JsonObject = {"listingId": _list_group(market, seller, offers, marketplace_id, key)}
    if warnings := _left_out(group, offers):
        body["warnings"] = warnings
    return Answer(HTTPStatus.OK, body, effect=True)


def withdraw(market: Market, seller: Seller, call: Call) -> Answer:
    """The listing ends; the offer stays, unpublished."""
    if (refusal := wrong_headers(call)) is not None:
        return refusal
    offer = seller.offers.get(call.params["offerId"])
    if offer is None or offer.listing_id is None:
        return errors.no_offer(HTTPStatus.BAD_REQUEST)
    market.end(offer.listing_id)
    return Answer(HTTPStatus.OK, {"listingId": offer.listing_id}, effect=True)


def withdraw_group(market: Market, seller: Seller, call: Call) -> Answer:
    if (refusal := wrong_headers(call)) is not None:
        return refusal
    key, marketplace_id = text_at(call.body, "inventoryItemGroupKey"), text_at(call.body, "marketplaceId")
    offers = _group_offers(seller, seller.groups.get(key, {}), marketplace_id)
    listing_ids = {offer.listing_id for offer in offers if offer.listing_id is not None}
    if not listing_ids:
        return errors.refused(25725, "No offer found")
    for listing_id in listing_ids:
        market.end(listing_id)
    return Answer(HTTPStatus.NO_CONTENT, effect=True)


def first_missing(seller: Seller, offer: Offer, base_url: str) -> JsonObject | None:
    """The first thing that keeps this offer from being a listing, as an error entry."""
    item = seller.items.get(offer.sku)
    if item is None:
        return errors.no_sku(offer.sku)
    for of_members_too, check in REQUIRED:
        if (missing := check(item.data, offer.data, base_url)) is not None and (of_members_too or offer.sku not in seller.group_of):
            return missing
    return None


def first_missing_in_group(group: JsonObject) -> JsonObject | None:
    """A group brings its own title, description and pictures, and says by what its members differ."""
    for name in ("title", "description"):
        if not text_at(group, name):
            return errors.entry(25016, f"The {name} value is invalid. The inventory item group has none.")
    if not texts_at(group, "imageUrls"):
        return errors.entry(25014, "Invalid pictures. Add at least 1 photo.")
    if not objects_at(group, "variesBy", "specifications"):
        return errors.entry(25013, "Invalid data in the Inventory Item Group. The variesBy specifications are missing.")
    return None


type Check = Callable[[JsonObject, JsonObject, str], JsonObject | None]


def _title(item: JsonObject, _offer: JsonObject, _base_url: str) -> JsonObject | None:
    return None if text_at(item, "product", "title") else errors.entry(25016, "The title value is invalid. A title is required.")


def _description(item: JsonObject, offer: JsonObject, _base_url: str) -> JsonObject | None:
    there = text_at(offer, "listingDescription") or text_at(item, "product", "description")
    return None if there else errors.entry(25016, "The description value is invalid. A description is required.")


def _pictures(item: JsonObject, _offer: JsonObject, _base_url: str) -> JsonObject | None:
    return None if texts_at(item, "product", "imageUrls") else errors.entry(25014, "Invalid pictures. Add at least 1 photo.")


def _picture_urls(item: JsonObject, _offer: JsonObject, base_url: str) -> JsonObject | None:
    """Self-hosted pictures need https; the stand-in's own picture service speaks http."""
    urls = texts_at(item, "product", "imageUrls")
    fine = all(url.startswith(("https://", base_url)) for url in urls)
    return None if fine else errors.entry(25015, "Invalid picture URL. Pictures must be hosted on a secure HTTPS server.")


def _aspects(item: JsonObject, _offer: JsonObject, _base_url: str) -> JsonObject | None:
    if at(item, "product", "aspects"):
        return None
    message = (
        "A user error has occurred. The item specific Brand is missing. Add Brand to this listing, enter a valid value, and then try again."
    )
    return errors.entry(25002, message, {"0": "The item specific Brand is missing.", "1": "Brand"})


def _condition(item: JsonObject, _offer: JsonObject, _base_url: str) -> JsonObject | None:
    return None if text_at(item, "condition") else errors.entry(25021, "Invalid item condition information. The condition is missing.")


def _quantity(item: JsonObject, offer: JsonObject, _base_url: str) -> JsonObject | None:
    quantity = whole_number(at(item, "availability", "shipToLocationAvailability", "quantity"))
    available = whole_number(at(offer, "availableQuantity"))
    effective = quantity if available is None else available
    if effective is None or effective < 1:
        return errors.entry(25004, "Invalid quantity. The quantity must be a valid number greater than 0.")
    return None


def _price(_item: JsonObject, offer: JsonObject, _base_url: str) -> JsonObject | None:
    value = text_at(offer, "pricingSummary", "price", "value")
    currency = text_at(offer, "pricingSummary", "price", "currency")
    if not _is_price(value):
        return errors.entry(25003, "Invalid price. The price is missing or not a number greater than 0.")
    wanted = CURRENCIES.get(text_at(offer, "marketplaceId"), "EUR")
    return None if currency == wanted else errors.entry(25003, f"Invalid price. The currency of this marketplace is {wanted}.")


def _is_price(value: str) -> bool:
    return digits(value.replace(".", "", 1)) is not None and float(value) > 0


def _category(_item: JsonObject, offer: JsonObject, _base_url: str) -> JsonObject | None:
    there = text_at(offer, "categoryId").isdecimal()
    return None if there else errors.entry(25005, "Invalid category. The eBay listing has an invalid category ID.")


def _location(_item: JsonObject, offer: JsonObject, _base_url: str) -> JsonObject | None:
    key = text_at(offer, "merchantLocationKey")
    if not key:
        return errors.entry(
            25002, "A user error has occurred. No <Item.Country> exists or <Item.Country> is specified as an empty tag in the request."
        )
    return errors.entry(25012, "Invalid inventory location.") if key.startswith(MISSING_PREFIX) else None


def _policy(name: str, error_id: int, kind: str) -> Check:
    def check(_item: JsonObject, offer: JsonObject, _base_url: str) -> JsonObject | None:
        policy_id = text_at(offer, "listingPolicies", name)
        there = policy_id and not policy_id.startswith(MISSING_PREFIX)
        return None if there else errors.entry(error_id, f"The eBay listing has invalid data in the associated {kind} policy.")

    return check


def _duration(_item: JsonObject, offer: JsonObject, _base_url: str) -> JsonObject | None:
    fixed = text_at(offer, "format") == "FIXED_PRICE"
    wrong = fixed and offer.get("listingDuration", LISTING_DURATION) != LISTING_DURATION
    return errors.entry(25006, "Invalid listing option. The listing duration of a fixed price is GTC.") if wrong else None


REQUIRED: tuple[tuple[bool, Check], ...] = (
    # First, whether a member of a group needs it too: the group has a title, a description and pictures of its own.
    (False, _title),
    (False, _description),
    (False, _pictures),
    (True, _picture_urls),
    (True, _aspects),
    (True, _condition),
    (True, _quantity),
    (True, _price),
    (True, _category),
    (True, _location),
    (True, _policy("paymentPolicyId", 25008, "Payment")),
    (True, _policy("returnPolicyId", 25009, "Return")),
    (True, _policy("fulfillmentPolicyId", 25007, "Fulfillment")),
    (True, _duration),
)


def _group_offers(seller: Seller, group: JsonObject, marketplace_id: str) -> tuple[Offer, ...]:
    offers = (offer for sku in texts_at(group, "variantSKUs") for offer in seller.offers_for(sku))
    return tuple(offer for offer in offers if offer.marketplace_id == marketplace_id)


def _first_missing_of(seller: Seller, offers: tuple[Offer, ...], base_url: str) -> JsonObject | None:
    return next((missing for offer in offers if (missing := first_missing(seller, offer, base_url)) is not None), None)


def _list_group(market: Market, seller: Seller, offers: tuple[Offer, ...], marketplace_id: str, key: str) -> str:
    """New members join the listing that is live; where none is, a listing is made."""
    new = [offer for offer in offers if offer.listing_id is None]
    there = next((offer.listing_id for offer in offers if offer.listing_id is not None), None)
    if there is None:
        return market.list_offers(seller, new, marketplace_id, key).listing_id
    market.join(seller, new, there)
    return there


def _left_out(group: JsonObject, offers: tuple[Offer, ...]) -> list[JsonValue]:
    offered = {offer.sku for offer in offers}
    skus = [sku for sku in texts_at(group, "variantSKUs") if sku not in offered]
    return [
        errors.entry(25402, f"System warning. SKU {sku} has no offer and is not part of the listing.", category="APPLICATION")
        for sku in skus
    ]
