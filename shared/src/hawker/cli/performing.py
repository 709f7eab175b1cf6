"""The border of every command: opens the connection, runs the work, and turns what goes wrong into a sentence and an exit status."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Never

import typer

from hawker.cli.exits import Exit, of_error
from hawker.cli.screen import Screen, screen
from hawker.cli.world import World
from hawker.client import Hawker, HawkerError

SAID_SECONDS_MIN = 1.0
"""Shorter waits are not worth a word."""

type Work = Callable[[Hawker, Screen], Awaitable[Exit]]


def perform(context: typer.Context, work: Work, *, as_json: bool, as_operator: bool = False) -> Never:
    shown = screen(as_json=as_json)
    world = context.ensure_object(World)
    try:
        status = asyncio.run(_connected(world, shown, work, as_operator=as_operator))
    except HawkerError as error:
        shown.fail(error)
        status = of_error(error)
    except UnicodeEncodeError:
        shown.say("A word of this command is no text: a shell hands on bytes as they are. Write it in UTF-8.", "bold red")
        status = Exit.USAGE
    except KeyboardInterrupt:
        shown.say("Interrupted. What was accepted goes on; look with `hawker batches`, stop it with `hawker cancel ID`.")
        status = Exit.INTERRUPTED
    raise typer.Exit(status)


async def _connected(world: World, shown: Screen, work: Work, *, as_operator: bool) -> Exit:
    def repeating(why: str, delay_seconds: float) -> None:
        if delay_seconds >= SAID_SECONDS_MIN:
            shown.say(f"Hawker does not answer ({why}); trying again in {delay_seconds:.1f} s ...", "dim")

    async with world.connect(repeating, as_operator=as_operator) as hawker:
        return await work(hawker, shown)
