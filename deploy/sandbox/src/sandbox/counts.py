"""What was asked and what it did, counted per marketplace. Counts only; what stands there is the sites' own."""

from collections import Counter
from dataclasses import dataclass, field

from sandbox.calls import Answer, JsonObject

TOO_MANY_REQUESTS = 429


@dataclass(slots=True)
class Counts:
    """`effects` are calls that changed something; `throttled` are calls answered with 429."""

    calls: int = 0
    effects: int = 0
    throttled: int = 0
    by_operation: Counter[str] = field(default_factory=Counter)
    effects_by_operation: Counter[str] = field(default_factory=Counter)

    def called(self, operation: str) -> None:
        self.calls += 1
        self.by_operation[operation] += 1

    def answered(self, operation: str, answer: Answer) -> None:
        if answer.effect:
            self.effects += 1
            self.effects_by_operation[operation] += 1
        if answer.status == TOO_MANY_REQUESTS:
            self.throttled += 1

    def clear(self) -> None:
        self.calls = self.effects = self.throttled = 0
        self.by_operation.clear()
        self.effects_by_operation.clear()

    def report(self) -> JsonObject:
        return {
            "calls": self.calls,
            "effects": self.effects,
            "throttled": self.throttled,
            "by_operation": dict(self.by_operation),
            "effects_by_operation": dict(self.effects_by_operation),
        }
