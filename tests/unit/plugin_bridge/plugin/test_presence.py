"""What the orchestrator is told of who is here: in order, with a partition that is ours, and never silently nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from hawker.contracts.outcomes import PluginConnected, PluginDisconnected
from hawker.contracts.plugin import CloseCode
from plugin_bridge.plugin.presence import Presence
from plugin_bridge.plugin.sessions import Sessions
from tests.unit.plugin_bridge.examples import device, session

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class World:
    def __init__(self) -> None:
        self.sessions = Sessions()
        self.told: list[PluginConnected | PluginDisconnected] = []
        self.log_is_down = False
        self.presence = Presence(self.sessions, self._tell, lambda: NOON)

    async def _tell(self, message: PluginConnected | PluginDisconnected) -> None:
        if self.log_is_down:
            raise OSError("no broker")
        self.told.append(message)

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        following = asyncio.create_task(self.presence.follow())
        try:
            yield
        finally:
            following.cancel()


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_browser_is_announced_on_a_partition_of_this_process() -> None:
    world = World()
    world.presence.assigned(frozenset({2, 3}))
    here, line = session()
    await world.presence.connected(here)
    [told] = world.told
    assert isinstance(told, PluginConnected)
    assert told.partition in {2, 3}
    assert (told.tenant_id, told.account_id, told.session) == ("tenant-1", "main", "device-1")
    assert line.closed == []


async def test_without_a_partition_a_browser_is_sent_to_try_again() -> None:
    world = World()
    here, line = session()
    await world.presence.connected(here)
    assert (world.told, line.closed) == ([], [CloseCode.TRY_AGAIN])


async def test_a_browser_that_the_log_did_not_take_is_sent_to_try_again() -> None:
    world = World()
    world.presence.assigned(frozenset({0}))
    world.log_is_down = True
    here, line = session()
    await world.presence.connected(here)
    assert line.closed == [CloseCode.TRY_AGAIN]


async def test_a_disconnect_repeats_the_epoch_that_was_announced() -> None:
    world = World()
    world.presence.assigned(frozenset({0}))
    here, _ = session()
    await world.presence.connected(here)
    await world.presence.disconnected(here)
    connected, disconnected = world.told
    assert isinstance(disconnected, PluginDisconnected)
    assert connected.epoch == disconnected.epoch


async def test_every_announcement_has_a_later_epoch_even_in_one_millisecond() -> None:
    world = World()
    assert world.presence.next_epoch() < world.presence.next_epoch()


async def test_a_browser_whose_partition_went_elsewhere_is_announced_on_another() -> None:
    world = World()
    world.presence.assigned(frozenset({0}))
    here, _ = session()
    world.sessions.add(here)
    await world.presence.connected(here)
    async with world.following():
        world.presence.assigned(frozenset({1}))
        await settled()
    first, second = world.told
    assert isinstance(second, PluginConnected)
    assert second.partition == 1
    assert second.epoch > first.epoch


async def test_a_browser_whose_partition_stays_is_announced_anew_since_another_process_may_have_said_it_is_not_there() -> None:
    world = World()
    world.presence.assigned(frozenset({0}))
    here, _ = session()
    world.sessions.add(here)
    await world.presence.connected(here)
    async with world.following():
        world.presence.assigned(frozenset({0}))
        await settled()
    first, second = world.told
    assert isinstance(second, PluginConnected)
    assert second.partition == 0
    assert second.epoch > first.epoch


async def test_when_the_last_partition_goes_the_browsers_go_too() -> None:
    world = World()
    world.presence.assigned(frozenset({0}))
    here, line = session()
    world.sessions.add(here)
    await world.presence.connected(here)
    async with world.following():
        world.presence.assigned(frozenset())
        await settled()
    assert line.closed == [CloseCode.TRY_AGAIN]


async def test_a_second_browser_of_the_account_takes_over_from_one_that_leaves() -> None:
    world = World()
    world.presence.assigned(frozenset({0}))
    older, newer = session(of=device("a"))[0], session(of=device("b"))[0]
    for opened in (older, newer):
        world.sessions.add(opened)
        await world.presence.connected(opened)
    world.sessions.remove(newer)
    await world.presence.disconnected(newer)
    assert [(type(told).__name__, told.session) for told in world.told[2:]] == [("PluginDisconnected", "b"), ("PluginConnected", "a")]


async def test_an_ended_session_is_not_announced() -> None:
    world = World()
    world.presence.assigned(frozenset({0}))
    gone, _ = session()
    gone.end()
    await world.presence.connected(gone)
    assert world.told == []
