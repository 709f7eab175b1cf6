"""Calls per second: how many a caller has left in this second. Reads no clock; the time comes with the call."""

from dataclasses import dataclass

UNLIMITED_PER_SECOND = 10_000
"""What a marketplace without a limit says its limit is."""


@dataclass(frozen=True, slots=True)
class Allowance:
    limit_per_second: int
    remaining: int

    @property
    def exceeded(self) -> bool:
        return self.remaining < 0


UNPACED = Allowance(UNLIMITED_PER_SECOND, UNLIMITED_PER_SECOND)


class Pace:
    """Whole seconds as windows, one per caller. Without a limit everything passes."""

    def __init__(self, calls_per_second_max: int | None) -> None:
        self._max = calls_per_second_max
        self._second = 0
        self._used: dict[str, int] = {}

    def take(self, caller: str, now: float) -> Allowance:
        if self._max is None:
            return UNPACED
        if int(now) != self._second:
            self._second = int(now)
            self._used.clear()
        used = self._used[caller] = self._used.get(caller, 0) + 1
        return Allowance(self._max, self._max - used)
