"""The bulk forms: up to 25 entries in a call, each with its own status. What an entry does, its single form does."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from pydantic import JsonValue

from sandbox.calls import Answer, Call, JsonObject, at, objects_at, text_at, whole_number
from sandbox.ebay import errors
from sandbox.ebay.items import put_item, shown, wrong_headers
from sandbox.ebay.offers import create_offer
from sandbox.ebay.publishing import publish_offer
from sandbox.ebay.state import Item, Market, Seller

ENTRIES_MAX = 25
CREATED_IN_BULK = HTTPStatus.OK
"""What the document gives as an offer's status here, where the single form says 201."""


def put_items(_market: Market, seller: Seller, call: Call) -> Answer:
    too_many = (25727, "The number of InventoryItems in the request cannot exceed 25.")
    repeated = (25728, "InventoryItems should be unique in the request.")
    entries = _entries(call, ("sku",), too_many, repeated, content=True)
    if isinstance(entries, Answer):
        return entries
    if not all(text_at(entry, "sku") and text_at(entry, "locale") for entry in entries):
        return errors.refused(25733, "Valid SKU and locale information are required for all the InventoryItems in the request.")
    return _answered([_put(seller, entry) for entry in entries])


def get_items(_market: Market, seller: Seller, call: Call) -> Answer:
    too_many = (25727, "The number of InventoryItems in the request cannot exceed 25.")
    entries = _entries(call, ("sku",), too_many, (25734, "SKU should be unique in the request."))
    if isinstance(entries, Answer):
        return entries
    return _answered([_got(seller, text_at(entry, "sku")) for entry in entries])


def create_offers(market: Market, seller: Seller, call: Call) -> Answer:
    too_many = (25730, "The number of offers in the request cannot exceed 25")
    repeated = (25729, "The combination of SKU, marketplaceId and format should be unique.")
    entries = _entries(call, ("sku", "marketplaceId", "format"), too_many, repeated, content=True)
    if isinstance(entries, Answer):
        return entries
    return _answered([_created(entry, create_offer(market, seller, entry)) for entry in entries])


def publish_offers(market: Market, seller: Seller, call: Call) -> Answer:
    too_many = (25730, "The number of offers in the request cannot exceed 25.")
    entries = _entries(call, ("offerId",), too_many, (25731, "OfferId should be unique in the request."))
    if isinstance(entries, Answer):
        return entries
    return _answered([_entry({"offerId": offer_id}, publish_offer(market, seller, offer_id, call.base_url)) for offer_id in _ids(entries)])


def update_price_quantity(_market: Market, seller: Seller, call: Call) -> Answer:
    """Quantities of items, and prices and quantities of their offers. The documents contradict themselves on several SKUs; taken here."""
    too_many = (25709, "Invalid value for requests. At most 25 entries are allowed.")
    entries = _entries(call, ("sku",), too_many, (25709, "Invalid value for sku. It should be unique in the request."))
    if isinstance(entries, Answer):
        return entries
    return _answered([outcome for entry in entries for outcome in _repriced(seller, entry)])


type _Outcome = tuple[JsonObject, bool]
"""An entry of the answer, and whether it changed something."""


def _entries(
    call: Call, key: Sequence[str], too_many: tuple[int, str], repeated: tuple[int, str], *, content: bool = False
) -> tuple[JsonObject, ...] | Answer:
    if (refusal := wrong_headers(call, content=content)) is not None:
        return refusal
    entries = objects_at(call.body, "requests")
    if not entries:
        return errors.invalid("requests")
    if len(entries) > ENTRIES_MAX:
        return errors.refused(*too_many)
    keys = {tuple(text_at(entry, name) for name in key) for entry in entries}
    return entries if len(keys) == len(entries) else errors.refused(*repeated)


def _answered(outcomes: Sequence[_Outcome]) -> Answer:
    """207 as soon as one entry failed."""
    responses: list[JsonValue] = [response for response, _ in outcomes]
    failed = any("errors" in response for response, _ in outcomes)
    status = HTTPStatus.MULTI_STATUS if failed else HTTPStatus.OK
    return Answer(status, {"responses": responses}, effect=any(effect for _, effect in outcomes))


def _entry(identity: JsonObject, answer: Answer) -> _Outcome:
    body = answer.body if isinstance(answer.body, dict) else {}
    return {**identity, **body, "statusCode": int(answer.status)}, answer.effect


def _put(seller: Seller, entry: JsonObject) -> _Outcome:
    data = {name: value for name, value in entry.items() if name not in {"sku", "locale"}}
    locale = text_at(entry, "locale")
    return _entry({"sku": text_at(entry, "sku"), "locale": locale}, put_item(seller, text_at(entry, "sku"), data, locale))


def _got(seller: Seller, sku: str) -> _Outcome:
    item = seller.items.get(sku)
    if item is None:
        return _entry({"sku": sku}, errors.answer(HTTPStatus.NOT_FOUND, errors.no_sku(sku)))
    return _entry({"sku": sku}, Answer(HTTPStatus.OK, {"inventoryItem": shown(seller, item)}))


def _created(entry: JsonObject, answer: Answer) -> _Outcome:
    identity = {name: entry.get(name) for name in ("sku", "marketplaceId", "format")}
    response, effect = _entry(identity, answer)
    return {**response, "statusCode": int(CREATED_IN_BULK if effect else answer.status)}, effect


def _ids(entries: Sequence[JsonObject]) -> tuple[str, ...]:
    return tuple(text_at(entry, "offerId") for entry in entries)


def _repriced(seller: Seller, entry: JsonObject) -> Sequence[_Outcome]:
    sku = text_at(entry, "sku")
    item = seller.items.get(sku)
    if item is None:
        return [_entry({"sku": sku}, errors.answer(HTTPStatus.NOT_FOUND, errors.no_sku(sku)))]
    quantity = at(entry, "shipToLocationAvailability", "quantity")
    if quantity is not None:
        number = whole_number(quantity)
        if number is None or number < 0:
            return [_entry({"sku": sku}, errors.refused(25004, "Invalid quantity."))]
        seller.items[sku] = _with_quantity(item, number)
    offers = [_reprice(seller, sku, offer) for offer in objects_at(entry, "offers")]
    return offers or [_entry({"sku": sku}, Answer(HTTPStatus.OK, {}, effect=quantity is not None))]


def _with_quantity(item: Item, quantity: int) -> Item:
    availability: JsonObject = {"shipToLocationAvailability": {"quantity": quantity}}
    return Item(item.sku, {**item.data, "availability": availability}, item.locale)


def _reprice(seller: Seller, sku: str, change: JsonObject) -> _Outcome:
    offer = seller.offers.get(text_at(change, "offerId"))
    identity: JsonObject = {"sku": sku, "offerId": text_at(change, "offerId")}
    if offer is None or offer.sku != sku:
        return _entry(identity, errors.no_offer())
    seller.keep(offer.revised(_revision(change)))
    return _entry(identity, Answer(HTTPStatus.OK, {}, effect=True))


def _revision(change: JsonObject) -> Mapping[str, JsonValue]:
    revision: JsonObject = {}
    if "price" in change:
        revision["pricingSummary"] = {"price": change["price"]}
    if "availableQuantity" in change:
        revision["availableQuantity"] = change["availableQuantity"]
    return revision
