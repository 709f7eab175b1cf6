"""What a run changes about the orchestrator: how large its limits are, and where its log goes. No rule of its behaviour."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import ModuleType
from unittest.mock import patch

import structlog
from structlog.typing import EventDict

from hawker.testing import journal
from orchestrator.core import decide, dispatch, state, turn
from orchestrator.core.state import LaneState
from orchestrator.dispatch import window
from orchestrator.dispatch.window import Window
from orchestrator.shard import owner, recover
from tests.simulation.scene import Scene

IDLE_SECONDS = 2.5
"""An idle shard looks up less often than in earnest; only its stopping takes longer."""
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


@contextmanager
def tuned(scene: Scene) -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(processors=[lambda _logger, _method, event: _log(scene, event)], cache_logger_on_first_use=False)
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
    if scene.chance.random() < SMALL:
        for module, name, choices in LIMITS:
            chosen = scene.chance.choice(choices)
            patches.enter_context(patch.object(module, name, chosen))
            scene.tell("tuning", f"{name} {chosen}")


def _log(scene: Scene, event: EventDict | Mapping[str, object]) -> EventDict:
    """The shell takes any exception for a reason to begin again; here, one that no fault explains is a finding."""
    scene.tell("log", " ".join(f"{key}={value}" for key, value in event.items()))
    if event.get("exc_info"):
        scene.fail(sys.exc_info()[1] or AssertionError(str(event)))
    raise structlog.DropEvent
