"""Keeps secrets out of what is said. Pure: it knows how they look, not where they are."""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

REDACTED = "[redacted]"
DEPTH_MAX = 6
"""What is nested deeper is not shown at all."""

_SECRET_KEY = re.compile(
    r"pass(word|wd|phrase)|secret|token|authori[sz]ation|cookie|credential|(api|private|access|client)[_-]?key|keystring|\bdsn\b|_dsn$",
    re.IGNORECASE,
)
_SECRET_TEXT = re.compile(
    r"(?P<scheme>\b(?:bearer|basic)\s+)[^\s\"',;]+"
    r"|(?P<user>://[^\s/:@]*:)[^\s/@]+(?=@)"
    r"|(?P<pair>\b(?:access_token|refresh_token|client_secret|api_key|password|code_verifier)\"?\s*[=:]\s*\"?)[^\s\"&,;}]+",
    re.IGNORECASE,
)


def redact(event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # Any: whatever is logged
    return {key: _of(key, value, DEPTH_MAX) for key, value in event.items()}


def scrub(text: str) -> str:
    """The text without what looks like a credential in it."""
    return _SECRET_TEXT.sub(lambda found: next(part for part in (*found.groups(), "") if part is not None) + REDACTED, text)


def _of(key: object, value: Any, depth: int) -> Any:  # Any: whatever is logged
    if isinstance(key, str) and _SECRET_KEY.search(key) and value is not None:
        return REDACTED
    return _within(value, depth)


def _within(value: Any, depth: int) -> Any:  # Any: whatever is logged
    match value:
        case str():
            return scrub(value)
        case bytes() | bytearray():
            return f"{len(value)} bytes"
        case Mapping() | list() | tuple() | set() | frozenset() if depth == 0:
            return "..."
        case Mapping():
            return {key: _of(key, inner, depth - 1) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_within(inner, depth - 1) for inner in value]
        case _:
            return value
