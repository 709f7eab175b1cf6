"""Cursors: where the next page begins, opaque to people. They name a place and not a count, so rows that come meanwhile shift nothing."""

import base64
import binascii
from collections.abc import Callable, Sequence

from api_gateway import problems
from api_gateway.bodies import Page

PAGE_ITEMS_DEFAULT = 50
PAGE_ITEMS_MAX = 200

type Cursor = tuple[int, int]
"""An offset of the journal, and a place inside it."""


def write(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode("{}.{}".format(*cursor).encode()).decode().rstrip("=")


def read(text: str | None) -> Cursor | None:
    """Raises Problem."""
    if text is None:
        return None
    try:
        first, second = base64.urlsafe_b64decode(text.encode() + b"==").decode().split(".")
        return _bounded(int(first)), _bounded(int(second))
    except (ValueError, binascii.Error):
        raise problems.invalid(
            [problems.Place(where="query.cursor", what="this is no cursor of ours: send next_cursor as it came")]
        ) from None


def _bounded(number: int) -> int:
    if not 0 <= number < 1 << 62:
        raise ValueError("no offset is that large")
    return number


def page[R, T](rows: Sequence[R], limit: int, place: Callable[[R], Cursor], body: Callable[[R], T], totals: dict[str, int]) -> Page[T]:
    """`rows` has one more than the page where there is a next one."""
    shown = rows[:limit]
    next_cursor = write(place(shown[-1])) if len(rows) > limit else None
    return Page(items=[body(row) for row in shown], next_cursor=next_cursor, totals=totals)
