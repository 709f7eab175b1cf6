"""What a run changes about the orchestrator: narrow windows, seldom wake-ups, its log lines in the trace. No rule of its behaviour."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest.mock import patch

import structlog
from structlog.typing import EventDict

from orchestrator.core import state
from orchestrator.core.state import LaneState
from orchestrator.dispatch import window
from orchestrator.dispatch.window import Window
from orchestrator.shard import owner
from tests.simulation.scene import Scene

IDLE_SECONDS = 2.5
"""An idle shard looks up less often than in earnest; only its stopping takes longer."""
WINDOWS = (1, 3, 8, 128)


@contextmanager
def tuned(scene: Scene) -> Iterator[None]:
    size = scene.chance.choice(WINDOWS)
    before = structlog.get_config()
    structlog.configure(processors=[lambda _logger, _method, event: _log(scene, event)], cache_logger_on_first_use=False)
    try:
        with (
            patch.object(state, "LaneState", lambda: LaneState(window=Window(size=size))),
            patch.object(window, "WINDOW_MIN", min(size, window.WINDOW_MIN)),
            patch.object(owner, "IDLE_SECONDS_MAX", IDLE_SECONDS),
        ):
            yield
    finally:
        structlog.configure(**before)


def _log(scene: Scene, event: EventDict | Mapping[str, object]) -> EventDict:
    """The shell takes any exception for a reason to begin again; here, one that no fault explains is a finding."""
    scene.tell("log", " ".join(f"{key}={value}" for key, value in event.items()))
    if event.get("exc_info"):
        scene.fail(_exception(event))
    raise structlog.DropEvent


def _exception(event: EventDict | Mapping[str, object]) -> BaseException:
    return sys.exc_info()[1] or AssertionError(str(event))
