"""How a draft says which product it is for: a last line of its description, there only while it is a draft. Pure.

Etsy's drafts carry no SKU and no key of ours, and titles repeat. So the draft itself carries a name made of tenant, account and handle.
Nobody but the seller sees a draft; the call that publishes it also takes the line away.
"""

import re
from hashlib import sha256
from html import unescape

DIGITS = 20
LINE = "Draft reference {} is removed when this listing is published"
"""Letters, digits and blanks only: nothing that Etsy refuses or writes differently."""
_LINE = re.compile(r"\s*" + LINE.format(f"[0-9a-f]{{{DIGITS}}}") + r"\s*$")


def of(tenant_id: str, account_id: str, handle: str) -> str:
    return LINE.format(sha256(f"{tenant_id}\n{account_id}\n{handle}".encode()).hexdigest()[:DIGITS])


def put(description: str, marker: str) -> str:
    return f"{description}\n\n{marker}"


def is_in(description: str, marker: str) -> bool:
    return marker in description


def removed(description: str) -> str | None:
    """The description as the seller wrote it; None where there is nothing to remove."""
    found = _LINE.search(description)
    if found is None:
        return None
    # Etsy hands texts out with HTML entities in places (etsy/open-api #446); written back as they are, a buyer would see them.
    return unescape(description[: found.start()])
