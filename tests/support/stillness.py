"""A process that stands still, as one that was stopped or has no CPU: nothing of its loop runs meanwhile."""

import time


def stand_still(seconds: float) -> None:
    time.sleep(seconds)
