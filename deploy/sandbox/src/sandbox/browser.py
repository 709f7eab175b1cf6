"""A seller's browser with the extension, as a process: `python -m sandbox.browser`. It logs in at flea and does what the bridge asks.

It keeps to the plugin protocol as the extension does and knows nothing else of Hawker.
"""

import asyncio
import json
import logging
import random
import secrets
import signal
import sys
from pathlib import Path

import uvloop
from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Origin

from hawker.contracts.plugin import (
    HELLO_SECONDS,
    KEEPALIVE_SECONDS,
    MISSES_MAX,
    RECONNECT_SECONDS_FIRST,
    RECONNECT_SECONDS_MAX,
    TASK_FRAME_BYTES_MAX,
    VERSION,
    Ack,
    Cancel,
    CloseCode,
    FromBrowser,
    Hello,
    Nack,
    Ping,
    Pong,
    Task,
    TaskResult,
    Welcome,
    encode,
    from_bridge,
)
from hawker.contracts.plugin_policy import allowed_host
from hawker.contracts.words import Id
from sandbox.browser_memory import Memory
from sandbox.browser_seller import Seller
from sandbox.browser_tasks import Tasks

log = logging.getLogger(__name__)

FINAL = frozenset({CloseCode.REFUSED, CloseCode.UNSUPPORTED, CloseCode.SUPERSEDED})
"""After these only a person can help."""


class BrowserSettings(BaseSettings):
    """`storage` is a folder that outlives the process, as a browser's profile does; without it, what it knew is gone."""

    model_config = SettingsConfigDict(env_prefix="HAWKER_BROWSER_", frozen=True)

    bridge_url: str
    device_id: Id
    token: SecretStr
    flea_url: str
    user: str = "seller"
    password: SecretStr = SecretStr("seller")
    origin: str = "chrome-extension://sandbox"
    storage: Path | None = None


class Extension:
    """One device that stays connected until it is stopped, or until the bridge says that only a person can help."""

    def __init__(self, settings: BrowserSettings, seller: Seller) -> None:
        self._settings = settings
        self._seller = seller
        self._tasks = Tasks(seller, Memory(settings.storage), {allowed_host(settings.flea_url)}, self._say)
        self._boot_id = secrets.token_hex(8)
        self._socket: ClientConnection | None = None
        self._delay_seconds_max = RECONNECT_SECONDS_FIRST

    async def live(self) -> CloseCode:
        """Returns the reason that was final."""
        try:
            await self._seller.log_in_when_it_opens()
            while True:
                code = await self._connect()
                if code in FINAL:
                    return CloseCode(code)
                await asyncio.sleep(random.uniform(0, self._delay_seconds_max))  # Full jitter: browsers must not come back as one.
                self._delay_seconds_max = min(self._delay_seconds_max * 2, RECONNECT_SECONDS_MAX)
        finally:
            await self._tasks.stop()

    async def _connect(self) -> int | None:
        """One connection from the handshake to its end; the code it was closed with, None where there was none."""
        try:
            async with connect(
                self._settings.bridge_url,
                origin=Origin(self._settings.origin),
                compression=None,
                proxy=None,
                ping_interval=None,
                max_size=TASK_FRAME_BYTES_MAX,
                open_timeout=HELLO_SECONDS,
                close_timeout=1,
            ) as socket:
                return await self._converse(socket)
        except (OSError, TimeoutError, InvalidHandshake, InvalidMessage) as fault:
            log.info("no bridge: %s", type(fault).__name__)
            return None

    async def _converse(self, socket: ClientConnection) -> int | None:
        settings = self._settings
        hello = Hello(v=VERSION, device_id=settings.device_id, token=settings.token, boot_id=self._boot_id, known=self._tasks.known)
        pings = asyncio.create_task(_ping(socket))
        try:
            await socket.send(encode(hello))
            self._socket = socket
            await self._listen(socket)
        except ConnectionClosed:
            log.info("the bridge closed: %s %s", socket.close_code, socket.close_reason)
        finally:
            pings.cancel()
            self._socket = None
        if socket.close_code == CloseCode.TRY_AGAIN:
            self._delay_seconds_max = RECONNECT_SECONDS_FIRST
        return socket.close_code

    async def _listen(self, socket: ClientConnection) -> None:
        """Returns when the other side has been silent for too long."""
        while True:
            try:
                async with asyncio.timeout(MISSES_MAX * KEEPALIVE_SECONDS):
                    text = await socket.recv(decode=False)
            except TimeoutError:
                return
            await self._hear(text)

    async def _hear(self, text: bytes) -> None:
        match from_bridge(text):
            case Welcome(session=session, hosts=hosts, now=now):
                self._tasks.agree(hosts, now)
                self._delay_seconds_max = RECONNECT_SECONDS_FIRST
                sys.stdout.write(json.dumps({"connected": session}) + "\n")
                sys.stdout.flush()
            case Task() as task:
                await self._tasks.take(task)
            case Cancel(task_id=task_id):
                await self._tasks.cancel(task_id)
            case Ping():
                await self._say(Pong())
            case Pong():
                pass

    async def _say(self, frame: Ack | Nack | TaskResult | Pong) -> None:
        """What is not heard now is asked for again, by its task's id."""
        if self._socket is not None:
            await _send(self._socket, frame)


async def _ping(socket: ClientConnection) -> None:
    while True:
        await asyncio.sleep(KEEPALIVE_SECONDS)
        await _send(socket, Ping())


async def _send(socket: ClientConnection, frame: FromBrowser) -> None:
    try:
        await socket.send(encode(frame))
    except ConnectionClosed:
        log.info("a %s was not sent: the line is gone", frame.type)


async def run(settings: BrowserSettings) -> int:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    seller = Seller(settings.flea_url, settings.user, settings.password)
    living = asyncio.create_task(Extension(settings, seller).live())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({living, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not living.done():
            return 0
        log.error("the bridge does not want this browser: %s", living.result().name)
        return 1
    finally:
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
        stopping.cancel()
        await seller.close()


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    try:
        settings = BrowserSettings()
    except ValidationError as fault:
        wrong = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in fault.errors(include_input=False))
        sys.stderr.write(f"sandbox.browser: {wrong}\n")
        return 1
    return uvloop.run(run(settings))


if __name__ == "__main__":
    sys.exit(main())
