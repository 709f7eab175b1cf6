"""What flea takes and refuses, as sentences for the seller: every fault of a product at once. Pure; it never changes the product."""

from collections.abc import Iterator

from hawker.contracts.listings import Product, Variant
from plugin_bridge.flea.defaults import Defaults

TITLE_CHARACTERS_MAX = 140
DESCRIPTION_CHARACTERS_MAX = 20_000
PHOTOS_MAX = 10
PHOTO_BYTES_MAX = 8 * 1024 * 1024
PRICE_DECIMALS_MAX = 2
REASON_CHARACTERS_MAX = 1000


def faults(product: Product, defaults: Defaults) -> tuple[str, ...]:
    """Why flea will not take the product; empty when it will."""
    return (*_title(product), *_pictures(product), *_stock(product), *_prices(product), *_currency(product, defaults))


def as_reason(sentences: tuple[str, ...]) -> str:
    """All sentences as one reason; what does not fit is counted."""
    for shown in range(len(sentences), 0, -1):
        rest = len(sentences) - shown
        reason = " ".join((*sentences[:shown], *((f"And {rest} more.",) if rest else ())))
        if len(reason) <= REASON_CHARACTERS_MAX:
            return reason
    return sentences[0][:REASON_CHARACTERS_MAX]


def _title(product: Product) -> Iterator[str]:
    title = " ".join(product.title.split())
    if not title:
        yield "The product has no title; give it one."
    if len(title) > TITLE_CHARACTERS_MAX:
        yield f"The title has {len(title)} characters, flea takes {TITLE_CHARACTERS_MAX}; shorten it."


def _pictures(product: Product) -> Iterator[str]:
    positions = [image.position for image in product.images]
    for image in product.images[:PHOTOS_MAX]:
        if not image.url.lower().startswith(("http://", "https://")):
            yield f"Picture {image.position} has no web address that begins with http:// or https://."
        if positions.count(image.position) > 1:
            yield f"More than one picture has the position {image.position}; number them from 1."


def _stock(product: Product) -> Iterator[str]:
    if not any(variant.quantity for variant in product.variants):
        yield "Nothing of the product is in stock; set a quantity."


def _prices(product: Product) -> Iterator[str]:
    for variant in product.variants:
        if fault := _price(variant):
            yield fault


def _price(variant: Variant) -> str | None:
    if variant.price is None:
        return f"Variant {variant.sku} has no price; give it one."
    if variant.price <= 0:
        return f"The price of variant {variant.sku} is {variant.price}; flea needs more than zero."
    if variant.price != round(variant.price, PRICE_DECIMALS_MAX):
        return f"The price of variant {variant.sku} is {variant.price}; flea takes {PRICE_DECIMALS_MAX} decimals."
    return None


def _currency(product: Product, defaults: Defaults) -> Iterator[str]:
    if product.currency != defaults.currency:
        yield f"The prices are in {product.currency}, flea sells in {defaults.currency}; give prices in {defaults.currency}."
