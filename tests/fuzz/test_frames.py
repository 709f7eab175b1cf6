"""Frames at the bridge: whatever a socket says, it is closed with a code or ignored, and the browser beside it notices nothing."""

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from hawker.contracts.plugin import (
    RESULT_FRAME_BYTES_MAX,
    Ack,
    CloseCode,
    FrameError,
    Nack,
    NackCode,
    Ping,
    Pong,
    TaskResult,
    encode,
    from_browser,
)
from tests.fuzz import hostile
from tests.fuzz.profile import fuzz
from tests.unit.plugin_bridge.plugin.test_server import PATIENCE_SECONDS, World, hear, hello

TASK = "job-1:0:1:look"
FRAMES: list[dict[str, Any]] = [  # Any: JSON
    json.loads(hello("device-1")),
    json.loads(encode(Ack(task_id=TASK))),
    json.loads(encode(TaskResult(task_id=TASK, status=200, url="https://flea.example/", headers={"content-type": "text/html"}, body="ok"))),
    json.loads(encode(Nack(task_id=TASK, code=NackCode.BUSY, reason="busy"))),
    json.loads(encode(Ping())),
    json.loads(encode(Pong())),
]
COMPLAINT_CHARACTERS_MAX = 2000
ALLOWED = {code.value for code in CloseCode} | {1000, 1001, 1002, 1007, 1009}

texts = st.sampled_from(FRAMES).flatmap(hostile.mutated)
frames = st.one_of(texts, texts, hostile.words, hostile.blobs, st.sampled_from([b"", "{", "[" * 5000, "x" * (RESULT_FRAME_BYTES_MAX + 1)]))


@contextmanager
def no_complaints() -> Iterator[None]:
    """Neither the socket library nor asyncio met an exception that nobody expected."""
    found: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: found.append(record.getMessage())  # type: ignore[method-assign]  # a list is all it needs
    rooms = [logging.getLogger(name) for name in ("websockets.server", "asyncio")]
    for room in rooms:
        room.addHandler(handler)
    try:
        yield
    finally:
        for room in rooms:
            room.removeHandler(handler)
    assert found == []


async def say(socket: ClientConnection, *said: str | bytes) -> None:
    with suppress(ConnectionClosed):
        for one in said:
            await socket.send(one if isinstance(one, bytes) else one.encode("utf-8", "replace").decode())


async def is_alive(socket: ClientConnection) -> bool:
    await socket.send(encode(Ping()))
    return isinstance(await hear(socket), Pong)


@fuzz(100)
@given(st.one_of(texts.map(lambda text: text.encode("utf-8", "surrogatepass")), hostile.blobs, hostile.words))
def test_a_text_is_a_frame_or_an_error_that_does_not_repeat_it(text: bytes | str) -> None:
    try:
        said = encode(from_browser(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text))
    except FrameError as fault:
        said = str(fault)
    assert 0 < len(said) <= max(COMPLAINT_CHARACTERS_MAX, 2 * len(text))


@fuzz(15)
@given(greets=st.booleans(), said=st.lists(frames, min_size=1, max_size=8))
async def test_a_socket_that_says_anything_ends_with_a_code_and_alone(greets: bool, said: list[str | bytes]) -> None:  # noqa: FBT001 - drawn
    world = World()
    with no_complaints():
        async with world.open(), world.browser("device-2") as good:
            async with world.socket() as bad:
                await say(bad, *([hello("device-1")] if greets else []), *said)
                await bad.close()
            assert bad.close_code in ALLOWED
            assert await is_alive(good)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while len(world.sessions) > 1:
                    await asyncio.sleep(0.01)
        assert world.door.connections == 0


@pytest.mark.parametrize("frame", [encode(Ping()), encode(Pong()), encode(Ack(task_id=TASK)), FRAMES[2]])
async def test_a_flood_is_not_kept(frame: str | dict[str, Any]) -> None:  # Any: JSON
    """Answers that nobody waits for leave nothing behind, and a browser that never reads stops being read."""
    text = frame if isinstance(frame, str) else json.dumps(frame | {"body": "x" * 10_000})
    world = World()
    with no_complaints():
        async with world.open(), world.browser("device-2") as good, world.browser("device-1") as bad:
            with suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await say(bad, *[text] * 500)
            assert await is_alive(good)
            (session,) = [one for one in world.sessions if one.device.device_id == "device-1"]
            assert session._asked == {}
            assert session._cancels == set()


async def test_many_sockets_that_say_nothing_keep_nobody_out() -> None:
    world = World(hello_seconds=0.5)
    async with world.open():
        silent = [await world.socket() for _ in range(50)]
        async with world.browser("device-2") as good:
            assert await is_alive(good)
            for socket in silent:
                await asyncio.wait_for(socket.wait_closed(), PATIENCE_SECONDS)
                assert socket.close_code == CloseCode.LATE
