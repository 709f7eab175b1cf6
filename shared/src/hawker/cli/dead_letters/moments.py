"""A moment as people give it: a date, a date and a time, or how long ago. Pure: now comes in."""

import re
from datetime import datetime, timedelta

_AGO = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def parse(text: str, now: datetime) -> datetime | None:
    """None where it is no moment. Without a zone it is this machine's own time, which is what a clock on the wall shows."""
    if (ago := _AGO.fullmatch(text.strip())) is not None:
        return _before(now, int(ago[1]) * _UNITS[ago[2]])
    try:
        found = datetime.fromisoformat(text.strip())
        return found if found.tzinfo else found.astimezone()
    except (ValueError, OverflowError):
        return None


def _before(now: datetime, ago: timedelta) -> datetime | None:
    try:
        return now - ago
    except OverflowError:
        return None
