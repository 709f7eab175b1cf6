"""A product as flea's listing form. Pure: the same product and defaults always give the same form."""

from decimal import Decimal

from hawker.contracts.listings import Product, Variant
from hawker.contracts.words import Result
from hawker.worker.markup import plain
from plugin_bridge.flea.defaults import Defaults
from plugin_bridge.flea.limits import DESCRIPTION_CHARACTERS_MAX


def form(product: Product, defaults: Defaults) -> Result:
    """The fields of the form but for its csrf token. Price and quantity introduce the listing; each variant has its own."""
    first = product.variants[0]
    title = " ".join(product.title.split())
    return {
        "handle": product.handle,
        "title": title,
        "description": (plain(product.description) or title)[:DESCRIPTION_CHARACTERS_MAX],
        "category": product.category or product.product_type or defaults.category,
        "condition": product.condition or defaults.condition,
        "price": str(min(_price(variant) for variant in product.variants)),
        "quantity": str(sum(variant.quantity for variant in product.variants)),
        "sku": first.sku,
        "variants": [_variant(variant) for variant in product.variants],
    }


def _variant(variant: Variant) -> Result:
    return {"sku": variant.sku, "options": dict(variant.options), "price": str(_price(variant)), "quantity": variant.quantity}


def _price(variant: Variant) -> Decimal:
    assert variant.price is not None, "validate lets no product without prices through"
    return variant.price.quantize(Decimal("0.01"))
