"""Mistakes of ours that only some jobs meet: a decider or the rest of a turn raises for them, until somebody mends it. Nothing else is changed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from unittest.mock import patch

from hawker.contracts.facts import Fact, InputRejected
from hawker.contracts.recorded import Recorded
from orchestrator.core import decide, turn
from orchestrator.core.decide import Input
from orchestrator.core.poison import subject
from orchestrator.core.state import Shard
from orchestrator.core.timers import Timer
from tests.simulation.faults import Fault
from tests.simulation.scene import Scene

APPLYING = "applying"

type Matter = tuple[str, str]
"""A job, and what of it the decider cannot stand."""


class Mistake(LookupError):  # noqa: N818 - it is one
    """Stands for any that code can make."""


class Poison:
    """Which matters are poison is drawn when they first come, and stays so for whoever decides them."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._is_sick: dict[Matter, bool] = {}

    @contextmanager
    def poured(self) -> Iterator[None]:
        with ExitStack() as stack:
            if self._scene.faults.plans(Fault.POISON):
                stack.enter_context(patch.object(decide, "meet", self._raising_meet()))
                stack.enter_context(patch.object(decide, "ring", self._raising_ring()))
            if self._scene.faults.plans(Fault.BROKEN_TURN):
                stack.enter_context(patch.object(turn, "_take", self._breaking_take()))
            yield

    def mend(self, job_id: str, *, wholly: bool) -> None:
        """What breaks whole turns is always mended before anybody says go on."""
        for matter in self._is_sick:
            if matter[0] == job_id and (wholly or matter[1].startswith(APPLYING)):
                self._is_sick[matter] = False

    def _raising_meet(self) -> Callable[[Shard, Recorded[Input], datetime], Sequence[Fact]]:
        meet = decide.meet

        def meet_or_raise(shard: Shard, recorded: Recorded[Input], now: datetime) -> Sequence[Fact]:
            self._taste(Fault.POISON, subject(recorded.message), type(recorded.message).__name__)
            return meet(shard, recorded, now)

        return meet_or_raise

    def _raising_ring(self) -> Callable[[Shard, Timer, datetime], Sequence[Fact]]:
        ring = decide.ring

        def ring_or_raise(shard: Shard, timer: Timer, now: datetime) -> Sequence[Fact]:
            self._taste(Fault.POISON, getattr(timer, "job_id", None), type(timer).__name__)
            return ring(shard, timer, now)

        return ring_or_raise

    def _breaking_take(self) -> Callable[[Shard, Recorded[Input], Sequence[Fact], turn.Cause, turn.Turn], None]:
        take = turn._take

        def take_and_break(shard: Shard, recorded: Recorded[Input], facts: Sequence[Fact], cause: turn.Cause, taken: turn.Turn) -> None:
            take(shard, recorded, facts, cause, taken)
            if not any(isinstance(fact, InputRejected) for fact in facts):
                self._taste(Fault.BROKEN_TURN, subject(recorded.message), f"{APPLYING} {type(recorded.message).__name__}")

        return take_and_break

    def _taste(self, fault: Fault, job_id: str | None, what: str) -> None:
        if job_id is None:
            return
        matter = job_id, what
        if matter not in self._is_sick:
            self._is_sick[matter] = self._scene.strikes(fault, f"{what} of {job_id}")
        if self._is_sick[matter]:
            raise Mistake(what)
