"""A seller's HTML as plain text, for marketplaces that take no markup. Pure."""

import re
from html.parser import HTMLParser
from typing import override

BLOCKS = frozenset({"p", "div", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"})
"""Have a line to themselves."""
BREAKS = {"br": "\n", "tr": "\n", "li": "\n- "}
"""Begin a line."""
SILENT = frozenset({"script", "style"})


def plain(markup: str) -> str:
    """HTML as a reader sees it: lines for blocks, a dash for list items, no markup."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


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
