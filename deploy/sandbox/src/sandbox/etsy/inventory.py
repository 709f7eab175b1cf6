"""Inventory: read with money as amount and divisor, written whole with plain prices. Keys that belong to reading are refused."""

from collections.abc import Mapping
from http import HTTPStatus

from pydantic import JsonValue

from sandbox.calls import Answer, Call, JsonObject, digits, objects_at, text_at, whole_number
from sandbox.etsy import errors, forms
from sandbox.etsy.ownership import owned
from sandbox.etsy.state import Listing, Market, amount, money

BODY_KEYS = frozenset({"products", "price_on_property", "quantity_on_property", "sku_on_property", "readiness_state_on_property"})
PRODUCT_KEYS = frozenset({"sku", "property_values", "offerings"})
OFFERING_KEYS = frozenset({"price", "quantity", "is_enabled", "readiness_state_id"})
PROPERTY_KEYS = frozenset({"property_id", "value_ids", "scale_id", "property_name", "values"})
ON_PROPERTY = ("price_on_property", "quantity_on_property", "sku_on_property", "readiness_state_on_property")
SKU_LENGTH_MAX = 32
VARIATIONS_MAX = 2

type Offerings = tuple[JsonObject, ...]


def get(market: Market, call: Call) -> Answer:
    listing = owned(market, call)
    return listing if isinstance(listing, Answer) else Answer(HTTPStatus.OK, shown_inventory(listing))


def put(market: Market, call: Call) -> Answer:
    """Replaces all of it. The listing's quantity is then the sum, its price the lowest."""
    listing = owned(market, call)
    if isinstance(listing, Answer):
        return listing
    if not isinstance(call.body, dict):
        return errors.bad("Request body must be a JSON object.")
    variations_max = digits(call.query.get("max_variations_supported", "")) or VARIATIONS_MAX
    if (error := _wrong(call.body, variations_max)) is not None:
        return errors.bad(error)
    listing.inventory = call.body
    enabled = [offering for offering in _offerings(call.body) if offering["is_enabled"]]
    listing.quantity = sum(whole_number(offering["quantity"]) or 0 for offering in enabled)
    listing.price = min((amount(offering["price"]) or 0.0 for offering in enabled), default=listing.price)
    listing.updated = int(call.now)
    return Answer(HTTPStatus.OK, shown_inventory(listing), effect=True)


def shown_inventory(listing: Listing) -> JsonObject:
    """Before the first put: one product without a SKU, from what the draft said."""
    written = listing.inventory or _undescribed(listing)
    products: list[JsonValue] = [_shown_product(listing, number, product) for number, product in enumerate(objects_at(written, "products"))]
    return {"products": products, **{name: written.get(name) or [] for name in ON_PROPERTY}}


def _undescribed(listing: Listing) -> JsonObject:
    readiness = listing.fields.get("readiness_state_id")
    offering: JsonObject = {"price": listing.price, "quantity": listing.quantity, "is_enabled": True, "readiness_state_id": readiness}
    return {"products": [{"sku": "", "property_values": [], "offerings": [offering]}]}


def _shown_product(listing: Listing, number: int, product: JsonObject) -> JsonObject:
    product_id = listing.listing_id * 1000 + number
    offerings: list[JsonValue] = [
        _shown_offering(product_id, place, offering) for place, offering in enumerate(objects_at(product, "offerings"))
    ]
    properties: list[JsonValue] = [_shown_property(value) for value in objects_at(product, "property_values")]
    return {
        "product_id": product_id,
        "sku": text_at(product, "sku"),
        "is_deleted": False,
        "offerings": offerings,
        "property_values": properties,
    }


def _shown_offering(product_id: int, place: int, offering: JsonObject) -> JsonObject:
    return {**offering, "offering_id": product_id * 10 + place, "is_deleted": False, "price": money(amount(offering["price"]) or 0.0)}


def _shown_property(value: JsonObject) -> JsonObject:
    return {"property_name": None, "scale_id": None, "scale_name": None, **value}


def _offerings(body: JsonObject) -> Offerings:
    return tuple(offering for product in objects_at(body, "products") for offering in objects_at(product, "offerings"))


def _wrong(body: JsonObject, variations_max: int) -> str | None:
    """The first thing wrong with an inventory, as Etsy would say it."""
    products = objects_at(body, "products")
    if not products:
        return "products is required and must be a non-empty array."
    if (error := _wrong_keys(body, products)) is not None:
        return error
    for product in products:
        if (error := _wrong_product(product)) is not None:
            return error
    return _wrong_whole(products, variations_max)


def _wrong_keys(body: JsonObject, products: Offerings) -> str | None:
    levels: tuple[tuple[Offerings, frozenset[str]], ...] = (
        ((body,), BODY_KEYS),
        (products, PRODUCT_KEYS),
        (_offerings(body), OFFERING_KEYS),
        (tuple(value for product in products for value in objects_at(product, "property_values")), PROPERTY_KEYS),
    )
    for entries, allowed in levels:
        foreign = dict.fromkeys(key for entry in entries for key in entry if key not in allowed)
        if foreign:
            return f"Array contains invalid keys: {','.join(foreign)}"
    return None


def _wrong_product(product: JsonObject) -> str | None:
    if len(text_at(product, "sku")) > SKU_LENGTH_MAX:
        return f"sku must have at most {SKU_LENGTH_MAX} characters."
    offerings = objects_at(product, "offerings")
    if not offerings:
        return "offerings is required and must be a non-empty array."
    for value in objects_at(product, "property_values"):
        if missing := {"property_id", "value_ids", "values"} - value.keys():
            return f"property_values is missing required keys: {','.join(sorted(missing))}"
        if whole_number(value["property_id"]) is None or not isinstance(value["values"], list):
            return "property_values must have an integer property_id and an array of values."
    return next((error for offering in offerings if (error := _wrong_offering(offering)) is not None), None)


def _wrong_offering(offering: Mapping[str, JsonValue]) -> str | None:
    if missing := OFFERING_KEYS - offering.keys():
        return f"offerings is missing required keys: {','.join(sorted(missing))}"
    price, quantity = amount(offering["price"]), whole_number(offering["quantity"])
    if price is None or not forms.PRICE_MIN <= price <= forms.PRICE_MAX:
        return f"price must be a number between {forms.PRICE_MIN} and {forms.PRICE_MAX}."
    if quantity is None or not 0 <= quantity <= forms.QUANTITY_MAX:
        return f"quantity must be an integer between 0 and {forms.QUANTITY_MAX}."
    return None if isinstance(offering["is_enabled"], bool) else "is_enabled must be a boolean."


def _wrong_whole(products: Offerings, variations_max: int) -> str | None:
    combinations = [tuple(str(value) for value in objects_at(product, "property_values")) for product in products]
    properties = {
        value["property_id"] for product in products for value in objects_at(product, "property_values") if "property_id" in value
    }
    if len(properties) > variations_max:
        return f"A listing can vary on at most {variations_max} properties."
    if len(set(combinations)) < len(combinations):
        return "Products must differ in their property values."
    quantities = [whole_number(offering["quantity"]) or 0 for product in products for offering in objects_at(product, "offerings")]
    return None if sum(quantities) else "At least one offering must have a quantity greater than 0."
