"""The command line: names, options and their words. What a command does stands in the module it calls."""

import re
from pathlib import Path
from typing import Annotated

import typer

from hawker.cli import controlling, looking
from hawker.cli.controlling import Control
from hawker.cli.dead_letters import app as dead_letters
from hawker.cli.doctor import examine
from hawker.cli.exits import MEANINGS
from hawker.cli.performing import perform
from hawker.cli.submitting import Submit
from hawker.contracts.words import Action, BatchStatus, JobStatus, Marketplace, Priority, TaskStatus

LIMIT_MAX = 100

app = typer.Typer(
    name="hawker",
    help="Bulk marketplace work: submit catalogues, watch batches, look at jobs and tasks.",
    epilog=MEANINGS,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(dead_letters, name="dead-letters")


def _currency(text: str) -> str:
    if not re.fullmatch("[A-Za-z]{3}", text):
        raise typer.BadParameter(f"{text!r} is no currency; give its three letters, such as EUR")
    return text.upper()


Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, everything else on stderr.")]
Watch = Annotated[bool, typer.Option("--watch", help="Follow it to its end, with live progress.")]
Limit = Annotated[int, typer.Option(min=1, max=LIMIT_MAX, help="How many to list, the newest first.")]


@app.command()
def submit(  # noqa: PLR0913  # each is an option of the command
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A product CSV exported from Shopify.")],
    *,
    marketplace: Annotated[Marketplace, typer.Option(help="Where to.")],
    action: Annotated[Action, typer.Option(help="What to do with the products.")] = Action.PUBLISH,
    priority: Annotated[int | None, typer.Option(min=1, max=4, help="1 critical, 2 high, 3 normal, 4 low.")] = None,
    account: Annotated[str, typer.Option(help="Which of the seller's accounts on the marketplace.")] = "main",
    currency: Annotated[str, typer.Option(parser=_currency, help="What the prices are in; the file does not say.")] = "USD",
    key: Annotated[str | None, typer.Option(help="Names this submit: repeating it with the same key does nothing twice.")] = None,
    skip_bad_rows: Annotated[bool, typer.Option("--skip-bad-rows", help="Leave out products with faulty rows and send the rest.")] = False,
    watch: Watch = False,
    as_json: Json = False,
) -> None:
    """Send a catalogue as one batch."""
    chosen = None if priority is None else Priority(priority)
    perform(context, Submit(file, marketplace, action, chosen, account, currency, key, skip_bad_rows, watch), as_json=as_json)


@app.command()
def batches(
    context: typer.Context,
    marketplace: Annotated[Marketplace | None, typer.Option(help="Only of this marketplace.")] = None,
    status: Annotated[BatchStatus | None, typer.Option(help="Only in this status.")] = None,
    limit: Limit = 20,
    *,
    as_json: Json = False,
) -> None:
    """List batches."""
    perform(context, lambda hawker, screen: looking.batches(hawker, screen, marketplace, status, limit), as_json=as_json)


@app.command()
def batch(context: typer.Context, batch_id: str, *, watch: Watch = False, as_json: Json = False) -> None:
    """Show one batch, and why jobs of it failed. A unique beginning of the id is enough."""
    perform(context, lambda hawker, screen: looking.batch(hawker, screen, batch_id, watch=watch), as_json=as_json)


@app.command()
def jobs(
    context: typer.Context,
    batch_id: Annotated[str | None, typer.Option("--batch", help="Only of this batch.")] = None,
    status: Annotated[JobStatus | None, typer.Option(help="Only in this status.")] = None,
    limit: Limit = 20,
    *,
    as_json: Json = False,
) -> None:
    """List jobs."""
    perform(context, lambda hawker, screen: looking.jobs(hawker, screen, batch_id, status, limit), as_json=as_json)


@app.command()
def job(context: typer.Context, job_id: str, *, as_json: Json = False) -> None:
    """Show one job and its tasks."""
    perform(context, lambda hawker, screen: looking.job(hawker, screen, job_id), as_json=as_json)


@app.command()
def tasks(
    context: typer.Context,
    job_id: Annotated[str | None, typer.Option("--job", help="Only of this job.")] = None,
    status: Annotated[TaskStatus | None, typer.Option(help="Only in this status.")] = None,
    limit: Limit = LIMIT_MAX,
    *,
    as_json: Json = False,
) -> None:
    """List tasks."""
    perform(context, lambda hawker, screen: looking.tasks(hawker, screen, job_id, status, limit), as_json=as_json)


@app.command()
def cancel(context: typer.Context, identity: Annotated[str, typer.Argument(metavar="ID")], *, as_json: Json = False) -> None:
    """Cancel a job, or what has not run of a batch."""
    perform(context, lambda hawker, screen: controlling.control(hawker, screen, Control.CANCEL, identity), as_json=as_json)


@app.command()
def pause(context: typer.Context, job_id: str, *, as_json: Json = False) -> None:
    """Start nothing more of a job until it is resumed."""
    perform(context, lambda hawker, screen: controlling.control(hawker, screen, Control.PAUSE, job_id), as_json=as_json)


@app.command()
def resume(context: typer.Context, job_id: str, *, as_json: Json = False) -> None:
    """Go on with a paused job."""
    perform(context, lambda hawker, screen: controlling.control(hawker, screen, Control.RESUME, job_id), as_json=as_json)


@app.command()
def retry(context: typer.Context, identity: Annotated[str, typer.Argument(metavar="ID")], *, as_json: Json = False) -> None:
    """Begin a failed job again from what failed, or all failed jobs of a batch."""
    perform(context, lambda hawker, screen: controlling.control(hawker, screen, Control.RETRY, identity), as_json=as_json)


@app.command()
def doctor(context: typer.Context, *, as_json: Json = False) -> None:
    """Say what this machine has for Hawker, what is wrong, and what to do about it."""
    examine(context, as_json=as_json)
