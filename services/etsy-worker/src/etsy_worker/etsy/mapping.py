"""A product as Etsy's draft form and Etsy's inventory. Pure: the same product, shop and defaults always give the same listing."""

from collections.abc import Callable, Hashable

from pydantic import JsonValue

from etsy_worker.etsy import texts, variations
from etsy_worker.etsy.limits import QUANTITY_MAX
from etsy_worker.etsy.terms import Defaults, Profile
from hawker.contracts.listings import Product, Variant
from hawker.contracts.words import Result


def draft(product: Product, profile: Profile, defaults: Defaults) -> Result:
    """The fields of createDraftListing. Price and quantity only introduce the listing: the inventory replaces both."""
    fields: Result = {
        "quantity": min(sum(variant.quantity for variant in product.variants), QUANTITY_MAX),
        "title": texts.title(product),
        "description": texts.description(product),
        "price": min(_price(variant) for variant in product.variants),
        "who_made": defaults.who_made,
        "when_made": defaults.when_made,
        "is_supply": defaults.is_supply,
        "taxonomy_id": defaults.taxonomy_id_of(product),
        "shipping_profile_id": profile.shipping_profile_id,
        "return_policy_id": profile.return_policy_id,
        "readiness_state_id": profile.readiness_state_id,
        "tags": list(texts.tags(product)),
        "should_auto_renew": defaults.should_auto_renew,
        "type": "physical",
    }
    return {name: value for name, value in fields.items() if value not in (None, [])}


def inventory(product: Product, profile: Profile) -> Result:
    """The body of updateListingInventory: a full replacement, every variant with its own price, quantity and SKU."""
    names = variations.names(product)
    return {
        "products": [_product(variant, names, profile) for variant in product.variants],
        "price_on_property": _varying(product, names, lambda variant: variant.price),
        "quantity_on_property": _varying(product, names, lambda variant: variant.quantity),
        "sku_on_property": _varying(product, names, lambda variant: variant.sku),
    }


def _product(variant: Variant, names: tuple[str, ...], profile: Profile) -> Result:
    return {
        "sku": texts.sku(variant.sku),
        "property_values": [_property(variant, name, id_) for name, id_ in zip(names, variations.PROPERTY_IDS, strict=False)],
        "offerings": [
            {
                "price": _price(variant),
                "quantity": min(variant.quantity, QUANTITY_MAX),
                "is_enabled": True,
                "readiness_state_id": profile.readiness_state_id,
            }
        ],
    }


def _property(variant: Variant, name: str, property_id: int) -> Result:
    return {"property_id": property_id, "property_name": name, "value_ids": [], "values": [variations.value(variant, name)]}


def _varying(product: Product, names: tuple[str, ...], of: Callable[[Variant], Hashable]) -> list[JsonValue]:
    """All properties or none: Etsy accepts more than are needed, and its own editor loses SKUs that hang on one of two."""
    differs = len({of(variant) for variant in product.variants}) > 1
    return list(variations.PROPERTY_IDS[: len(names)]) if differs else []


def _price(variant: Variant) -> float:
    """The document asks for a number. A validated price has two decimals, so its shortest JSON form is exact."""
    assert variant.price is not None, "validate lets no product without prices through"
    return float(variant.price)
