"""An answer's body, unpacked and within a limit: a server may say anything, at any length, packed however it likes. It judges no answer.

httpx would read every body to its end into memory, and an unreadable packing is no TransportError to it.
"""

import zlib
from collections.abc import AsyncIterator
from typing import Protocol

import httpx

ANSWER_BYTES_MAX = 16 * 1024 * 1024
"""Of one body, unpacked. The largest that anyone needs is a picture."""
ENCODINGS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
"""What we unpack, and so what we say that we accept; with zlib's name for each."""
ACCEPTED = "gzip, deflate"


class _Unpacks(Protocol):
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class BoundedTransport(httpx.AsyncBaseTransport):
    """Around another transport. Too much, or what cannot be unpacked, is a broken connection: a ReadError."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        packing = answer.headers.get("content-encoding", "").strip().lower()
        unpacks = None if packing in {"", "identity"} else _unpacker(packing, request)
        headers = [(name, value) for name, value in answer.headers.raw if unpacks is None or name.lower() not in _OF_THE_PACKING]
        assert isinstance(answer.stream, httpx.AsyncByteStream), "an asynchronous transport answers asynchronously"
        stream = _Bounded(answer.stream, unpacks, request)
        return httpx.Response(answer.status_code, headers=headers, stream=stream, extensions=answer.extensions)

    async def aclose(self) -> None:
        await self._inner.aclose()


_OF_THE_PACKING = frozenset({b"content-encoding", b"content-length"})


class _Bounded(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, unpacks: _Unpacks | None, request: httpx.Request) -> None:
        self._inner = inner
        self._unpacks = unpacks
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = ANSWER_BYTES_MAX
        async for packed in self._inner:
            chunk = self._plain(packed, left + 1)
            left -= len(chunk)
            if left < 0:
                raise httpx.ReadError(f"the answer is larger than {ANSWER_BYTES_MAX} bytes", request=self._request)
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _plain(self, packed: bytes, bytes_max: int) -> bytes:
        if self._unpacks is None:
            return packed
        try:
            return self._unpacks.decompress(packed, bytes_max)
        except zlib.error:
            raise httpx.ReadError("the answer cannot be unpacked", request=self._request) from None


def _unpacker(packing: str, request: httpx.Request) -> _Unpacks:
    if packing not in ENCODINGS:
        raise httpx.ReadError("the answer is packed in a way that we did not accept", request=request)
    return zlib.decompressobj(ENCODINGS[packing])
