"""A product's words in Etsy's form: plain text, clean tags. Pure; it never decides whether they are good enough."""

from hashlib import sha256
from unicodedata import category

from etsy_worker.etsy.limits import SKU_CHARACTERS_MAX, TAG_CHARACTERS_MAX, TAG_KINDS, TAG_SIGNS, TAGS_MAX
from hawker.contracts.listings import Product
from hawker.worker.markup import plain

SKU_DIGEST_DIGITS = 6


def title(product: Product) -> str:
    return " ".join(product.title.split())


def description(product: Product) -> str:
    """The description without its markup; the title where there is none, for Etsy needs some."""
    return plain(product.description) or title(product)


def tags(product: Product) -> tuple[str, ...]:
    """The first tags that fit, cleaned, each once whatever its case."""
    kept: dict[str, str] = {}
    for word in map(tag, product.tags):
        if 0 < len(word) <= TAG_CHARACTERS_MAX:
            kept.setdefault(word.casefold(), word)
    return tuple(kept.values())[:TAGS_MAX]


def tag(raw: str) -> str:
    kept = "".join(sign if sign in TAG_SIGNS or category(sign).startswith(TAG_KINDS) else " " for sign in raw)
    return " ".join(kept.split())


def sku(raw: str) -> str:
    """The seller's SKU; a longer one than Etsy's own editor takes is cut, and told apart by a digest of the whole."""
    if len(raw) <= SKU_CHARACTERS_MAX:
        return raw
    digest = sha256(raw.encode()).hexdigest()[:SKU_DIGEST_DIGITS]
    return f"{raw[: SKU_CHARACTERS_MAX - SKU_DIGEST_DIGITS - 1].rstrip('-')}-{digest}"
