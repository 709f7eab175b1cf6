"""A pool ends within its limit even when the server stands still: a process must not be killed because PostgreSQL sleeps."""

import asyncio

import pytest
from pydantic import SecretStr

from hawker.postgres import pool as module
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings

CLOSED_SECONDS_MAX = 5.0
"""Less than the 10 s that a command may take."""


class Silent:
    """In front of PostgreSQL: hands bytes on until it is told to stand still, and keeps the lines open."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._moving = asyncio.Event()
        self._moving.set()

    def stand_still(self) -> None:
        self._moving.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            await asyncio.gather(self._pump(reader, back), self._pump(there, writer))
        finally:
            writer.close()
            back.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._moving.wait()
            writer.write(data)


async def test_a_pool_ends_although_the_server_stands_still(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CLOSE_SECONDS_MAX", 0.3)
    address, _, name = database.rpartition("/")
    before, _, port = address.rpartition(":")
    between = Silent(int(port))
    server = await asyncio.start_server(between.serve, "127.0.0.1", 0)
    own = server.sockets[0].getsockname()[1]
    pool = await open_pool(PostgresSettings(dsn=SecretStr(f"{before}:{own}/{name}")))
    assert await pool.fetchval("select 1") == 1
    between.stand_still()
    asking = asyncio.create_task(pool.fetchval("select 2"))
    await asyncio.sleep(0)  # It is under way.
    async with asyncio.timeout(CLOSED_SECONDS_MAX):
        await pool.close()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    server.close()
