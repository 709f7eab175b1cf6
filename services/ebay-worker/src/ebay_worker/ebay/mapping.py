"""A product in eBay's words: its items, its offers, its group. Pure; pictures come in when they have addresses at eBay.

One variant is an item with an offer. Several are items of a group, told apart by their options; the group has the texts then.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from pydantic import JsonValue

from ebay_worker.ebay import limits
from ebay_worker.ebay.answers import FIXED_PRICE
from ebay_worker.ebay.sku import key_for
from ebay_worker.ebay.terms import Defaults, Profile
from ebay_worker.ebay.texts import description
from hawker.contracts.listings import Product, Variant
from hawker.contracts.words import Result

OFFER_IDENTITY = ("sku", "marketplaceId", "format")
"""What an offer is of; the rest of it can be replaced."""
GTINS = {12: "upc", 13: "ean"}
"""eBay's field for a barcode of so many digits."""


def plan(product: Product, profile: Profile, defaults: Defaults) -> Result:
    """`items` and `offers` in the order of the product's variants; `group` is null where there is one variant."""
    grouped = len(product.variants) > 1
    return {
        "items": [_item(product, variant, profile, defaults, grouped=grouped) for variant in product.variants],
        "offers": [_offer(product, variant, profile, defaults, grouped=grouped) for variant in product.variants],
        "group": _group(product, defaults) if grouped else None,
    }


def category_of(product: Product, defaults: Defaults) -> str | None:
    named = (defaults.categories.get(word.strip().lower()) for word in (product.category, product.product_type))
    return next((category for category in named if category), defaults.category_id)


def with_pictures(payload: Result, urls: Sequence[str], *, first: int | None = None) -> Result:
    """An item's payload with its pictures; `first` is the number of the one that shows this very variant."""
    ordered = [urls[first], *urls[:first], *urls[first + 1 :]] if first is not None and first < len(urls) else list(urls)
    product = payload.get("product")
    assert isinstance(product, dict), "an item's payload holds its product"
    return {**payload, "product": {**product, "imageUrls": list[JsonValue](ordered)}}


def replacement(offer: Result) -> Result:
    """The offer as an update takes it."""
    return {name: value for name, value in offer.items() if name not in OFFER_IDENTITY}


def differs(there: Mapping[str, JsonValue], wanted: Mapping[str, JsonValue]) -> bool:
    """Whether something that we would say is not so at eBay. What eBay added of its own does not count."""
    return any(not _says(there.get(name), value) for name, value in wanted.items())


def _says(there: JsonValue, wanted: JsonValue) -> bool:
    if isinstance(wanted, dict):
        return isinstance(there, dict) and not differs(there, wanted)
    if isinstance(there, str) and isinstance(wanted, str) and _is_number(there) and _is_number(wanted):
        return Decimal(there) == Decimal(wanted)
    return there == wanted


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def _item(product: Product, variant: Variant, profile: Profile, defaults: Defaults, *, grouped: bool) -> Result:
    payload: Result = {
        "availability": {"shipToLocationAvailability": {"quantity": variant.quantity}},
        "condition": limits.CONDITIONS.get(product.condition.strip().lower(), defaults.condition),
        "product": _product(product, variant, defaults, grouped=grouped),
    }
    grams = variant.weight_grams or defaults.weight_grams
    if grams:
        payload["packageWeightAndSize"] = {"weight": {"value": grams, "unit": "GRAM"}}
    return {"sku": key_for(variant.sku), "locale": profile.locale, "payload": payload, "picture": _picture_of(product, variant)}


def _product(product: Product, variant: Variant, defaults: Defaults, *, grouped: bool) -> Result:
    described: Result = {
        "title": product.title.strip(),
        "brand": _brand(product, defaults),
        "aspects": {**_shared_aspects(product, defaults), **_own_aspects(product, variant)},
    }
    if not grouped:  # A group has the text once; a hundred variants with it would burst a message.
        described["description"] = description(
            product.description, otherwise=product.title.strip(), characters_max=limits.ITEM_DESCRIPTION_CHARACTERS_MAX
        )
    return described | _barcode(variant.barcode.strip())


