"""How a shard gets past what breaks it outside a decider: slowly, one thing a turn, until the one is known, which is then put aside.

A decider that raises never comes here: its input or timer is put aside at once. This is for applying and writing, which leave half a state.
"""

from collections.abc import Sequence

FAILURES_BEFORE_CAUTION = 2
"""A first failure may be the broker's."""
CAUTIOUS_TURNS = 500
"""So many turns of one thing each, and enough for all that was in the one that broke; then the shard is trusted again."""
TURNS_EACH = 3
"""A timer, an input and a dispatch are turns of their own, whether there is one or not."""


class Suspicion:
    """Kept beside a shard from one acquisition to the next. Inputs, timers and dispatches go by the names under which a turn began them."""

    def __init__(self) -> None:
        self._failures = 0
        self._cautious_turns = 0
        self._in_question: set[str] = set()
        """What was begun in turns that broke, and has not passed since."""
        self.suspects: set[str] = set()
        """What must be put aside unmet."""

    @property
    def is_cautious(self) -> bool:
        return self._cautious_turns > 0

    def failed(self, begun: Sequence[str]) -> None:
        """A turn broke after it had begun these, in a way in which no broker breaks."""
        self._failures += 1
        if self._failures < FAILURES_BEFORE_CAUTION:
            self._in_question.update(begun)
            return
        self._in_question.clear()
        if len(begun) == 1:  # Whether it was alone by caution or by chance.
            self.suspects.add(begun[0])
        self._cautious_turns = CAUTIOUS_TURNS + TURNS_EACH * len(begun)

    def passed(self, begun: Sequence[str]) -> None:
        """A turn with other things in it says nothing of the ones that broke."""
        self._in_question.difference_update(begun)
        if not self.is_cautious and not self._in_question:
            self._failures = 0
        self._cautious_turns = max(0, self._cautious_turns - 1)
        self.suspects.difference_update(begun)
