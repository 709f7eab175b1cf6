"""One browser's line: every question gets its answer, and nobody waits for a line that is gone."""

import asyncio

import pytest

from hawker.contracts.plugin import TASKS_IN_FLIGHT_MAX, Ack, Cancel, Nack, NackCode
from plugin_bridge.plugin import session as session_module
from plugin_bridge.plugin.session import Lost
from tests.unit.plugin_bridge.examples import only_acknowledges, result, says_nothing, session, task


async def settled() -> None:
    """Lets everything run that can run without time passing."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_an_answer_comes_to_the_one_who_asked() -> None:
    browser, _ = session()
    first, second = await asyncio.gather(browser.ask(task("a")), browser.ask(task("b")))
    assert (first, second) == (result("a"), result("b"))


async def test_a_nack_is_an_answer() -> None:
    nack = Nack(task_id="a", code=NackCode.PAUSED)
    browser, _ = session(lambda _: [nack])
    assert await browser.ask(task("a")) == nack


async def test_a_line_that_breaks_after_the_ack_loses_what_may_have_begun() -> None:
    browser, _ = session(only_acknowledges)
    asking = asyncio.create_task(browser.ask(task()))
    await settled()
    browser.end()
    assert await asking == Lost(sent=True)


async def test_what_was_never_sent_has_surely_not_begun() -> None:
    browser, line = session()
    browser.end()
    assert await browser.ask(task()) == Lost(sent=False)
    assert line.tasks == []


async def test_a_line_that_breaks_while_sending_may_have_sent() -> None:
    browser, line = session()
    line.broken = True
    assert await browser.ask(task()) == Lost(sent=True)


async def test_a_browser_that_does_not_acknowledge_is_told_to_leave_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "ACK_SECONDS", 0.01)
    browser, line = session(says_nothing)
    assert await browser.ask(task()) == Lost(sent=True)
    await settled()
    assert line.sent[-1] == Cancel(task_id=task().task_id)


async def test_whoever_stops_waiting_tells_the_browser() -> None:
    browser, line = session(only_acknowledges)
    asking = asyncio.create_task(browser.ask(task()))
    await settled()
    asking.cancel()
    await asyncio.wait([asking])
    await settled()
    assert line.sent[-1] == Cancel(task_id=task().task_id)


async def test_asking_again_for_what_is_under_way_sends_nothing_and_gets_the_same_answer() -> None:
    browser, line = session(only_acknowledges)
    both = [asyncio.create_task(browser.ask(task())) for _ in range(2)]
    await settled()
    browser.hear(result())
    assert await asyncio.gather(*both) == [result(), result()]
    assert line.tasks == [task().task_id]


async def test_a_browser_never_has_more_tasks_than_its_limit() -> None:
    browser, line = session(only_acknowledges)
    asking = [asyncio.create_task(browser.ask(task(f"t{number}"))) for number in range(TASKS_IN_FLIGHT_MAX + 2)]
    await settled()
    assert len(line.tasks) == TASKS_IN_FLIGHT_MAX
    browser.hear(result("t0"))
    await settled()
    assert len(line.tasks) == TASKS_IN_FLIGHT_MAX + 1
    browser.end()
    assert (await asyncio.gather(*asking))[-1] == Lost(sent=False), "it still waited for a slot"


async def test_an_answer_nobody_waits_for_changes_nothing() -> None:
    browser, _ = session()
    browser.hear(Ack(task_id="stranger"))
    browser.hear(result("stranger"))
    assert await browser.ask(task()) == result()
