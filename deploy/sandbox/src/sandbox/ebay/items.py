"""Inventory items and item groups: put whole, read, delete. A put replaces everything and changes a live listing at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from pydantic import JsonValue

from sandbox.calls import Answer, Call, JsonObject, at, digits, text_at, texts_at, whole_number
from sandbox.ebay import errors
from sandbox.ebay.state import Item, Market, Seller

SKU_LENGTH_MAX = 50
TITLE_LENGTH_MAX = 80
DESCRIPTION_LENGTH_MAX = 4000
IMAGES_MAX = 24
CONDITIONS = frozenset({
    "NEW", "LIKE_NEW", "NEW_OTHER", "NEW_WITH_DEFECTS", "MANUFACTURER_REFURBISHED",
    "CERTIFIED_REFURBISHED", "EXCELLENT_REFURBISHED", "VERY_GOOD_REFURBISHED", "GOOD_REFURBISHED",
    "SELLER_REFURBISHED", "USED_EXCELLENT", "USED_VERY_GOOD", "USED_GOOD", "USED_ACCEPTABLE",
    "FOR_PARTS_OR_NOT_WORKING", "PRE_OWNED_EXCELLENT", "PRE_OWNED_FAIR",
})  # fmt: skip


def put(_market: Market, seller: Seller, call: Call) -> Answer:
    if (refusal := wrong_headers(call, content=True)) is not None:
        return refusal
    return put_item(seller, call.params["sku"], call.body, call.headers["Content-Language"])


def put_item(seller: Seller, sku: str, body: JsonValue, language: str) -> Answer:
    """201 where the item is new, 204 where it replaced one."""
    if not isinstance(body, dict):
        return errors.bad_request()
    if (refusal := _wrong_item(sku, body)) is not None:
        return refusal
    created = sku not in seller.items
    seller.items[sku] = Item(sku, body, language.replace("-", "_"))
    headers = {"Content-Language": language}
    return Answer(HTTPStatus.CREATED, {}, headers, effect=True) if created else Answer(HTTPStatus.NO_CONTENT, None, headers, effect=True)


def get(_market: Market, seller: Seller, call: Call) -> Answer:
    if (refusal := wrong_headers(call)) is not None:
        return refusal
    item = seller.items.get(call.params["sku"])
    return errors.no_item() if item is None else Answer(HTTPStatus.OK, shown(seller, item))


def shown(seller: Seller, item: Item) -> JsonObject:
    body: JsonObject = {**item.data, "sku": item.sku, "locale": item.locale}
    if (group := seller.group_of.get(item.sku)) is not None:
        body["groupIds"] = [group]
        body["inventoryItemGroupKeys"] = [group]
    return body


def get_page(_market: Market, seller: Seller, call: Call) -> Answer:
    if (refusal := wrong_headers(call)) is not None:
        return refusal
    page = read_page(call, default=25, limit_max=200)
    if page is None:
        return errors.refused(25706, "You have provided invalid pagination values.")
    items: list[JsonValue] = [shown(seller, item) for item in list(seller.items.values())[page.start : page.end]]
    path = "/sell/inventory/v1/inventory_item"
    return Answer(HTTPStatus.OK, {**page.described(path, len(items), len(seller.items)), "inventoryItems": items})


def delete(market: Market, seller: Seller, call: Call) -> Answer:
    """Takes the SKU's unpublished offers and its single listings along; a group stays."""
    if (refusal := wrong_headers(call)) is not None:
        return refusal
    sku = call.params["sku"]
    if sku not in seller.items:
        return errors.no_item()
    for offer in seller.offers_for(sku):
        if offer.listing_id is not None:
            market.end(offer.listing_id)
        seller.drop(seller.offers[offer.offer_id])
    del seller.items[sku]
    return Answer(HTTPStatus.NO_CONTENT, effect=True)


def put_group(_market: Market, seller: Seller, call: Call) -> Answer:
    if (refusal := wrong_headers(call, content=True)) is not None:
        return refusal
    key, body = call.params["inventoryItemGroupKey"], call.body
    if not isinstance(body, dict):
        return errors.bad_request()
    skus = texts_at(body, "variantSKUs")
    if (refusal := _wrong_members(seller, key, skus)) is not None:
        return refusal
    created = key not in seller.groups
    _leave(seller, key)
    seller.groups[key] = body
    seller.group_of.update(dict.fromkeys(skus, key))
    return Answer(HTTPStatus.CREATED, {}, effect=True) if created else Answer(HTTPStatus.NO_CONTENT, effect=True)


