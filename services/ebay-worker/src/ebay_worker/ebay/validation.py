"""What keeps a product from eBay, in sentences that its seller understands. All faults at once; no I/O."""

from collections import Counter
from collections.abc import Iterator

from ebay_worker.ebay.limits import ASPECT_NAME_CHARACTERS_MAX, ASPECT_VALUE_CHARACTERS_MAX, CONDITIONS, TITLE_CHARACTERS_MAX
from ebay_worker.ebay.mapping import category_of
from ebay_worker.ebay.terms import Defaults, Profile
from hawker.contracts.listings import Product, Variant


def faults(product: Product, profile: Profile, defaults: Defaults) -> tuple[str, ...]:
    """Empty where eBay can be asked to list the product."""
    found = [*_product(product, profile, defaults), *_options(product)]
    for variant in product.variants:
        found += _variant(product, variant)
    return tuple(dict.fromkeys(found))


def _product(product: Product, profile: Profile, defaults: Defaults) -> Iterator[str]:
    title = product.title.strip()
    if not title:
        yield "it has no title"
    if len(title) > TITLE_CHARACTERS_MAX:
        yield f"its title has {len(title)} characters, eBay takes {TITLE_CHARACTERS_MAX}"
    if not product.images:
        yield "it has no picture, eBay wants at least one"
    if category_of(product, defaults) is None:
        yield "it has no eBay category, and there is no default one"
    if product.condition and product.condition.strip().lower() not in CONDITIONS:
        yield f"its condition {product.condition!r} is none that eBay knows; use one of: {', '.join(CONDITIONS)}"
    if product.currency != profile.currency:
        yield f"its prices are in {product.currency}, the eBay account sells in {profile.currency}"


def _options(product: Product) -> Iterator[str]:
    """Variants must differ, and by something eBay can show."""
    if len(product.variants) == 1:
        return
    if not product.option_names:
        yield f"it has {len(product.variants)} variants and no option that they differ by"
    for name in product.option_names:
        if len(name) > ASPECT_NAME_CHARACTERS_MAX:
            yield f"its option {name!r} has {len(name)} characters, eBay takes {ASPECT_NAME_CHARACTERS_MAX}"
    for sku, count in Counter(variant.sku for variant in product.variants).items():
        if count > 1:
            yield f"{count} of its variants have the SKU {sku}"
    for values, count in Counter(
        tuple(variant.options.get(name, "") for name in product.option_names) for variant in product.variants
    ).items():
        if count > 1 and all(values):
            yield f"{count} of its variants are the same: {' / '.join(values)}"


def _variant(product: Product, variant: Variant) -> Iterator[str]:
    which = _called(product, variant)
    if variant.price is None:
        yield f"{which} has no price"
    elif variant.price <= 0:
        yield f"{which} has the price {variant.price}, eBay wants more than 0"
    if variant.quantity < 1:
        yield f"{which} has no stock, eBay lists from 1"
    for name in product.option_names:
        value = variant.options.get(name, "").strip()
        if not value and len(product.variants) > 1:
            yield f"{which} has no value for {name}"
        if len(value) > ASPECT_VALUE_CHARACTERS_MAX:
            yield f"{which} has {len(value)} characters for {name}, eBay takes {ASPECT_VALUE_CHARACTERS_MAX}"


def _called(product: Product, variant: Variant) -> str:
    if len(product.variants) == 1:
        return "it"
    values = " / ".join(value for name in product.option_names if (value := variant.options.get(name, "").strip()))
    return f"its variant {values or variant.sku}"
