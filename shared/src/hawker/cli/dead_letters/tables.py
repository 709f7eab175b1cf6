"""Dead letters as tables for people. Pure: values in, something to print out."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from hawker.cli.tables import facts, moment, table
from hawker.client import DeadLetter, LetterResult, Page, WholeLetter
from hawker.client.letters import Handled, ParkedJob, ParkedJobs
from hawker.contracts.dead_letters import LetterState

VALUE_CHARACTERS_MAX = 20_000
"""Of a value on the screen; --json has all of it."""
STYLES: Mapping[str, str] = {
    LetterState.WAITING: "yellow",
    LetterState.REDRIVEN: "green",
    LetterState.DISCARDED: "magenta",
    Handled.ALREADY_REDRIVEN: "dim",
    Handled.ALREADY_DISCARDED: "dim",
    Handled.REFUSED: "bold red",
}


def letters(page: Page[DeadLetter], state: LetterState | None) -> RenderableType:
    if not page.items:
        return Group(Text("No letter is there." if state is None else f"No letter is {state}."), *_footer(page))
    rows = (
        (one.origin, _styled(one.state), moment(one.at), one.tenant_id or "unknown", one.job_id, one.type or "unknown", _why(one))
        for one in page.items
    )
    return Group(table(("Origin", "State", "Dead since", "Tenant", "Job", "Type", "Why"), rows), *_footer(page))


def letter(one: WholeLetter) -> RenderableType:
    told = facts(
        ("Origin", one.origin),
        ("State", _styled(one.state)),
        ("Why", one.reason),
        ("Dead since", moment(one.at)),
        ("Tenant", one.tenant_id or "unknown"),
        ("Job", one.job_id),
        ("Type", one.type or "unknown"),
        ("Id", one.event_id),
        ("Key", one.key if one.key is not None else one.key_base64),
        ("Redrive", f"would be refused: {one.stays}" if one.stays and one.state is LetterState.WAITING else None),
        ("Closed", f"{moment(one.closed_at)} by {one.closed_by}" if one.closed_at else None),
        ("Request", one.request_id),
        ("Value", _size(one)),
    )
    headers = table(("Header", "Value"), ((header.name, _header(header.value, header.base64)) for header in one.headers))
    return Group(told, Text(), headers if one.headers else Text("No headers."), Text(), Text(_value(one)))


def parked(jobs: ParkedJobs) -> RenderableType:
    if not jobs.items:
        return Text("No job is parked.")
    rows = ((one.job_id, one.tenant_id, str(one.letters_waiting), one.reason, _next(one)) for one in jobs.items)
    more = [Text("\nThere are more than these.", style="dim")] if jobs.more else []
    return Group(table(("Job", "Tenant", "Letters", "Why", "What to do"), rows), *more)


def _next(one: ParkedJob) -> str:
    return f"redrive or discard --job {one.job_id}" if one.letters_waiting else f"unpark {one.job_id}"


def results(each: Sequence[LetterResult]) -> RenderableType:
    if not each:
        return Text("No letter fits.")
    counts = ", ".join(f"{count} {word}" for word, count in Counter(one.result for one in each).items())
    rows = ((one.origin, _styled(one.result), one.reason) for one in each)
    return Group(table(("Origin", "Result", "Why"), rows), Text(f"\nIn all: {counts}", style="dim"))


def _why(one: DeadLetter) -> str:
    return one.reason if one.closed_by is None else f"{one.reason} ({one.state} by {one.closed_by})"


def _size(one: WholeLetter) -> str:
    return f"{one.value_bytes} bytes, of which {one.kept_bytes} are kept" if one.is_cut else f"{one.value_bytes} bytes"


def _header(value: str | None, base64: str | None) -> str:
    return value if value is not None else f"{base64} (base64)"


def _value(one: WholeLetter) -> str:
    if one.value_base64 is not None:
        return _cut(f"{one.value_base64} (base64)")
    return _cut(json.dumps(one.value, indent=2, ensure_ascii=False)) if one.kept_bytes else "No value."


def _cut(text: str) -> str:
    left = len(text) - VALUE_CHARACTERS_MAX
    return text if left <= 0 else f"{text[:VALUE_CHARACTERS_MAX]}\n... {left} characters more; --json has them all"


def _styled(word: str) -> Text:
    return Text(word, style=STYLES.get(word, ""))


def _footer(page: Page[DeadLetter]) -> Sequence[Text]:
    counts = ", ".join(f"{count} {word}" for word, count in page.totals.items() if count)
    more = "; more with --limit, or narrow it" if page.next_cursor else ""
    return [Text(f"\nIn all: {counts}{more}", style="dim")] if counts or more else []
