"""When a job tries again: which failures are worth it, how often, and how long it rests before.

The rest doubles with every round and is spread by a hash of job and round, so the same job always rests the same time
and a thousand jobs that failed together do not come back together.
"""

from datetime import timedelta
from hashlib import blake2b

from hawker.contracts.failures import FailureKind
from hawker.contracts.limits import RETRIES_MAX

REST_SECONDS_FIRST = 2.0
REST_FACTOR = 2.0
REST_SECONDS_MAX = 300.0
SPREAD = 0.25
"""A rest is up to this part longer than its base."""

WORTH_RETRYING: dict[FailureKind, bool] = {
    FailureKind.TRANSIENT: True,
    FailureKind.UNKNOWN: True,
    FailureKind.REJECTED: False,
    FailureKind.UNAUTHORISED: False,
    # These two never end a round: the task is deferred and loses nothing.
    FailureKind.THROTTLED: True,
    FailureKind.NOT_CONNECTED: True,
}
DEFERRED = frozenset({FailureKind.THROTTLED, FailureKind.NOT_CONNECTED})
THROTTLE_SECONDS_DEFAULT = 5.0
"""How long an account rests when the marketplace did not say."""
THROTTLE_SECONDS_MAX = 24 * 3600.0


def rounds_left(round_: int) -> bool:
    return round_ < RETRIES_MAX


def rest(job_id: str, round_: int) -> timedelta:
    """How long to rest before retry round `round_` (1, 2, 3)."""
    base = min(REST_SECONDS_FIRST * REST_FACTOR ** (round_ - 1), REST_SECONDS_MAX)
    return timedelta(seconds=base * (1 + SPREAD * _fraction(job_id, round_)))


def throttle(retry_after_seconds: float | None) -> timedelta:
    return timedelta(seconds=min(THROTTLE_SECONDS_DEFAULT if retry_after_seconds is None else retry_after_seconds, THROTTLE_SECONDS_MAX))


def _fraction(job_id: str, round_: int) -> float:
    digest = blake2b(f"{job_id}:{round_}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) / 2**32
