"""A SKU for a variant that has none: the same one every time, from the handle and the option values alone.

Readable first, and unlike any other: wherever the readable part says less than its source, a short digest of the source follows.
"""

import hashlib
import re
from collections.abc import Iterable

SKU_CHARS_MAX = 50
"""eBay takes no longer ones."""
DIGEST_CHARS = 6

_PLAIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_OTHER = re.compile(r"[^a-z0-9]+")


def derive(handle: str, values: Iterable[str]) -> str:
    source = (handle, *values)
    if len(source) == 1 and len(handle) <= SKU_CHARS_MAX and _PLAIN.fullmatch(handle):
        return handle
    digest = hashlib.sha256("\0".join(source).encode()).hexdigest()[:DIGEST_CHARS]
    readable = _OTHER.sub("-", "-".join(source).lower())[: SKU_CHARS_MAX - DIGEST_CHARS - 1].strip("-")
    return f"{readable}-{digest}" if readable else digest
