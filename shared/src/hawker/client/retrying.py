"""Whether a call is made again, and after how long. Pure: the answer, the attempt and the chance come in."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

ATTEMPTS_MAX = 8
BACKOFF_SECONDS_FIRST = 0.25
BACKOFF_SECONDS_MAX = 5.0
RETRY_AFTER_SECONDS_MAX = 30.0
"""A gateway that asks for more patience than this gets its answer shown to the caller instead."""

STATUSES = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Retrying:
    attempts_max: int = ATTEMPTS_MAX
    backoff_seconds_first: float = BACKOFF_SECONDS_FIRST
    backoff_seconds_max: float = BACKOFF_SECONDS_MAX

    def delay_seconds(self, attempt: int, answer: httpx.Response | None, now: datetime, chance: float) -> float | None:
        """None: make no further attempt. `attempt` counts from 1, `answer` is None where none came, `chance` lies in 0..1."""
        if attempt >= self.attempts_max or (answer is not None and answer.status_code not in STATUSES):
            return None
        asked = None if answer is None else _retry_after(answer, now)
        if asked is not None:
            return asked if asked <= RETRY_AFTER_SECONDS_MAX else None
        return min(self.backoff_seconds_first * 2.0 ** (attempt - 1), self.backoff_seconds_max) * (0.5 + chance / 2)


def _retry_after(answer: httpx.Response, now: datetime) -> float | None:
    """Seconds or an HTTP date; what cannot be read counts as absent."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
