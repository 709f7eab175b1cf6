"""eBay's keys for a seller's own names. The same name always gives the same key, and no two names the same.

eBay takes letters and digits alone, at most 50 (error 25707). A name that is so stays as it is. Any other keeps its letters and digits,
cut to 33, and gets an `x` and 16 hexadecimal digits of its SHA-256: `tee-red-m` becomes `teeredmx` and those digits.
"""

import hashlib
import re

from ebay_worker.ebay.limits import SKU_CHARACTERS_MAX

_FITS = re.compile(rf"[A-Za-z0-9]{{1,{SKU_CHARACTERS_MAX}}}")
_DIGEST_CHARACTERS = 16


def key_for(name: str) -> str:
    if _FITS.fullmatch(name):
        return name
    stem = re.sub(r"[^A-Za-z0-9]", "", name)[: SKU_CHARACTERS_MAX - _DIGEST_CHARACTERS - 1]
    return f"{stem}x{hashlib.sha256(name.encode()).hexdigest()[:_DIGEST_CHARACTERS]}"
