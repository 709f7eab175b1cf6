"""A browser as a handler sees it: only one's own, only where it may go, and honest about what may have happened."""

import asyncio

import pytest

from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.plugin import BytesBody, Nack, NackCode
from plugin_bridge.plugin.browser import Browser, Request
from plugin_bridge.plugin.nacks import MEANINGS
from plugin_bridge.plugin.sessions import Sessions
from tests.unit.plugin_bridge.examples import BASE_URL, HOST, Behaviour, answers_well, command, only_acknowledges, result, session

READ = Request("look", "GET", f"{BASE_URL}/api/mine")
WRITE = Request("create", "POST", f"{BASE_URL}/sell")


def browser(sessions: Sessions, **changes: object) -> Browser:
    return Browser(sessions, command("flea.create_listing", **changes), {HOST}, wait_seconds=0.01)


def with_session(behaviour: Behaviour = answers_well) -> Sessions:
    sessions = Sessions()
    sessions.add(session(behaviour)[0])
    return sessions


async def test_a_request_goes_out_under_the_command_and_its_step() -> None:
    assert await browser(with_session()).fetch(WRITE) == result("job-1:2:1:create")


async def test_without_a_session_the_browser_is_not_connected() -> None:
    assert kind(await browser(Sessions()).fetch(WRITE)) is FailureKind.NOT_CONNECTED


@pytest.mark.parametrize("changes", [{"tenant_id": "tenant-2"}, {"account_id": "second"}, {"marketplace": "etsy"}])
async def test_a_command_never_reaches_the_browser_of_another_tenant_account_or_marketplace(changes: dict[str, object]) -> None:
    sessions = Sessions()
    theirs, line = session()
    sessions.add(theirs)
    assert kind(await browser(sessions, **changes).fetch(WRITE)) is FailureKind.NOT_CONNECTED
    assert line.sent == []


async def test_a_host_off_the_list_is_refused_before_anything_leaves() -> None:
    sessions = Sessions()
    here, line = session()
    sessions.add(here)
    answer = await browser(sessions).fetch(Request("look", "GET", "https://other.example/"))
    assert kind(answer) is FailureKind.REJECTED
    assert line.sent == []


async def test_a_task_too_large_for_a_frame_is_refused() -> None:
    sessions = Sessions()
    here, line = session()
    line.frame_chars_max = 1000
    sessions.add(here)
    request = Request("add_photo", "POST", f"{BASE_URL}/photo", body=BytesBody(base64="A" * 1000))
    assert kind(await browser(sessions).fetch(request)) is FailureKind.REJECTED


async def test_a_browser_that_goes_away_after_the_ack_leaves_it_unknown() -> None:
    asking, _ = await lost_in_the_middle(Sessions(), WRITE)
    assert kind(await asking) is FailureKind.UNKNOWN


async def test_a_reading_that_was_lost_has_done_nothing() -> None:
    asking, _ = await lost_in_the_middle(Sessions(), READ)
    assert kind(await asking) is FailureKind.NOT_CONNECTED


async def test_a_browser_that_comes_back_and_remembers_is_asked_again() -> None:
    sessions = Sessions()
    asking, _ = await lost_in_the_middle(sessions, WRITE, wait_seconds=30)
    sessions.add(session(known=frozenset({"job-1:2:1:create"}))[0])
    assert await asking == result("job-1:2:1:create")


async def test_a_browser_that_comes_back_and_has_forgotten_is_not_asked_again() -> None:
    sessions = Sessions()
    asking, _ = await lost_in_the_middle(sessions, WRITE, wait_seconds=30)
    forgetful, line = session()
    sessions.add(forgetful)
    assert kind(await asking) is FailureKind.UNKNOWN
    assert line.tasks == []


async def test_a_reading_is_asked_again_of_any_browser_of_the_device() -> None:
    sessions = Sessions()
    asking, _ = await lost_in_the_middle(sessions, READ, wait_seconds=30)
    sessions.add(session()[0])
    assert await asking == result("job-1:2:1:look")


async def lost_in_the_middle(sessions: Sessions, request: Request, wait_seconds: float = 0.01) -> tuple[asyncio.Task[object], object]:
    """A fetch whose line broke after the ack."""
    first, line = session(only_acknowledges)
    sessions.add(first)
    reached = Browser(sessions, command(), {HOST}, wait_seconds=wait_seconds)
    asking: asyncio.Task[object] = asyncio.create_task(reached.fetch(request))
    for _ in range(10):
        await asyncio.sleep(0)
    assert line.tasks, "it was not asked"
    sessions.remove(first)
    first.end()
    await asyncio.sleep(0)
    return asking, line


@pytest.mark.parametrize(
    ("code", "writing", "reading"),
    [
        (NackCode.BUSY, FailureKind.THROTTLED, FailureKind.THROTTLED),
        (NackCode.PAUSED, FailureKind.THROTTLED, FailureKind.THROTTLED),
        (NackCode.EXPIRED, FailureKind.TRANSIENT, FailureKind.TRANSIENT),
        (NackCode.CANCELLED, FailureKind.UNKNOWN, FailureKind.TRANSIENT),
        (NackCode.HOST_NOT_ALLOWED, FailureKind.REJECTED, FailureKind.REJECTED),
        (NackCode.PERMISSION_MISSING, FailureKind.UNAUTHORISED, FailureKind.UNAUTHORISED),
        (NackCode.INTERRUPTED, FailureKind.UNKNOWN, FailureKind.TRANSIENT),
        (NackCode.UNREACHABLE, FailureKind.UNKNOWN, FailureKind.TRANSIENT),
        (NackCode.RESPONSE_TOO_LARGE, FailureKind.UNKNOWN, FailureKind.TRANSIENT),
    ],
)
async def test_every_refusal_of_a_browser_has_its_meaning(code: NackCode, writing: FailureKind, reading: FailureKind) -> None:
    sessions = with_session(lambda asked: [Nack(task_id=asked.task_id, code=code)])
    assert kind(await browser(sessions).fetch(WRITE)) is writing
    assert kind(await browser(sessions).fetch(READ)) is reading


async def test_a_busy_or_paused_browser_says_how_long_to_wait() -> None:
    sessions = with_session(lambda asked: [Nack(task_id=asked.task_id, code=NackCode.PAUSED)])
    answer = await browser(sessions).fetch(WRITE)
    assert isinstance(answer, Failure)
    assert answer.retry_after_seconds == 60


async def test_every_code_of_the_protocol_has_a_meaning() -> None:
    assert set(MEANINGS) == set(NackCode)


def kind(answer: object) -> FailureKind:
    assert isinstance(answer, Failure), answer
    return answer.kind
