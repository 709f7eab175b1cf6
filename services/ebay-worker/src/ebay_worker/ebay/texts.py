"""A seller's description as eBay takes it: HTML without anything active, cut where it must be."""

import re
from html import escape
from html.parser import HTMLParser

ACTIVE = frozenset(
    {"script", "style", "iframe", "object", "embed", "form", "input", "button", "select", "textarea", "link", "meta", "base"}
)
"""eBay allows no active content; these go, with whatever stands in them."""
VOID = frozenset({"input", "embed", "link", "meta", "base", "br", "hr", "img"})
KEPT_ATTRIBUTES = frozenset({"href", "src", "alt", "title", "width", "height", "align", "colspan", "rowspan"})


def description(html: str, *, otherwise: str, characters_max: int) -> str:
    """The safe HTML; its plain text where that is too long; `otherwise` where there is none."""
    safe = safe_html(html)
    if len(safe) > characters_max:
        safe = _cut(plain_text(html), characters_max)
    return safe or otherwise[:characters_max]


def safe_html(html: str) -> str:
    reader = _Reader(with_tags=True)
    reader.feed(html)
    reader.close()
    return "".join(reader.parts).strip()


def plain_text(html: str) -> str:
    reader = _Reader(with_tags=False)
    reader.feed(html)
    reader.close()
    return " ".join("".join(reader.parts).split())


def _cut(text: str, characters_max: int) -> str:
    """At a word's end where one is near. The text is HTML to eBay, so what it means literally is escaped."""
    escaped = escape(text, quote=False)
    if len(escaped) <= characters_max:
        return escaped
    whole = escaped[: characters_max - 1]
    return f"{whole.rpartition(' ')[0] or whole}…"


class _Reader(HTMLParser):
    def __init__(self, *, with_tags: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._with_tags = with_tags
        self._inside: list[str] = []
        """The active elements that we are in."""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in ACTIVE:
            if tag not in VOID:
                self._inside.append(tag)
        elif not self._inside:
            self.parts.append(f"<{tag}{_written(attributes)}>" if self._with_tags else " ")

    def handle_endtag(self, tag: str) -> None:
        if self._inside:
            if tag == self._inside[-1]:
                self._inside.pop()
        elif tag not in ACTIVE and tag not in VOID:
            self.parts.append(f"</{tag}>" if self._with_tags else " ")

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.parts.append(escape(data, quote=False) if self._with_tags else data)


def _written(attributes: list[tuple[str, str | None]]) -> str:
    kept = [(name, value or "") for name, value in attributes if name in KEPT_ATTRIBUTES and not _runs(value or "")]
    return "".join(f' {name}="{escape(value)}"' for name, value in kept)


def _runs(value: str) -> bool:
    """Browsers skip blanks and control characters inside a scheme."""
    return re.sub(r"[\s\x00-\x1f]", "", value).lower().startswith(("javascript:", "data:", "vbscript:"))
