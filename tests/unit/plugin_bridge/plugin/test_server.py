"""The door for browsers, on a real socket of this machine: who comes in, who does not and why, and how a conversation ends."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import ClassVar, cast

import pytest
from pydantic import SecretStr
from websockets import CloseCode as CloseFrame
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from hawker.contracts.outcomes import PluginConnected, PluginDisconnected
from hawker.contracts.plugin import (
    HELLO_BYTES_MAX,
    RESULT_FRAME_BYTES_MAX,
    Ack,
    CloseCode,
    FromBridge,
    FromBrowser,
    Hello,
    Ping,
    Pong,
    Task,
    TaskResult,
    Welcome,
    encode,
    from_bridge,
)
from hawker.contracts.words import Marketplace
from plugin_bridge.plugin import server as server_module
from plugin_bridge.plugin.devices import Device
from plugin_bridge.plugin.line import SocketLine
from plugin_bridge.plugin.presence import Presence
from plugin_bridge.plugin.server import Door, Hosts
from plugin_bridge.plugin.session import Session
from plugin_bridge.plugin.sessions import Sessions
from tests.unit.plugin_bridge.examples import HOST, device, task

ORIGIN = "chrome-extension://abc"
TOKEN = "right"
PATIENCE_SECONDS = 10
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Register:
    """Knows device-1 and device-2 with one token."""

    def __init__(self) -> None:
        self.gone: set[str] = set()
        self.unreachable = False

    async def recognise(self, device_id: str, token: SecretStr) -> Device | None:
        if self.unreachable:
            raise ConnectionRefusedError
        known = device_id in {"device-1", "device-2"} - self.gone and token.get_secret_value() == TOKEN
        return device(device_id) if known else None

    async def revoked(self, device_ids: Collection[str]) -> frozenset[str]:
        return frozenset(self.gone & set(device_ids))


class World:
    def __init__(self, *, keepalive_seconds: float = 20, hello_seconds: float = 5) -> None:
        self.register = Register()
        self.sessions = Sessions()
        self.told: list[PluginConnected | PluginDisconnected] = []
        self.presence = Presence(self.sessions, self._tell, lambda: datetime.now(UTC))
        self.presence.assigned(frozenset({1}))
        hosts = Hosts({Marketplace.FLEA: (HOST,)})
        self.door = Door(
            self.register,
            self.sessions,
            self.presence,
            hosts,
            lambda: NOON,
            hello_seconds=hello_seconds,
            keepalive_seconds=keepalive_seconds,
        )
        self.port = 0

    async def _tell(self, message: PluginConnected | PluginDisconnected) -> None:
        self.told.append(message)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["World"]:
        async with self.door.open("127.0.0.1", 0, [ORIGIN]) as self.port:
            yield self

    def socket(self, *, origin: str | None = ORIGIN, path: str = "") -> connect:
        return connect(
            f"ws://127.0.0.1:{self.port}/{path}",
            origin=Origin(origin) if origin else None,
            compression=None,
            proxy=None,
            ping_interval=None,
        )

    @asynccontextmanager
    async def browser(self, device_id: str = "device-1") -> AsyncIterator[ClientConnection]:
        """Connected, welcomed and announced."""
        before = len(self.told)
        async with self.socket() as socket:
            await socket.send(hello(device_id))
            assert isinstance(await hear(socket), Welcome)
            await until(lambda: len(self.told) > before)
            yield socket


def hello(device_id: str = "device-1", *, token: str = TOKEN, v: int = 1) -> str:
    return encode(Hello(v=v, device_id=device_id, token=SecretStr(token), boot_id="boot-1"))


async def hear(socket: ClientConnection) -> FromBridge:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return from_bridge(await socket.recv())


async def closed_with(socket: ClientConnection) -> int | None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        await socket.wait_closed()
    return socket.close_code


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_known_device_is_welcomed_with_its_hosts_and_announced() -> None:
    async with World().open() as world, world.socket() as socket:
        await socket.send(hello())
        welcome = await hear(socket)
        assert isinstance(welcome, Welcome)
        assert (welcome.session, welcome.hosts, welcome.now) == ("device-1", (HOST,), NOON)
        await until(lambda: world.told)
        assert isinstance(world.told[0], PluginConnected)
        assert world.told[0].partition == 1


@pytest.mark.parametrize("origin", [None, "https://evil.example", "chrome-extension://abcd", "chrome-extension://ab"])
async def test_any_other_origin_is_refused_before_it_can_say_hello(origin: str | None) -> None:
    async with World().open() as world:
        with pytest.raises(InvalidStatus) as refused:
            async with world.socket(origin=origin):
                pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (hello(token="wrong"), CloseCode.REFUSED),
        (hello("stranger"), CloseCode.REFUSED),
        (hello(v=2), CloseCode.UNSUPPORTED),
        ("hello?", CloseCode.MALFORMED),
        (encode(Ping()), CloseCode.MALFORMED),
        (hello(token="x" * HELLO_BYTES_MAX), CloseCode.MALFORMED),
    ],
    ids=["wrong token", "unknown device", "other version", "no frame", "not a hello", "oversize hello"],
)
async def test_who_says_no_good_hello_is_told_why_and_closed(said: str, code: CloseCode) -> None:
    async with World().open() as world, world.socket() as socket:
        await socket.send(said)
        assert await closed_with(socket) == code
        assert world.told == []


async def test_a_hello_that_does_not_come_in_time_is_not_waited_for() -> None:
    async with World(hello_seconds=0.05).open() as world, world.socket() as socket:
        assert await closed_with(socket) == CloseCode.LATE


async def test_a_process_without_a_partition_sends_browsers_to_try_again() -> None:
    world = World()
    world.presence.assigned(frozenset())
    async with world.open(), world.socket() as socket:
        assert await closed_with(socket) == CloseCode.TRY_AGAIN


async def test_when_the_devices_cannot_be_read_a_browser_tries_again() -> None:
    world = World()
    world.register.unreachable = True
    async with world.open(), world.socket() as socket:
        await socket.send(hello())
        assert await closed_with(socket) == CloseCode.TRY_AGAIN


async def test_a_newer_connection_of_a_device_supersedes_the_older_which_is_told_why() -> None:
    async with World().open() as world, world.browser() as older, world.browser() as newer:
        assert await closed_with(older) == CloseCode.SUPERSEDED
        assert older.close_reason
        await newer.send(encode(Ping()))
        assert isinstance(await hear(newer), Pong)
        await until(lambda: len(world.told) == 3)
        first, second, ended = world.told
        assert isinstance(ended, PluginDisconnected)
        assert ended.epoch == first.epoch < second.epoch, "the disconnect is of the older session, not of the live one"
        assert len(world.sessions) == 1


async def test_two_devices_live_side_by_side() -> None:
    async with World().open() as world, world.browser("device-1"), world.browser("device-2"):
        assert len(world.sessions) == 2


async def test_a_task_goes_out_and_its_answer_comes_back() -> None:
    async with World().open() as world, world.browser() as socket:
        live = await world.sessions.reach("device-1", 0)
        assert live is not None
        asking = asyncio.create_task(live.ask(task()))
        sent = await hear(socket)
        assert isinstance(sent, Task)
        answer = TaskResult(task_id=sent.task_id, status=201, url=sent.url)
        await socket.send(encode(Ack(task_id=sent.task_id)))
        await socket.send(encode(answer))
        assert await asking == answer


async def test_a_browser_that_leaves_is_told_of() -> None:
    async with World().open() as world:
        async with world.browser():
            pass
        await until(lambda: len(world.told) == 2)
        assert isinstance(world.told[1], PluginDisconnected)
        assert len(world.sessions) == 0


async def test_a_ping_is_answered() -> None:
    async with World().open() as world, world.browser() as socket:
        await socket.send(encode(Ping()))
        assert isinstance(await hear(socket), Pong)


async def test_a_silent_browser_is_asked_and_then_given_up() -> None:
    async with World(keepalive_seconds=0.05).open() as world, world.browser() as socket:
        assert isinstance(await hear(socket), Ping)
        assert await closed_with(socket) == CloseCode.SILENT
        await until(lambda: len(world.sessions) == 0)


class Stuck(SocketLine):
    """A line to a machine that is gone: what was sent fills it, and nothing comes."""

    codes: ClassVar[list[CloseCode]] = []

    async def send(self, frame: FromBridge) -> None:
        await asyncio.Event().wait()
        raise AssertionError(frame)

    async def receive(self, bytes_max: int | None = None) -> FromBrowser:
        await asyncio.Event().wait()
        raise AssertionError(bytes_max)

    async def close(self, code: CloseCode) -> None:
        self.codes.append(code)


async def test_a_line_that_takes_nothing_more_is_given_up_too() -> None:
    world = World(keepalive_seconds=0.01)
    stuck = Stuck(cast("ServerConnection", None))  # It overrides all that would use the socket.
    async with asyncio.timeout(PATIENCE_SECONDS):
        await world.door._converse(Session(device(), stuck, frozenset()), stuck)
    assert stuck.codes == [CloseCode.SILENT]


async def test_a_full_bridge_takes_nobody_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "CONNECTIONS_MAX", 1)
    async with World().open() as world, world.browser():
        with pytest.raises(InvalidStatus) as refused:
            async with world.socket():
                pass
    assert refused.value.response.status_code == 503


async def test_a_frame_over_the_limit_closes_the_line_and_nothing_else() -> None:
    async with World().open() as world, world.browser("device-2") as other, world.browser() as socket:
        with suppress(ConnectionClosed):  # The bridge may stop reading in the middle of it.
            await socket.send("x" * (RESULT_FRAME_BYTES_MAX + 1))
        assert await closed_with(socket) == CloseFrame.MESSAGE_TOO_BIG
        await other.send(encode(Ping()))
        assert isinstance(await hear(other), Pong)


@pytest.mark.parametrize("said", ["nonsense", json.dumps({"type": "welcome"}), hello()])
async def test_what_is_no_frame_of_a_browser_ends_the_conversation(said: str) -> None:
    async with World().open() as world, world.browser() as socket:
        await socket.send(said)
        assert await closed_with(socket) == CloseCode.MALFORMED


async def test_a_revoked_device_is_put_out_while_it_is_connected_and_does_not_come_in_again() -> None:
    async with World().open() as world, world.browser() as socket, world.browser("device-2") as other:
        world.register.gone.add("device-1")
        await world.door.end_revoked()
        assert await closed_with(socket) == CloseCode.REFUSED
        async with world.socket() as again:
            await again.send(hello())
            assert await closed_with(again) == CloseCode.REFUSED
        await other.send(encode(Ping()))
        assert isinstance(await hear(other), Pong)


async def test_a_closing_bridge_says_goodbye_and_tells_of_every_browser() -> None:
    world = World()
    async with world.open():
        sockets = [world.socket(), world.socket()]
        browsers = [await socket for socket in sockets]
        for number, socket in enumerate(browsers, start=1):
            await socket.send(hello(f"device-{number}"))
        await until(lambda: len(world.told) == 2)
    assert [await closed_with(socket) for socket in browsers] == [1001, 1001]
    assert [type(message) for message in world.told[2:]] == [PluginDisconnected] * 2


@pytest.mark.parametrize(("path", "partitions", "status"), [("healthz", set(), 200), ("readyz", {0}, 200), ("readyz", set(), 503)])
async def test_health_says_alive_and_readiness_waits_for_a_partition(path: str, partitions: set[int], status: int) -> None:
    world = World()
    world.presence.assigned(frozenset(partitions))
    async with world.open():
        with pytest.raises(InvalidStatus) as answered:
            async with world.socket(origin=None, path=path):
                pass
    assert answered.value.response.status_code == status
