"""How much may be in flight on one lane: it follows the delay that commands meet at the workers.

Commands that begin within DELAY_MS_LOW let the window grow, those that wait over DELAY_MS_HIGH shrink it.
So more workers raise the throughput, and an urgent task never waits behind more than one window.
"""

from dataclasses import dataclass

WINDOW_MIN = 16
WINDOW_FIRST = 128
WINDOW_MAX = 2000
DELAY_MS_LOW = 200
DELAY_MS_HIGH = 1000
SHRINK = 0.7


@dataclass(slots=True)
class Window:
    """`in_flight` counts leases. `size` moves with the outcomes; after it shrank, one window of outcomes passes before it may shrink again."""

    size: float = WINDOW_FIRST
    in_flight: int = 0
    calm: int = 0

    @property
    def free(self) -> int:
        return max(0, int(self.size) - self.in_flight)

    def dispatched(self) -> None:
        self.in_flight += 1

    def ended(self) -> None:
        """A lease is over, whatever came of it."""
        self.in_flight -= 1
        assert self.in_flight >= 0, "a lease ended twice"

    def measured(self, waited_ms: int) -> None:
        """An outcome said how long its command had waited."""
        self.calm = max(0, self.calm - 1)
        if waited_ms < DELAY_MS_LOW and self.in_flight + 1 >= self.size / 2:
            self.size = min(WINDOW_MAX, self.size + 1)
        elif waited_ms > DELAY_MS_HIGH and not self.calm:
            self.size = max(WINDOW_MIN, self.size * SHRINK)
            self.calm = int(self.size)
