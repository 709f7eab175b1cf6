"""Who is here: one session a device, and nobody misses the one they wait for."""

import asyncio

from plugin_bridge.plugin.sessions import Sessions
from tests.unit.plugin_bridge.examples import device, session


async def test_a_newer_session_takes_the_place_of_the_older() -> None:
    sessions = Sessions()
    older, newer = session()[0], session()[0]
    assert sessions.add(older) is None
    assert sessions.add(newer) is older
    sessions.remove(older)
    assert await sessions.reach("device-1", 0) is newer


async def test_a_session_that_opens_while_one_waits_is_reached() -> None:
    sessions = Sessions()
    waiting = asyncio.create_task(sessions.reach("device-1", 30))
    await asyncio.sleep(0)
    opened, _ = session()
    sessions.add(opened)
    assert await waiting is opened


async def test_who_waits_in_vain_gets_nothing_and_leaves_nothing() -> None:
    sessions = Sessions()
    sessions.add(session(of=device("device-2"))[0])
    assert await sessions.reach("device-1", 0.01) is None
    assert not sessions._awaited


async def test_a_session_whose_line_has_ended_is_not_reached() -> None:
    sessions = Sessions()
    ended, _ = session()
    sessions.add(ended)
    ended.end()
    assert await sessions.reach("device-1", 0.01) is None


async def test_another_browser_of_the_same_account_is_found_and_of_a_different_one_is_not() -> None:
    sessions = Sessions()
    one, same, other = (session(of=found)[0] for found in (device("a"), device("b"), device("c", account_id="second")))
    for opened in (one, same, other):
        sessions.add(opened)
    assert sessions.another(one) is same
    assert sessions.another(other) is None
    sessions.remove(same)
    assert sessions.another(one) is None
