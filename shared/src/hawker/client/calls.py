"""One HTTP call to the gateway: sent, repeated where that is safe, and read. It knows no resource."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

import httpx

from hawker.client.errors import HawkerError, NotAllowed, not_understood, refused, unreachable
from hawker.client.retrying import Retrying

TIMEOUT_SECONDS = 30.0
CONNECTIONS_MAX = 10
ANSWER_BYTES_MAX = 32 * 1024 * 1024

type Params = Mapping[str, str | int]
type Sleep = Callable[[float], Awaitable[None]]
type Told = Callable[[str, float], None]
"""Hears, before each repeat, what happened and how many seconds are waited."""

_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_HOST = re.compile(r"[^\s%/@?#]+")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Calls:
    """GETs, and POSTs with an Idempotency-Key: both may be repeated, so both are when no answer or a passing fault came."""

    def __init__(
        self,
        api_url: str,
        token: str | None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        retrying: Retrying | None = None,
        sleep: Sleep = asyncio.sleep,
        repeating: Told = lambda _why, _delay_seconds: None,
    ) -> None:
        url = read_url(api_url)
        self._retrying = retrying or Retrying()
        self._sleep = sleep
        self._repeating = repeating
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"accept": "application/json", "user-agent": "hawker-client", **_authorization(token)},
            timeout=TIMEOUT_SECONDS,
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX),
            transport=transport,
            trust_env=url.host not in _LOOPBACK,  # A proxy is never the way to this machine itself.
        )

    @property
    def url(self) -> str:
        return str(self._http.base_url).rstrip("/")

    async def aclose(self) -> None:
        await self._http.aclose()

    async def get(self, path: str, params: Params | None = None) -> bytes:
        return await self._send(self._http.build_request("GET", path, params=params))

    async def post(self, path: str, key: str, body: bytes = b"") -> bytes:
        """`key` makes repeats harmless: the gateway answers them as it answered the first."""
        if not _KEY.fullmatch(key):
            raise HawkerError("The key cannot be used", repr(key[:50]), "Take 1 to 200 letters, digits and signs, without spaces.")
        headers = {"idempotency-key": key, "content-type": "application/json"}
        return await self._send(self._http.build_request("POST", path, headers=headers, content=body))

    async def _send(self, request: httpx.Request) -> bytes:
        attempt = 1
        while True:
            answer = await self._once(request)
            response = answer if isinstance(answer, httpx.Response) else None
            delay_seconds = self._retrying.delay_seconds(attempt, response, datetime.now(UTC), random.random())
            if delay_seconds is None:
                return self._read(answer)
            self._repeating(_happened(answer), delay_seconds)
            await self._sleep(delay_seconds)
            attempt += 1

    async def _once(self, request: httpx.Request) -> httpx.Response | httpx.TransportError:
        try:
            return await self._http.send(request)
        except httpx.TransportError as fault:
            return fault

    def _read(self, answer: httpx.Response | httpx.TransportError) -> bytes:
        if isinstance(answer, httpx.TransportError):
            raise unreachable(self.url, answer) from None
        if answer.is_error:
            raise refused(answer)
        if not answer.is_success:
            raise not_understood(self.url, f"it answers {answer.status_code} where a result was expected")
        if len(answer.content) > ANSWER_BYTES_MAX:
            raise not_understood(self.url, f"it is larger than {ANSWER_BYTES_MAX} bytes")
        return answer.content


def read_url(text: str) -> httpx.URL:
    """Raises HawkerError: an address that is none is found before the first call."""
    advice = "Give it as HAWKER_API_URL, for example http://127.0.0.1:8000."
    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL:
        raise HawkerError("The gateway's address is not a URL", text[:200], advice) from None
    if url.scheme not in {"http", "https"} or not _HOST.fullmatch(url.host):
        raise HawkerError("The gateway's address is not a URL", f"{text[:200]!r} begins with neither http:// nor https://", advice)
    return url


def _happened(answer: httpx.Response | httpx.TransportError) -> str:
    return f"it answered {answer.status_code}" if isinstance(answer, httpx.Response) else type(answer).__name__


def _authorization(token: str | None) -> Mapping[str, str]:
    if token is None or not token.strip():
        return {}
    if not _TOKEN.fullmatch(token.strip()):
        raise NotAllowed(
            "The token is not one", "It has characters that no token has.", "Copy it again, whole and on one line, into HAWKER_TOKEN."
        )
    return {"authorization": f"Bearer {token.strip()}"}
