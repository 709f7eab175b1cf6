"""`hawker dead-letters`: names, options and their words. What a command does stands beside, in `work`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from hawker.cli.dead_letters import work
from hawker.cli.dead_letters.moments import parse
from hawker.cli.dead_letters.work import Which
from hawker.cli.performing import perform
from hawker.client import LetterFilter
from hawker.contracts.dead_letters import Closing, LetterState

LIMIT_MAX = 100

app = typer.Typer(
    help="Look at what could not be used, and redrive or discard it. For operators, and for admins of a tenant.", no_args_is_help=True
)


def _moment(text: str) -> datetime:
    found = parse(text, datetime.now(UTC))
    if found is None:
        raise typer.BadParameter(f"{text!r} is no moment; give one such as 2026-11-24T12:00, or how long ago: 90s, 15m, 2h, 7d")
    return found


Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, everything else on stderr.")]
Job = Annotated[str | None, typer.Option("--job", help="Only of this job.")]
Topic = Annotated[str | None, typer.Option(help="Only what lay on this topic, such as hawker.requests.")]
Type = Annotated[str | None, typer.Option("--type", help="Only of this type, such as hawker.task.succeeded.v1.")]
Reason = Annotated[str | None, typer.Option(help="Only where the reason contains this.")]
Since = Annotated[datetime | None, typer.Option(parser=_moment, help="Dead at this moment or later; also 2h, 7d: so long ago.")]
Until = Annotated[datetime | None, typer.Option(parser=_moment, help="Dead before this moment.")]
Origins = Annotated[list[str] | None, typer.Argument(metavar="ORIGIN", help="Which letters, as `list` names them.")]
All = Annotated[bool, typer.Option("--all", help="All that wait.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask back.")]
Limit = Annotated[int, typer.Option(min=1, max=LIMIT_MAX, help="How many to list, the newest first.")]


@app.command("list")
def list_letters(  # noqa: PLR0913  # each is an option of the command
    context: typer.Context,
    *,
    state: Annotated[LetterState, typer.Option(help="Only in this state.")] = LetterState.WAITING,
    all_states: Annotated[bool, typer.Option("--all", help="In whatever state.")] = False,
    job: Job = None,
    topic: Topic = None,
    type_: Type = None,
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """List the letters that wait, the newest first."""
    which = LetterFilter(job_id=job, topic=topic, type=type_, reason=reason, since=since, until=until)
    wanted = None if all_states else state
    perform(context, lambda hawker, screen: work.look(hawker, screen, which, wanted, limit), as_json=as_json, as_operator=True)


@app.command()
def parked(context: typer.Context, *, as_json: Json = False) -> None:
    """List the jobs that stand still, with how many of their letters wait."""
    perform(context, work.parked, as_json=as_json, as_operator=True)


@app.command()
def unpark(context: typer.Context, job_id: str, *, as_json: Json = False) -> None:
    """Let a parked job go on that has no letter: what broke it was a timer."""
    perform(context, lambda hawker, screen: work.unpark(hawker, screen, job_id), as_json=as_json, as_operator=True)


@app.command()
def show(context: typer.Context, origin: str, *, as_json: Json = False) -> None:
    """Show one letter whole: headers, value, why it is here and what became of it."""
    perform(context, lambda hawker, screen: work.show(hawker, screen, origin), as_json=as_json, as_operator=True)


@app.command()
def redrive(  # noqa: PLR0913  # each is an option of the command
    context: typer.Context,
    origins: Origins = None,
    *,
    everything: All = False,
    job: Job = None,
    topic: Topic = None,
    type_: Type = None,
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Give letters back to whom they were for. A job's letters go together, in order; doing it twice is harmless."""
    narrowed = LetterFilter(job_id=job, topic=topic, type=type_, reason=reason, since=since, until=until)
    which = Which.read(origins or [], narrowed, everything=everything)
    perform(context, lambda hawker, screen: work.close(hawker, screen, Closing.REDRIVEN, which, yes=yes), as_json=as_json, as_operator=True)


@app.command()
def discard(  # noqa: PLR0913  # each is an option of the command
    context: typer.Context,
    origins: Origins = None,
    *,
    everything: All = False,
    job: Job = None,
    topic: Topic = None,
    type_: Type = None,
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Never use these letters. A parked job goes on without, once none of its letters waits any more."""
    narrowed = LetterFilter(job_id=job, topic=topic, type=type_, reason=reason, since=since, until=until)
    which = Which.read(origins or [], narrowed, everything=everything)
    perform(
        context, lambda hawker, screen: work.close(hawker, screen, Closing.DISCARDED, which, yes=yes), as_json=as_json, as_operator=True
    )
