"""How a shard gets past an input that breaks it: slowly, one input a turn, until the one is known, which is then rejected."""

from collections.abc import Sequence

from hawker.contracts.recorded import Recorded
from orchestrator.core.decide import Input

FAILURES_BEFORE_CAUTION = 2
"""A first failure may be the broker's."""
CAUTIOUS_TURNS = 500
"""So many turns of one input each, then the shard is trusted again."""


class Suspicion:
    """Kept beside a shard from one acquisition to the next."""

    def __init__(self) -> None:
        self._failures = 0
        self._cautious_turns = 0
        self.rejected: set[str] = set()
        """Places of inputs that must be rejected unread."""

    def inputs_max(self, count_max: int) -> int:
        return 1 if self._cautious_turns else count_max

    def failed(self, inputs: Sequence[Recorded[Input]]) -> None:
        """A turn with these inputs broke: its decision or its writing raised what no broker raises."""
        self._failures += 1
        if self._failures < FAILURES_BEFORE_CAUTION:
            return
        if self._cautious_turns and len(inputs) == 1:
            self.rejected.add(inputs[0].place)
        self._cautious_turns = CAUTIOUS_TURNS

    def passed(self, inputs: Sequence[Recorded[Input]]) -> None:
        self._failures = 0 if not self._cautious_turns else self._failures
        self._cautious_turns = max(0, self._cautious_turns - 1)
        self.rejected.difference_update(recorded.place for recorded in inputs)
