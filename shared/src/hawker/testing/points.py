"""The places at which a memory log lets something happen: time, a fault, the end of its process. It never decides what."""

from collections.abc import Awaitable, Callable
from enum import StrEnum


class Point(StrEnum):
    """Every await of the doubles, by what has just happened or is about to."""

    WRITER_OPENING = "writer opening"
    WRITER_OPENED = "writer opened"
    COMMIT_BEGINS = "commit begins"
    RECORD_SENT = "record sent"
    COMMIT_ASKED = "commit asked"
    """All is sent; the commit has not reached the log."""
    COMMIT_DONE = "commit done"
    """The commit stands; its answer is on the way."""
    END_ASKED = "end asked"
    PAGE_READ = "page read"
    SEEKING = "seeking"
    TAKING = "taking"
    HINTING = "hinting"
    CLOSING = "closing"
    """Whoever closes cannot fail; it can only take time, or be the last that happens."""
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    SNAPSHOTS_ASKED = "snapshots asked"
    SNAPSHOT_LOADING = "snapshot loading"
    SNAPSHOT_SAVING = "snapshot saving"
    SNAPSHOT_SAVED = "snapshot saved"


type Visit = Callable[[Point], Awaitable[None]]
"""Called at each point. May wait, or raise TimeoutError or ConnectionError, which a double takes for the log's fault."""


async def nothing_happens(_: Point) -> None:
    """The weather of tests that want none."""