def get_group(_market: Market, seller: Seller, call: Call) -> Answer:
    if (refusal := wrong_headers(call)) is not None:
        return refusal
    key = call.params["inventoryItemGroupKey"]
    group = seller.groups.get(key)
    return errors.no_group(key) if group is None else Answer(HTTPStatus.OK, {**group, "inventoryItemGroupKey": key})


def delete_group(_market: Market, seller: Seller, call: Call) -> Answer:
    """The group alone goes; a live listing of it goes on until its offers are withdrawn."""
    if (refusal := wrong_headers(call)) is not None:
        return refusal
    key = call.params["inventoryItemGroupKey"]
    if key not in seller.groups:
        return errors.no_group(key)
    _leave(seller, key)
    del seller.groups[key]
    return Answer(HTTPStatus.NO_CONTENT, effect=True)


def wrong_headers(call: Call, *, content: bool = False) -> Answer | None:
    """Integrators report 25709 for a missing or starred Accept-Language on every Inventory call; the document names Content-Language."""
    wanted = ("Accept-Language", "Content-Language") if content else ("Accept-Language",)
    for name in wanted:
        if call.headers.get(name, "*").startswith("*"):
            return errors.invalid(f"header {name}")
    return None


@dataclass(frozen=True, slots=True)
class Page:
    start: int
    limit: int

    @property
    def end(self) -> int:
        return self.start + self.limit

    def described(self, path: str, size: int, total: int) -> JsonObject:
        described: JsonObject = {
            "href": f"{path}?limit={self.limit}&offset={self.start}",
            "limit": self.limit,
            "size": size,
            "total": total,
        }
        if self.end < total:
            described["next"] = f"{path}?limit={self.limit}&offset={self.end}"
        return described


def read_page(call: Call, *, default: int, limit_max: int) -> Page | None:
    limit, offset = digits(call.query.get("limit", str(default))), digits(call.query.get("offset", "0"))
    if limit is None or offset is None or not 1 <= limit <= limit_max:
        return None
    return Page(offset, limit)


def _wrong_item(sku: str, body: JsonObject) -> Answer | None:
    quantity = at(body, "availability", "shipToLocationAvailability", "quantity")
    number = whole_number(quantity)
    rules: Sequence[tuple[bool, int, str]] = (
        (not _is_sku(sku), 25707, "Invalid sku. sku has to be alphanumeric with upto 50 characters in length"),
        (quantity is not None and (number is None or number < 0), 25004, "Invalid quantity."),
        ("condition" in body and text_at(body, "condition") not in CONDITIONS, 25021, "Invalid condition information."),
        (len(text_at(body, "product", "title")) > TITLE_LENGTH_MAX, 25016, "The title value is invalid. It has more than 80 characters."),
        (
            len(text_at(body, "product", "description")) > DESCRIPTION_LENGTH_MAX,
            25016,
            "The description value is invalid. It has more than 4000 characters.",
        ),
        (len(texts_at(body, "product", "imageUrls")) > IMAGES_MAX, 25014, "Invalid pictures. At most 24 pictures are allowed."),
        (not _are_aspects(at(body, "product", "aspects")), 25016, "The aspects value is invalid. Each name takes an array of values."),
    )
    return next((errors.refused(error_id, message) for broken, error_id, message in rules if broken), None)


def _is_sku(sku: str) -> bool:
    """Letters and digits alone, says the document."""
    return sku.isascii() and sku.isalnum() and len(sku) <= SKU_LENGTH_MAX


def _are_aspects(aspects: JsonValue) -> bool:
    if aspects is None:
        return True
    return isinstance(aspects, Mapping) and all(
        isinstance(values, list) and all(isinstance(value, str) for value in values) for values in aspects.values()
    )


def _wrong_members(seller: Seller, key: str, skus: tuple[str, ...]) -> Answer | None:
    if not skus:
        return errors.invalid("variantSKUs")
    if any(sku not in seller.items for sku in skus):
        return errors.refused(25701, "One or more of the supplied SKU(s) could not be found in the system.")
    for sku in skus:
        if seller.group_of.get(sku, key) != key:
            return errors.refused(25703, f"The following SKU is already a member of another group. SKU : {sku}")
        if any(offer.listing_id and sku not in seller.group_of for offer in seller.offers_for(sku)):
            return errors.refused(25704, f"The following SKU is already listed as a single SKU listing. SKU : {sku}")
    return None


def _leave(seller: Seller, key: str) -> None:
    for sku in [sku for sku, group in seller.group_of.items() if group == key]:
        del seller.group_of[sku]
