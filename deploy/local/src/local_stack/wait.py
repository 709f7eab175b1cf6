"""Waiting for something that is on its way, with a limit. Starts nothing."""

import socket
import time
from collections.abc import Callable

READY_SECONDS_MAX = 60.0
_PAUSE_SECONDS = 0.1


class NotReadyError(Exception):
    """Something did not answer in time; its text says what."""


def wait_until(ready: Callable[[], bool], what: str, *, seconds_max: float = READY_SECONDS_MAX) -> None:
    limit = time.monotonic() + seconds_max
    while not ready():
        if time.monotonic() > limit:
            raise NotReadyError(f"{what} did not answer within {seconds_max:.0f} s")
        time.sleep(_PAUSE_SECONDS)


def accepts(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
