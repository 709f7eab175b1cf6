"""Why Etsy would not take a product, in sentences for its seller: every fault at once. Pure; it never changes the product."""

import re
from collections.abc import Iterator
from decimal import Decimal
from unicodedata import category

from etsy_worker.etsy import texts, variations
from etsy_worker.etsy.limits import (
    IMAGES_MAX,
    PRICE_DECIMALS_MAX,
    QUANTITY_MAX,
    SKU_CHARACTERS_MAX,
    TAG_CHARACTERS_MAX,
    TAGS_MAX,
    TITLE_CHARACTERS_MAX,
    TITLE_KINDS,
    TITLE_ONCE_EACH,
    TITLE_SIGNS,
    VARIATIONS_MAX,
)
from etsy_worker.etsy.terms import Profile
from hawker.contracts.listings import Product, Variant

REASON_CHARACTERS_MAX = 1000
WEB_ADDRESS = re.compile(r"^https?://", re.IGNORECASE)


def faults(product: Product, profile: Profile) -> tuple[str, ...]:
    """Why Etsy will not take the product; empty when it will."""
    return (*_title(product), *_pictures(product), *_options(product), *_stock(product), *_prices(product, profile))


def notes(product: Product) -> tuple[str, ...]:
    """What the listing leaves out of the product without being wrong."""
    return (*_tags_left_out(product), *_pictures_left_out(product), *_stock_left_out(product), *_skus_shortened(product))


def as_reason(sentences: tuple[str, ...]) -> str:
    """All sentences as one reason; what does not fit is counted."""
    for shown in range(len(sentences), 0, -1):
        rest = len(sentences) - shown
        reason = " ".join((*sentences[:shown], *((f"And {rest} more.",) if rest else ())))
        if len(reason) <= REASON_CHARACTERS_MAX:
            return reason
    return sentences[0][:REASON_CHARACTERS_MAX]


def _title(product: Product) -> Iterator[str]:
    title = texts.title(product)
    if not title:
        yield "The product has no title; give it one."
    if len(title) > TITLE_CHARACTERS_MAX:
        yield f"The title has {len(title)} characters, Etsy takes {TITLE_CHARACTERS_MAX}; shorten it."
    if refused := "".join(dict.fromkeys(sign for sign in title if not _is_taken(sign))):
        yield f"Etsy does not take these signs in a title: {refused}; remove them."
    if repeated := [sign for sign in TITLE_ONCE_EACH if title.count(sign) > 1]:
        yield f"Etsy takes each of % : & + only once in a title; {' '.join(repeated)} stands there more than once."


def _is_taken(sign: str) -> bool:
    return sign in TITLE_SIGNS or category(sign).startswith(TITLE_KINDS)


def _pictures(product: Product) -> Iterator[str]:
    if not product.images:
        yield "The product has no picture; Etsy needs at least one."
    numbers = [image.position for image in product.images]
    if numbers != list(range(1, len(numbers) + 1)):
        # Etsy closes gaps; a picture would then stand elsewhere than where a second attempt looks for it.
        yield f"The pictures are numbered {', '.join(map(str, numbers))}; number them from 1 on, in order and without gaps."
    for image in product.images[:IMAGES_MAX]:
        if not WEB_ADDRESS.match(image.url):
            yield f"Picture {image.position} has no web address that begins with http:// or https://."


def _options(product: Product) -> Iterator[str]:
    names = variations.names(product)
    if len(names) > VARIATIONS_MAX:
        yield f"The product varies by {len(names)} options ({', '.join(names)}), Etsy takes {VARIATIONS_MAX}; join or drop some of them."
    lacking = [variant.sku for variant in product.variants if not all(variations.value(variant, name) for name in names)]
    if lacking:
        yield f"These variants lack a value for one of {', '.join(names)}: {', '.join(lacking)}."
    elif repeated := _repeated(product, names):
        yield f"These variants look the same to a buyer: {', '.join(repeated)}; give each its own {' or '.join(names) or 'option value'}."


def _repeated(product: Product, names: tuple[str, ...]) -> list[str]:
    chosen = [tuple(variations.value(variant, name).casefold() for name in names) for variant in product.variants]
    return [variant.sku for variant, values in zip(product.variants, chosen, strict=True) if chosen.count(values) > 1]


def _stock(product: Product) -> Iterator[str]:
    if not any(variant.quantity for variant in product.variants):
        yield "Nothing of the product is in stock; Etsy lists only what can be bought, so set a quantity."


def _prices(product: Product, profile: Profile) -> Iterator[str]:
    for variant in product.variants:
        if fault := _price(variant):
            yield fault
    if profile.currency and product.currency != profile.currency:
        yield f"The prices are in {product.currency}, the Etsy shop sells in {profile.currency}; give prices in {profile.currency}."


def _price(variant: Variant) -> str | None:
    if variant.price is None:
        return f"Variant {variant.sku} has no price; give it one."
    if variant.price <= 0:
        return f"The price of variant {variant.sku} is {variant.price}; Etsy needs more than zero."
    if variant.price != round(variant.price, PRICE_DECIMALS_MAX):
        return f"The price of variant {variant.sku} is {_plain(variant.price)}; Etsy takes {PRICE_DECIMALS_MAX} decimals."
    return None


def _plain(price: Decimal) -> str:
    return f"{price.normalize():f}"


def _tags_left_out(product: Product) -> Iterator[str]:
    kept = set(texts.tags(product))
    if left_out := [tag for tag in product.tags if texts.tag(tag) not in kept]:
        yield f"Tags left out (Etsy takes {TAGS_MAX}, of up to {TAG_CHARACTERS_MAX} characters, once each): {', '.join(left_out)}."


def _pictures_left_out(product: Product) -> Iterator[str]:
    if (extra := len(product.images) - IMAGES_MAX) > 0:
        yield f"Pictures left out: the last {extra}, for Etsy takes {IMAGES_MAX}."


def _stock_left_out(product: Product) -> Iterator[str]:
    if capped := [variant.sku for variant in product.variants if variant.quantity > QUANTITY_MAX]:
        yield f"Shown with a quantity of {QUANTITY_MAX}, the most that Etsy takes: {', '.join(capped)}."


def _skus_shortened(product: Product) -> Iterator[str]:
    if long := [variant.sku for variant in product.variants if texts.sku(variant.sku) != variant.sku]:
        yield f"SKUs shortened at Etsy, which takes {SKU_CHARACTERS_MAX} characters: {', '.join(f'{sku} to {texts.sku(sku)}' for sku in long)}."
