"""`python -m local_stack`: the stack for people; `make` calls it. Only arguments and words here; the stack itself is stack.py."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local_stack import compose, demo, screen
from local_stack.layout import CHECKOUT, DEFAULT_FOLDER
from local_stack.missing import MissingError
from local_stack.seed import SeedError
from local_stack.stack import Stack
from local_stack.supervisor import SupervisorError
from local_stack.wait import NotReadyError

EXPECTED = (MissingError, NotReadyError, SeedError, SupervisorError)
"""What a person can do something about: said in a sentence, without a traceback."""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
_PIPE_WIDTH = 120
"""Where nobody looks at a terminal, a table need not fit into 80 columns."""
console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _PIPE_WIDTH)

Folder = Annotated[Path, typer.Option(help="Where the stack keeps its files.")]


@app.command()
def up(
    folder: Folder = DEFAULT_FOLDER, latency_ms: Annotated[int, typer.Option(help="Of each call at the stand-in marketplaces.")] = 0
) -> None:
    """Start everything; harmless when it runs."""
    stack = Stack(folder, usual_ports=True, leashed=False, latency_ms=latency_ms)
    with screen.steps(console) as say:
        stack.start(say)
    screen.welcome(console, stack)


@app.command()
def down(folder: Folder = DEFAULT_FOLDER) -> None:
    """Stop everything; the data stays."""
    if not folder.exists():
        return
    stack = Stack(folder)
    if not stack.is_running:
        console.print("Nothing runs.")
        return
    with console.status("Stopping"):
        stack.stop()
    console.print("Stopped. `make up` starts it again, with its data.")


@app.command()
def status(folder: Folder = DEFAULT_FOLDER) -> None:
    """What runs, and where."""
    stack = Stack(folder)
    if not stack.is_running:
        console.print("Nothing runs. `make up` starts it.")
        raise typer.Exit(1)
    screen.programs(console, stack)


@app.command()
def logs(
    program: Annotated[str | None, typer.Argument(help="One program's; all without.")] = None, folder: Folder = DEFAULT_FOLDER
) -> None:
    """Follow the logs."""
    screen.follow(Stack(folder), program)


@app.command(name="demo")
def show(csv: Annotated[Path | None, typer.Option(help="A Shopify product CSV of yours; two of ours without.")] = None) -> None:
    """Catalogues to three marketplaces that misbehave, a summary, everything stopped again."""
    raise typer.Exit(demo.run(csv, console))


@app.command()
def compose_env() -> None:
    """Write what deploy/compose needs of secrets: a sealing key, public keys for the gateway, a token for you."""
    file = compose.write_environment()
    console.print(f"{file.relative_to(CHECKOUT)} is there; your token: {(compose.FOLDER / 'token').relative_to(CHECKOUT)}")


def main() -> None:
    """Leaves with the exit status."""
    try:
        app()
    except EXPECTED as fault:
        console.print(str(fault), style="red", markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
