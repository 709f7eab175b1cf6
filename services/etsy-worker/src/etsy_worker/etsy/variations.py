"""How a product's variants differ, in Etsy's terms: at most two properties with names of the seller's own. Pure."""

from hawker.contracts.listings import Product, Variant

PROPERTY_IDS = (513, 514)
"""Etsy's two properties whose names a seller chooses."""
PARENTHESES = str.maketrans("()", "  ")


def names(product: Product) -> tuple[str, ...]:
    """The options by which variants differ; one that is the same for all of them is no choice to a buyer."""
    offered = dict.fromkeys((*product.option_names, *(name for variant in product.variants for name in variant.options)))
    return tuple(name for name in offered if len({value(variant, name) for variant in product.variants}) > 1)


def value(variant: Variant, name: str) -> str:
    """The variant's choice; Etsy allows no parentheses there."""
    return " ".join(variant.options.get(name, "").translate(PARENTHESES).split())
