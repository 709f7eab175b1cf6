"""Looks at dead letters, and closes those that were meant: which they are is read first, so that each gets its own answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import typer
from rich.text import Text

from hawker.cli.dead_letters import tables
from hawker.cli.exits import Exit
from hawker.cli.screen import Screen
from hawker.client import Hawker, HawkerError, LetterFilter, LetterResult
from hawker.client.letters import Handled
from hawker.contracts.dead_letters import Closing, LetterState

LETTERS_MAX = 10_000
"""In one command; more are for the next."""
VERBS = {Closing.REDRIVEN: "redrive", Closing.DISCARDED: "discard"}


@dataclass(frozen=True, slots=True)
class Which:
    """The letters that a command names: each by its origin, or what fits a filter."""

    origins: Sequence[str]
    filter: LetterFilter
    is_all: bool

    @classmethod
    def read(cls, origins: Sequence[str], narrowed: LetterFilter, *, everything: bool) -> Self:
        """Raises typer.BadParameter: one way of saying it, never none."""
        ways = [bool(origins), narrowed != LetterFilter(), everything]
        if sum(ways) != 1:
            raise typer.BadParameter("say which letters: by their origins, or by filters such as --job or --reason, or --all")
        return cls(origins, narrowed, everything)


async def look(hawker: Hawker, screen: Screen, which: LetterFilter, state: LetterState | None, limit: int) -> Exit:
    async for page in hawker.dead_letters(which, state=state, page_items=limit):
        screen.show(tables.letters(page, state), page)
        break
    return Exit.DONE


async def show(hawker: Hawker, screen: Screen, origin: str) -> Exit:
    letter = await hawker.dead_letter(origin)
    screen.show(tables.letter(letter), letter)
    return Exit.DONE


async def parked(hawker: Hawker, screen: Screen) -> Exit:
    jobs = await hawker.parked_jobs()
    screen.show(tables.parked(jobs), jobs)
    return Exit.DONE


async def unpark(hawker: Hawker, screen: Screen, job_id: str) -> Exit:
    await hawker.unpark(job_id)
    screen.show(Text(f"Asked to go on with {job_id}."), {"asked": "unpark", "kind": "job", "ids": [job_id]})
    return Exit.DONE


async def close(hawker: Hawker, screen: Screen, how: Closing, which: Which, *, yes: bool) -> Exit:
    origins = which.origins or await _waiting(hawker, which.filter)
    if which.is_all and origins and not yes:
        _ask(how, len(origins))
    results = await (hawker.redrive if how is Closing.REDRIVEN else hawker.discard)(origins) if origins else []
    screen.show(tables.results(results), {"results": [result.model_dump(mode="json") for result in results]})
    return _status(results)


def _ask(how: Closing, count: int) -> None:
    """Raises HawkerError where nobody says yes."""
    try:
        said = typer.confirm(f"{VERBS[how].capitalize()} {count} letter{'s' if count > 1 else ''}?", err=True)
    except typer.Abort:
        said = False
    if not said:
        raise HawkerError("Nothing was done", f"nobody said yes to {VERBS[how]} {count}", "Add --yes to do it without being asked.")


async def _waiting(hawker: Hawker, which: LetterFilter) -> list[str]:
    """Oldest first, as they are to be dealt with."""
    found: list[str] = []
    async for page in hawker.dead_letters(which, state=LetterState.WAITING):
        found += [letter.origin for letter in page.items]
        if len(found) >= LETTERS_MAX:
            break
    return found[::-1]


def _status(results: Sequence[LetterResult]) -> Exit:
    return Exit.NOT_ALL if any(result.result is Handled.REFUSED for result in results) else Exit.DONE
