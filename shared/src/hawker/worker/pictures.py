"""Pictures from wherever the seller keeps them. Only pictures, and only up to a size; nothing is stored here."""

import posixpath
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx

from hawker.contracts.failures import Failure, FailureKind
from hawker.worker.http import http_client, is_public

COME_AGAIN = frozenset({httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS})
PICTURE_BYTES_MAX = 12 * 1024 * 1024
EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/tiff": ".tif",
    "image/avif": ".avif",
    "image/heic": ".heic",
}


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    content_type: str
    name: str


@asynccontextmanager
async def open_pictures(base_url: str | None) -> AsyncIterator["Pictures"]:
    """Sellers name the addresses: without a mirror of our own, only hosts of the public web are asked."""
    async with http_client("", public_only=base_url is None) as client:
        yield Pictures(client, base_url)


class Pictures:
    """`base_url` replaces scheme and host of every address."""

    def __init__(self, client: httpx.AsyncClient, base_url: str | None = None) -> None:
        self._client = client
        self._base_url = base_url

    async def fetch(self, url: str) -> Picture | Failure:
        address = self._address(url)
        if isinstance(address, Failure):
            return address
        try:
            async with self._client.stream("GET", address, headers={"Accept": "image/*"}) as answer:
                return await _read(url, answer)
        except httpx.InvalidURL:
            return _rejected(f"The picture {url} has no address on the web.")
        except httpx.HTTPError as error:
            return _transient(f"The picture {url} could not be fetched ({type(error).__name__}).")

    def _address(self, url: str) -> str | Failure:
        try:
            parts = urlsplit(url)
        except ValueError:
            return _rejected(f"The picture {url} has no address on the web.")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return _rejected(f"The picture {url} has no address on the web.")
        if self._base_url is None:
            return url if is_public(parts.hostname) else _rejected(f"The picture {url} is not on the public web.")
        base = urlsplit(self._base_url)
        return urlunsplit((base.scheme, base.netloc, base.path.rstrip("/") + parts.path, parts.query, ""))


async def _read(url: str, answer: httpx.Response) -> Picture | Failure:
    if answer.is_server_error or answer.status_code in COME_AGAIN:
        return _transient(f"The picture {url} could not be fetched: its host answered {answer.status_code}.")
    if answer.status_code != httpx.codes.OK:
        return _rejected(f"The picture {url} is not there: its host answered {answer.status_code}.")
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in EXTENSIONS:
        return _rejected(f"{url} is not a picture: its host calls it {content_type or 'nothing'}.")
    content = bytearray()
    async for chunk in answer.aiter_bytes():
        content += chunk
        if len(content) > PICTURE_BYTES_MAX:
            return _rejected(f"The picture {url} is larger than {PICTURE_BYTES_MAX // 1024 // 1024} MB.")
    if not content:
        return _rejected(f"The picture {url} is empty.")
    return Picture(bytes(content), content_type, _name(url, content_type))


def _name(url: str, content_type: str) -> str:
    """A file name that any marketplace takes."""
    stem = posixpath.splitext(posixpath.basename(unquote(urlsplit(url).path)))[0]
    return (re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.")[:80] or "picture") + EXTENSIONS[content_type]


def _rejected(reason: str) -> Failure:
    return Failure(kind=FailureKind.REJECTED, reason=reason[:1000])


def _transient(reason: str) -> Failure:
    return Failure(kind=FailureKind.TRANSIENT, reason=reason[:1000])
