"""The HTTP seam against a server of a few lines: what was never sent and what may have arrived have different names."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from hawker.worker.http import NOT_SENT, http_client, is_public

type Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(behave: Behaviour) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await behave(reader, writer)
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


async def hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")


async def fall_silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    await reader.read()  # Until the client gives up.


async def half_an_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    await writer.drain()


async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
@pytest.mark.parametrize("behave", [hang_up, half_an_answer])
async def test_a_connection_that_breaks_may_have_delivered_and_nothing_is_sent_again(behave: Behaviour, method: str) -> None:
    calls = 0

    async def counted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        await behave(reader, writer)

    async with server(counted) as url, http_client(url) as client:
        with pytest.raises(httpx.TransportError) as broken:
            await client.request(method, "/")
    assert not isinstance(broken.value, NOT_SENT)
    assert calls == 1


async def test_silence_is_a_time_out_that_may_have_delivered() -> None:
    async with server(fall_silent) as url, http_client(url, timeout_seconds=0.05) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.post("/", json={})


async def test_a_closed_door_means_that_nothing_was_sent() -> None:
    async with server(hang_up) as url:
        pass
    async with http_client(url) as client:
        with pytest.raises(NOT_SENT):
            await client.post("/", json={})


async def test_redirects_are_told_and_cookies_are_not_kept() -> None:
    async with server(redirect) as url, http_client(url) as client:
        answer = await client.get("/")
        assert (answer.status_code, answer.headers["location"]) == (302, "/elsewhere")
        assert "cookie" not in client.build_request("GET", "/").headers


async def test_a_multipart_form_arrives_whole_with_its_length() -> None:
    got = bytearray()

    async def read_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
        got.extend(await reader.readexactly(length))
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with server(read_all) as url, http_client(url) as client:
        answer = await client.post("/", files={"image": ("mug.png", b"\x89PNG" * 1000, "image/png")})
    assert answer.status_code == 201
    assert bytes(got).count(b"\x89PNG") == 1000
    assert b'name="image"; filename="mug.png"' in got


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("93.184.216.34", True),
        ("cdn.example", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("::1", False),
        ("localhost", False),
    ],
)
def test_private_addresses_are_known(host: str, *, public: bool) -> None:
    assert is_public(host) == public


async def test_a_name_that_leads_into_a_private_network_is_not_asked() -> None:
    async with http_client("", public_only=True) as client:
        with pytest.raises(NOT_SENT):
            await client.get("http://localhost:9/picture.png")
