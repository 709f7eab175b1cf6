"""Several batches followed side by side, on a terminal and in a pipe."""

import io

import httpx
import pytest
from rich.console import Console

from hawker.cli.watching import follow, sending
from hawker.client import Batch, Hawker
from tests.unit.hawker.cli.stage import BATCH, Stage


def seen(name: str, status: str, **counts: int) -> httpx.Response:
    return httpx.Response(200, json=BATCH | {"id": name, "status": status, "progress": {"total": 10, **counts}})


@pytest.mark.parametrize("is_terminal", [True, False], ids=["terminal", "pipe"])
async def test_batches_are_followed_side_by_side_to_their_ends(stage: Stage, *, is_terminal: bool) -> None:
    stage.answers |= {
        "GET /v1/batches/one": [seen("one", "running", completed=3), seen("one", "completed", completed=10)],
        "GET /v1/batches/two": [seen("two", "running"), seen("two", "running", failed=2), seen("two", "failed", failed=10)],
    }
    text = io.StringIO()
    console = Console(file=text, force_terminal=is_terminal, width=120)
    begun = [Batch.model_validate(BATCH | {"id": name, "status": "pending", "progress": {"total": 10}}) for name in ("one", "two")]
    async with Hawker("http://gateway.test", None, transport=httpx.MockTransport(stage), sleep=no_sleep) as hawker:
        ended = await follow(hawker, begun, console, names={"one": "pots to [ebay]"})
    assert [batch.status for batch in ended] == ["completed", "failed"]
    assert "pots to [ebay]" in text.getvalue()
    assert "10 completed" in text.getvalue()
    assert "10 failed" in text.getvalue()


def test_what_is_sent_is_counted_on_a_terminal_and_leaves_nothing_behind_in_a_pipe() -> None:
    shown = {is_terminal: io.StringIO() for is_terminal in (True, False)}
    for is_terminal, text in shown.items():
        with sending(200, Console(file=text, force_terminal=is_terminal, width=80)) as sent:
            sent(100)
            sent(100)
    assert "200/200" in shown[True].getvalue()
    assert shown[False].getvalue() == ""


async def no_sleep(_seconds: float) -> None:
    """Time does not pass."""
