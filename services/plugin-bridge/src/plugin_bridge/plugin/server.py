"""The door for browsers: origin, hello, one conversation a socket, and its end. Carries no task itself and knows no marketplace."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

import structlog
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Origin

from hawker.contracts.plugin import (
    HELLO_BYTES_MAX,
    HELLO_SECONDS,
    KEEPALIVE_SECONDS,
    MISSES_MAX,
    RESULT_FRAME_BYTES_MAX,
    VERSION,
    Ack,
    CloseCode,
    FrameError,
    Hello,
    Nack,
    Ping,
    Pong,
    TaskResult,
    Welcome,
)
from hawker.contracts.words import Marketplace
from hawker.postgres.pool import UNREACHABLE
from plugin_bridge.plugin.devices import Device
from plugin_bridge.plugin.line import Gone, SocketLine
from plugin_bridge.plugin.presence import Presence
from plugin_bridge.plugin.session import Session
from plugin_bridge.plugin.sessions import Sessions

log = structlog.get_logger()

CONNECTIONS_MAX = 10_000
"""Sockets of one process, those that have not said hello included."""
FRAMES_QUEUED_MAX = 16
"""Frames of one browser that wait to be read; then its socket is not read any more."""
CLOSE_SECONDS_MAX = 2.0
"""For a browser to say goodbye after we did."""


class KnowsDevices(Protocol):
    """Whom the door asks. Raises what an unreachable database raises."""

    async def recognise(self, device_id: str, token: SecretStr) -> Device | None: ...
    async def revoked(self, device_ids: Collection[str]) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Hosts:
    """Which hosts the tasks of a marketplace go to."""

    by_marketplace: dict[Marketplace, tuple[str, ...]] = field(default_factory=dict)

    def of(self, marketplace: Marketplace) -> tuple[str, ...]:
        return self.by_marketplace.get(marketplace, ())


@dataclass(slots=True)
class Door:
    """`devices` says who may come in; `presence` tells the orchestrator who did; `now` is the clock."""

    devices: KnowsDevices
    sessions: Sessions
    presence: Presence
    hosts: Hosts
    now: Callable[[], datetime]
    hello_seconds: float = HELLO_SECONDS
    keepalive_seconds: float = KEEPALIVE_SECONDS
    connections: int = 0

    @asynccontextmanager
    async def open(self, host: str, port: int, origins: Sequence[str]) -> AsyncIterator[int]:
        """Gives the port. Only these origins, to the letter: a page of the web always names its own and is refused before it can say hello.

        On leaving, every browser is told that we go, and the orchestrator of every browser.
        """
        server = await serve(
            self.attend,
            host,
            port,
            origins=[Origin(origin) for origin in origins],
            process_request=self._before_the_socket,
            compression=None,  # Pictures do not shrink, and each compressor would hold memory of its own.
            ping_interval=None,  # The protocol has its own pings, which keep the browser's worker alive; WebSocket's do not.
            close_timeout=CLOSE_SECONDS_MAX,
            max_size=RESULT_FRAME_BYTES_MAX,
            max_queue=FRAMES_QUEUED_MAX,
        )
        try:
            yield next(iter(server.sockets)).getsockname()[1]
        finally:
            self.presence.assigned(frozenset())  # Nobody comes in or takes over any more.
            server.close()
            await server.wait_closed()

    async def attend(self, socket: ServerConnection) -> None:
        self.connections += 1
        try:
            await self._attend(SocketLine(socket))
        except Gone:
            pass  # Gone before it was known; one that was known has been told of already.
        finally:
            self.connections -= 1

    async def _attend(self, line: SocketLine) -> None:
        session = await self._admit(line)
        if isinstance(session, CloseCode):
            log.info("a browser was turned away", why=session.name)
            await line.close(session)
            return
        await line.send(self._welcome(session))
        await self._keep(session, line)

    async def _admit(self, line: SocketLine) -> Session | CloseCode:
        hello = await self._greeting(line)
        if isinstance(hello, CloseCode):
            return hello
        device = await self._recognise(hello)
        if isinstance(device, CloseCode):
            return device
        return Session(device, line, frozenset(hello.known), epoch=self.presence.next_epoch())

    async def _greeting(self, line: SocketLine) -> Hello | CloseCode:
        if not self.presence.has_partition:
            return CloseCode.TRY_AGAIN
        try:
            async with asyncio.timeout(self.hello_seconds):
                frame = await line.receive(HELLO_BYTES_MAX)
        except TimeoutError:
            return CloseCode.LATE
        except FrameError:
            return CloseCode.MALFORMED
        if not isinstance(frame, Hello):
            return CloseCode.MALFORMED
        return frame if frame.v == VERSION else CloseCode.UNSUPPORTED

    async def _recognise(self, hello: Hello) -> Device | CloseCode:
        try:
            device = await self.devices.recognise(hello.device_id, hello.token)
        except UNREACHABLE as fault:
            log.error("the devices cannot be read", fault=type(fault).__name__)
            return CloseCode.TRY_AGAIN
        return device or CloseCode.REFUSED

    def _welcome(self, session: Session) -> Welcome:
        device = session.device
        return Welcome(
            session=device.device_id,
            epoch=session.epoch,
            now=self.now(),
            keepalive_seconds=self.keepalive_seconds,
            hosts=self.hosts.of(device.marketplace),
        )

    async def _keep(self, session: Session, line: SocketLine) -> None:
        """From the welcome to the end, whoever ends it."""
        older = self.sessions.add(session)
        conversation = asyncio.create_task(self._converse(session, line))
        try:
            await self.presence.connected(session)
            log.info(
                "a browser is connected", device=session.device.device_id, tenant=session.device.tenant_id, partition=session.partition
            )
            if older is not None:
                older.end()
                await older.line.close(CloseCode.SUPERSEDED)
            await conversation
        finally:
            conversation.cancel()
            session.end()
            self.sessions.remove(session)
            await self.presence.disconnected(session)
            log.info("a browser has left", device=session.device.device_id, tenant=session.device.tenant_id)

    async def _converse(self, session: Session, line: SocketLine) -> None:
        """Every frame, or a whole keepalive without one, turns the loop once."""
        misses = 0
        while misses < MISSES_MAX:
            try:
                async with asyncio.timeout(self.keepalive_seconds):
                    await self._hear(session, line)
                misses = 0
            except TimeoutError:
                misses += 1
                await self._nudge(line)
            except FrameError as fault:
                log.warning("no frame of the protocol", device=session.device.device_id, fault=str(fault))
                await line.close(CloseCode.MALFORMED)
                return
        await line.close(CloseCode.SILENT)

    async def _nudge(self, line: SocketLine) -> None:
        """A dead line may not even take a ping: what was sent before still fills it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.keepalive_seconds):
                await line.send(Ping())

    async def _hear(self, session: Session, line: SocketLine) -> None:
        match await line.receive():
            case Ack() | TaskResult() | Nack() as answer:
                session.hear(answer)
            case Ping():
                await line.send(Pong())
            case Pong():
                pass  # That it came is all it says.
            case Hello():
                raise FrameError("a second hello")

    async def end_revoked(self) -> None:
        """Closes the sessions whose device was revoked since they opened. For one round; who runs this repeats it."""
        revoked = await self.devices.revoked([session.device.device_id for session in self.sessions])
        for session in self.sessions:
            if session.device.device_id in revoked:
                await session.line.close(CloseCode.REFUSED)

    def _before_the_socket(self, socket: ServerConnection, request: Request) -> Response | None:
        """Health for whoever runs this: alive, and ready once browsers can be given work."""
        match request.path:
            case "/healthz":
                return socket.respond(HTTPStatus.OK, "alive\n")
            case "/readyz" if self.presence.has_partition:
                return socket.respond(HTTPStatus.OK, "ready\n")
            case "/readyz":
                return socket.respond(HTTPStatus.SERVICE_UNAVAILABLE, "waiting for a partition of the plugin's commands\n")
            case _ if self.connections >= CONNECTIONS_MAX:
                return socket.respond(HTTPStatus.SERVICE_UNAVAILABLE, "full: try again later\n")
            case _:
                return None
