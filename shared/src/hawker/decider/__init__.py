"""The theory in one screen: a request meets a state, facts follow, and the state is the fold of its facts.

    decide(state, input) -> facts        says what happens; may say nothing; never changes anything
    evolve(state, fact) -> state         says what is true now; never refuses, for a fact has happened

Nothing here awaits, reads a clock or knows what is decided.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Protocol


class Decider[I, S, F](Protocol):
    """I: inputs, S: the state, F: facts."""

    def initial(self) -> S: ...

    def decide(self, state: S, input: I, /) -> Sequence[F]: ...

    def evolve(self, state: S, fact: F, /) -> S: ...


@dataclass(frozen=True, slots=True)
class Step[S, F]:
    facts: Sequence[F]
    state: S


def fold[I, S, F](decider: Decider[I, S, F], state: S, facts: Iterable[F]) -> S:
    """Replay: the same facts give the same state, live or years later."""
    return reduce(decider.evolve, facts, state)


def step[I, S, F](decider: Decider[I, S, F], state: S, input: I) -> Step[S, F]:
    """One input: what follows, and the state after it. The given state is untouched."""
    facts = decider.decide(state, input)
    return Step(facts, fold(decider, state, facts))
