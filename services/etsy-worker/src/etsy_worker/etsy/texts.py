"""A product's words in Etsy's form: plain text, clean tags. Pure; it never decides whether they are good enough."""

import re
from hashlib import sha256
from html.parser import HTMLParser
from typing import override
from unicodedata import category

from etsy_worker.etsy.limits import SKU_CHARACTERS_MAX, TAG_CHARACTERS_MAX, TAG_KINDS, TAG_SIGNS, TAGS_MAX
from hawker.contracts.listings import Product

BLOCKS = frozenset({"p", "div", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"})
"""Have a line to themselves."""
BREAKS = {"br": "\n", "tr": "\n", "li": "\n- "}
"""Begin a line."""
SKU_DIGEST_DIGITS = 6
SILENT = frozenset({"script", "style"})


def title(product: Product) -> str:
    return " ".join(product.title.split())


def description(product: Product) -> str:
    """The description without its markup; the title where there is none, for Etsy needs some."""
    return plain(product.description) or title(product)


def plain(markup: str) -> str:
    """HTML as a reader sees it: lines for blocks, a dash for list items, no markup."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


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


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent_depth = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent_depth += tag in SILENT
        self.parts.append("\n" if tag in BLOCKS else BREAKS.get(tag, ""))

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append(BREAKS.get(tag, ""))

    @override
    def handle_endtag(self, tag: str) -> None:
        self._silent_depth -= tag in SILENT and self._silent_depth > 0
        if tag in BLOCKS:
            self.parts.append("\n")

    @override
    def handle_data(self, data: str) -> None:
        if not self._silent_depth:
            self.parts.append(data)
