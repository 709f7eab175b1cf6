"""Drives a shard's loop await by await: at each, its process may die or fall asleep. Knows the places; says nothing of what happens there."""

import ast
import asyncio
import sys
from collections.abc import Callable, Collection, Coroutine, Generator, Iterator, Sequence
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, NamedTuple

import orchestrator.shard

SHELL = f"{Path(orchestrator.shard.__file__).parent}/"


class Place(NamedTuple):
    """A line of the shell."""

    file: str
    line: int


type Places = tuple[Place, ...]
"""From the outermost await to the innermost, the shell's own alone."""


class Life:
    """Of one process: asleep or awake; whatever it awaits, it goes on only awake. `strike` is told of each await."""

    def __init__(self, strike: Callable[[Callable[[], Places]], None]) -> None:
        self.awake = asyncio.Event()
        self.awake.set()
        self.strike = strike


class Stepped:
    """A coroutine that is awaited through this never runs from one await to the next without its process's leave."""

    def __init__(self, work: Coroutine[Any, Any, None], life: Life) -> None:  # Any: asyncio's own words
        self._work = work
        self._life = life

    def __await__(self) -> Generator[Any, Any]:
        thrown: BaseException | None = None
        while True:
            try:
                waits_for = self._work.send(None) if thrown is None else self._work.throw(thrown)
            except StopIteration:
                return
            self._life.strike(lambda: waiting_in(self._work))
            thrown = yield from _until(waits_for, self._life)


def _until(waits_for: object, life: Life) -> Generator[Any, Any, BaseException | None]:
    """What ended the wait, if it was no good end. Whoever sleeps hears of it on waking."""
    thrown: BaseException | None = None
    try:
        yield waits_for
    except (Exception, asyncio.CancelledError) as fault:  # noqa: BLE001 - handed on as it is
        thrown = fault
    while not life.awake.is_set():
        try:
            yield from life.awake.wait().__await__()
        except asyncio.CancelledError as cancelled:
            thrown = thrown or cancelled
    return thrown


def waiting_in(work: object) -> Places:
    """Where a coroutine that waits stands."""
    places: list[Place] = []
    while work is not None:
        frame = getattr(work, "cr_frame", None)
        if isinstance(frame, FrameType):
            places.extend(_of(frame))
        work = getattr(work, "cr_await", None)
    return tuple(places)


def running_in() -> Places:
    """Where the shell stands that called us."""
    places: list[Place] = []
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        places.extend(_of(frame))
        frame = frame.f_back
    return tuple(reversed(places))


def _of(frame: FrameType) -> Sequence[Place]:
    file = frame.f_code.co_filename
    return (Place(file.removeprefix(SHELL), frame.f_lineno),) if file.startswith(SHELL) else ()


def awaits_of(module: ModuleType, without: Collection[str] = ()) -> Iterator[range]:
    """The lines of every place at which the module's code can come to wait; functions that no shard's loop calls are left out by name."""
    assert module.__file__ is not None, "it has a source"
    tree = ast.parse(Path(module.__file__).read_text())
    skipped = {
        node for found in ast.walk(tree) if isinstance(found, ast.AsyncFunctionDef) and found.name in without for node in ast.walk(found)
    }
    for node in (node for node in ast.walk(tree) if node not in skipped):
        if isinstance(node, ast.Await):
            yield range(node.lineno, (node.end_lineno or node.lineno) + 1)
        if isinstance(node, ast.AsyncFor):
            yield range(node.iter.lineno, (node.iter.end_lineno or node.iter.lineno) + 1)
