"""The theory, on the smallest example: a light bulb that can be used up."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from hawker.decider import Decider, Step, fold, step

type Input = str
type Fact = str


@dataclass(frozen=True)
class Bulb:
    lit: bool = False
    left: int = 3


class Lamp:
    def initial(self) -> Bulb:
        return Bulb()

    def decide(self, state: Bulb, input: Input, /) -> Sequence[Fact]:
        match (input, state):
            case ("press", Bulb(lit=False, left=1)):
                return ["lit", "burnt out"]
            case ("press", Bulb(lit=False, left=left)) if left > 0:
                return ["lit"]
            case ("release", Bulb(lit=True)):
                return ["gone out"]
            case _:
                return []

    def evolve(self, state: Bulb, fact: Fact, /) -> Bulb:
        match fact:
            case "lit":
                return Bulb(lit=True, left=state.left - 1)
            case "gone out" | "burnt out":
                return Bulb(lit=False, left=state.left)
            case _:
                raise AssertionError(fact)


LAMP: Decider[Input, Bulb, Fact] = Lamp()


def test_a_step_gives_the_facts_and_the_state_after_them() -> None:
    assert step(LAMP, Bulb(left=1), "press") == Step(["lit", "burnt out"], Bulb(lit=False, left=0))


def test_an_input_may_change_nothing() -> None:
    assert step(LAMP, Bulb(left=0), "press") == Step([], Bulb(left=0))


def test_a_fold_of_nothing_is_the_state_it_began_with() -> None:
    assert fold(LAMP, LAMP.initial(), []) == Bulb()


@given(st.lists(st.sampled_from(["press", "release"])))
def test_live_state_equals_replayed_state(inputs: list[Input]) -> None:
    state, history = LAMP.initial(), list[Fact]()
    for input in inputs:
        taken = step(LAMP, state, input)
        state = taken.state
        history.extend(taken.facts)
    assert fold(LAMP, LAMP.initial(), history) == state
