"""What a run changes about the orchestrator: how large its limits are, and where its log goes. No rule of its behaviour."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import ModuleType
from unittest.mock import patch

import structlog
from structlog.typing import EventDict

from hawker.testing import journal
from orchestrator.core import capacity, decide, dispatch, state, turn
from orchestrator.core.state import LaneState
from orchestrator.dispatch import window
from orchestrator.dispatch.window import Window
from orchestrator.shard import owner, recover, snapshots, suspicion
from tests.simulation.faults import Fault
from tests.simulation.poison import Mistake
from tests.simulation.scene import Scene

IDLE_SECONDS = 2.5
"""An idle shard looks up less often than in earnest; only its stopping takes longer."""
CAUTIOUS_TURNS = 30
"""So the shard is trusted again while the run goes on."""
WINDOWS = (1, 3, 8, 128)
LIMITS: tuple[tuple[ModuleType, str, tuple[int, ...]], ...] = (
    (owner, "INPUTS_MAX", (1, 3, 500)),
    (owner, "TIMERS_MAX", (1, 500)),
    (turn, "FACTS_MAX", (1, 10, 2_000)),
    (dispatch, "DISPATCHES_MAX", (1, 4, 500)),
    (decide, "CANCEL_JOBS_MAX", (1, 500)),
    (recover, "SWEEP_FACTS", (1, 100_000)),
    (journal, "PAGE_RECORDS_MAX", (1, 20, 500)),
)
"""Small ones are met in a small run; in earnest they are met seldom, and under load."""
SMALL = 0.4
FACTS_BETWEEN = (1, 20, 20_000)
"""Of two snapshots; with the most there is only the one that a drained shard leaves behind."""
ROOMS = (2, 5)
"""Live jobs of a shard, where it is to be full."""


@contextmanager
def tuned(scene: Scene) -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(processors=[lambda _logger, method, event: _log(scene, method, event)], cache_logger_on_first_use=False)
    try:
        with ExitStack() as patches:
            _tune(scene, patches)
            yield
    finally:
        structlog.configure(**before)


def _tune(scene: Scene, patches: ExitStack) -> None:
    size = scene.chance.choice(WINDOWS)
    patches.enter_context(patch.object(state, "LaneState", lambda: LaneState(window=Window(size=size))))
    patches.enter_context(patch.object(window, "WINDOW_MIN", min(size, window.WINDOW_MIN)))
    patches.enter_context(patch.object(owner, "IDLE_SECONDS_MAX", IDLE_SECONDS))
    patches.enter_context(patch.object(suspicion, "CAUTIOUS_TURNS", CAUTIOUS_TURNS))
    if scene.faults.plans(Fault.SNAPSHOTS):
        patches.enter_context(patch.object(snapshots, "SNAPSHOT_FACTS", scene.chance.choice(FACTS_BETWEEN)))
    if scene.faults.plans(Fault.FULL):
        patches.enter_context(patch.object(capacity, "LIVE_JOBS_MAX", scene.chance.choice(ROOMS)))
    if scene.chance.random() < SMALL:
        for module, name, choices in LIMITS:
            chosen = scene.chance.choice(choices)
            patches.enter_context(patch.object(module, name, chosen))
            scene.tell("tuning", f"{name} {chosen}")


def _log(scene: Scene, method: str, event: EventDict | Mapping[str, object]) -> EventDict:
    """The shell takes any exception for a reason to begin again; here, one that no fault explains is a finding."""
    scene.tell("log", " ".join(f"{key}={value}" for key, value in event.items()))
    fault = sys.exc_info()[1]
    if method in {"error", "exception"} and not isinstance(fault, Mistake):
        scene.fail(fault or AssertionError(str(event)))
    raise structlog.DropEvent
