"""The one seam that builds every HTTP client: httpx's API over the aiohttp transport, which holds hundreds of connections cheaply.

No automatic retries, no proxies from the environment, no redirects, no cookies: whoever calls decides what an answer means.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address

import aiohttp
import aiohttp.abc
import httpx
from httpx_aiohttp import AiohttpTransport

from hawker.worker.bounded import ACCEPTED, BoundedTransport

CONNECT_SECONDS_MAX = 5.0
IDLE_SECONDS_MAX = 15.0
"""A connection that rests longer is closed by us, before a server closes it under a request."""

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)
"""After these nothing has reached the server. After any other httpx.TransportError it may have.

InvalidURL: an id that a marketplace gave us may be too long for an address."""


def http_client(
    base_url: str, *, timeout_seconds: float = 20.0, connections_max: int = 200, public_only: bool = False
) -> httpx.AsyncClient:
    """`timeout_seconds` is the longest silence of the server; the whole attempt has its own limit.

    With `public_only` no name leads into a private network: for addresses that strangers wrote.
    """

    def session() -> aiohttp.ClientSession:
        resolver = PublicResolver() if public_only else None
        connector = aiohttp.TCPConnector(limit=connections_max, keepalive_timeout=IDLE_SECONDS_MAX, resolver=resolver)
        opened = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False)
        opened._retry_connection = False  # noqa: SLF001 - aiohttp repeats a GET, PUT or DELETE on its own, and has no other switch for it
        return opened

    return httpx.AsyncClient(
        base_url=base_url,
        transport=BoundedTransport(HonestTransport(client=session)),
        headers={"Accept-Encoding": ACCEPTED},
        timeout=httpx.Timeout(timeout_seconds, connect=CONNECT_SECONDS_MAX),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        trust_env=False,
        follow_redirects=False,
    )


def is_public(host: str) -> bool:
    """False for an address of a private network; a name is judged when it is looked up."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return host.lower() != "localhost"


class PublicResolver(aiohttp.ThreadedResolver):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AddressFamily.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        found = [one for one in await super().resolve(host, port, family) if is_public(one["host"])]
        if not found:
            raise OSError(f"{host} is not on the public web")
        return found


class HonestTransport(AiohttpTransport):
    """httpx-aiohttp names every lost connection a ConnectTimeout. For us the difference between unsent and unanswered is everything."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        with _named_by_what_happened(request):
            return await super().handle_async_request(request)


@contextmanager
def _named_by_what_happened(request: httpx.Request) -> Iterator[None]:
    try:
        yield
    except httpx.TransportError as error:
        raise _true_name(error.__cause__, request) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise _true_name(error, request) from error


def _true_name(cause: BaseException | None, request: httpx.Request) -> httpx.TransportError:
    match cause:
        case aiohttp.ConnectionTimeoutError():
            return httpx.ConnectTimeout("no connection in time", request=request)
        case aiohttp.ClientConnectorError():
            return httpx.ConnectError("no connection", request=request)
        case aiohttp.InvalidURL():
            return httpx.UnsupportedProtocol("no address of a web server", request=request)
        case TimeoutError():
            return httpx.ReadTimeout("no answer in time", request=request)
        case _:
            return httpx.ReadError("the connection broke before the answer", request=request)
