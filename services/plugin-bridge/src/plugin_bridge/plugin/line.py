"""A websocket as the protocol sees it: frames out, frames in, closed with a reason. Knows no session."""

from dataclasses import dataclass

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from hawker.contracts.plugin import TASK_FRAME_BYTES_MAX, CloseCode, FrameError, FromBridge, FromBrowser, encode, from_browser

REASONS = {
    CloseCode.REFUSED: "unknown device or wrong token: pair again",
    CloseCode.UNSUPPORTED: "this version of the protocol is not spoken here",
    CloseCode.SUPERSEDED: "this device connected anew elsewhere",
    CloseCode.LATE: "no hello in time",
    CloseCode.MALFORMED: "not a frame of this protocol",
    CloseCode.SILENT: "nothing heard for too long",
    CloseCode.TRY_AGAIN: "not ready yet: come back in a second",
}


class Gone(ConnectionError):  # noqa: N818 - a state, not a mistake
    """The socket is closed."""


@dataclass(frozen=True, slots=True, eq=False)
class SocketLine:
    socket: ServerConnection

    async def send(self, frame: FromBridge) -> None:
        """Waits while the other side reads slowly. Raises Gone, and FrameError for what is larger than a frame may be."""
        text = encode(frame)
        if len(text) > TASK_FRAME_BYTES_MAX:
            raise FrameError(f"a {frame.type} of {len(text)} bytes, the limit is {TASK_FRAME_BYTES_MAX}")
        try:
            await self.socket.send(text)
        except ConnectionClosed as closed:
            raise Gone(str(closed)) from None

    async def receive(self, bytes_max: int | None = None) -> FromBrowser:
        """Raises Gone, and FrameError for what is no frame."""
        try:
            text = await self.socket.recv(decode=False)
        except ConnectionClosed as closed:
            raise Gone(str(closed)) from None
        return from_browser(text if bytes_max is None else text[:bytes_max])  # A cut frame is no JSON any more.

    async def close(self, code: CloseCode) -> None:
        await self.socket.close(code, REASONS[code])