def _offer(product: Product, variant: Variant, profile: Profile, defaults: Defaults, *, grouped: bool) -> Result:
    offer: Result = {
        "sku": key_for(variant.sku),
        "marketplaceId": profile.marketplace_id,
        "format": FIXED_PRICE,
        "listingDuration": "GTC",
        "availableQuantity": variant.quantity,
        "categoryId": category_of(product, defaults),
        "merchantLocationKey": profile.merchant_location_key,
        "listingPolicies": {
            "paymentPolicyId": profile.payment_policy_id,
            "returnPolicyId": profile.return_policy_id,
            "fulfillmentPolicyId": profile.fulfillment_policy_id,
        },
        "pricingSummary": {"price": _amount(variant.price, profile.currency)},
    }
    if not grouped:
        offer["listingDescription"] = _listing_description(product)
    return offer


def _group(product: Product, defaults: Defaults) -> Result:
    names = [name for name in product.option_names if name]
    specifications: list[JsonValue] = [{"name": name, "values": list[JsonValue](_values(product, name))} for name in names]
    payload: Result = {
        "title": product.title.strip(),
        "description": _listing_description(product),
        "aspects": _shared_aspects(product, defaults),
        "variantSKUs": [key_for(variant.sku) for variant in product.variants],
        "variesBy": {"aspectsImageVariesBy": names[:1], "specifications": specifications},
    }
    return {"group_key": key_for(product.handle), "payload": payload}


def _listing_description(product: Product) -> str:
    return description(product.description, otherwise=product.title.strip(), characters_max=limits.LISTING_DESCRIPTION_CHARACTERS_MAX)


def _brand(product: Product, defaults: Defaults) -> str:
    return (product.vendor.strip() or defaults.brand)[: limits.BRAND_CHARACTERS_MAX]


def _shared_aspects(product: Product, defaults: Defaults) -> dict[str, JsonValue]:
    """What all variants have in common; never an option, by which they differ."""
    named = {name: list[JsonValue](values) for name, values in defaults.aspects.items() if name not in product.option_names}
    return {**named, "Brand": [_brand(product, defaults)[: limits.ASPECT_VALUE_CHARACTERS_MAX]]}


def _own_aspects(product: Product, variant: Variant) -> dict[str, JsonValue]:
    values = ((name, variant.options.get(name, "").strip()) for name in product.option_names if name)
    return {name: [value] for name, value in values if value}


def _values(product: Product, name: str) -> Iterable[str]:
    """An option's values in the order in which the variants use them."""
    return dict.fromkeys(value for variant in product.variants if (value := variant.options.get(name, "").strip()))


def _amount(price: Decimal | None, currency: str) -> Result:
    """With the number as text: eBay wants it so."""
    assert price is not None, "a product without a price does not pass validation"
    decimals = limits.PRICE_DECIMALS_OF.get(currency, limits.PRICE_DECIMALS)
    return {"value": f"{price:.{decimals}f}", "currency": currency}


def _barcode(digits: str) -> Result:
    """Only what is surely one: eBay refuses a listing for a wrong digit."""
    field = GTINS.get(len(digits))
    return {field: [digits]} if field and digits.isascii() and digits.isdecimal() and _checks(digits) else {}


def _checks(digits: str) -> bool:
    """The last digit of a GTIN makes the weighted sum a multiple of ten."""
    weighted = sum(int(digit) * (1 if place % 2 == 0 else 3) for place, digit in enumerate(reversed(digits)))
    return weighted % 10 == 0


def _picture_of(product: Product, variant: Variant) -> int | None:
    """Which of the product's pictures shows this variant, counted from 0."""
    return next((number for number, image in enumerate(product.images) if image.url == variant.image_url), None)
