"""What is refused before anything reads it: bodies too large or not JSON, and more at once than we can carry. Pure ASGI."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api_gateway import problems
from hawker.contracts.limits import REQUEST_BODY_BYTES_MAX

INTAKES_MAX = 64
"""Requests that are being written to the log at one moment."""


class BodyLimit:
    """Counts while the body streams in, so that a large one is refused after REQUEST_BODY_BYTES_MAX and never held."""

    def __init__(self, app: ASGIApp, bytes_max: int = REQUEST_BODY_BYTES_MAX) -> None:
        self._app = app
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refuse(Headers(scope=scope))
        if refusal is not None:
            await refusal.response()(scope, receive, send)
            return
        await self._app(scope, self._counting(receive), send)

    def _refuse(self, headers: Headers) -> problems.Problem | None:
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > self._bytes_max:
            return self._too_large()
        has_body = length != "0" or "transfer-encoding" in headers
        content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if has_body and content_type != "application/json":
            return problems.media_type(f"This came as {content_type or 'nothing'}.")
        return None

    def _counting(self, receive: Receive) -> Receive:
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._bytes_max:
                raise HTTPException(413, self._too_large().detail)  # FastAPI lets only its own exceptions out of reading a body.
            return message

        return counted

    def _too_large(self) -> problems.Problem:
        return problems.too_large(f"A request's body has at most {self._bytes_max} bytes.")


class Intakes:
    """How many requests are on their way into the log. Those that stop work (cancel, pause) are not counted and always pass."""

    def __init__(self, count_max: int = INTAKES_MAX) -> None:
        self._count_max: Final = count_max
        self._count = 0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Raises Problem."""
        if self._count >= self._count_max:
            raise problems.busy(f"{self._count_max} requests are being taken in already.")
        self._count += 1
        try:
            yield
        finally:
            self._count -= 1
