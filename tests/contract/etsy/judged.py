"""A shop at the stand-in Etsy over real connections, where every exchange must keep to Etsy's own document."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from pydantic import SecretStr
from werkzeug.datastructures import Headers

from etsy_worker.etsy.auth import App, exchange
from etsy_worker.etsy.client import V3, Etsy
from hawker.contracts.failures import Failure
from hawker.worker.accounts import Tokens
from hawker.worker.http import http_client
from sandbox.testing import Sandbox, running_sandbox
from tests.contract import documents
from tests.contract.documents import Answered, Asked

APP = App("sandbox-key", SecretStr("sandbox-secret"))


@dataclass
class Judged:
    sandbox: Sandbox
    http: httpx.AsyncClient
    tokens: Tokens
    seen: list[str] = field(default_factory=list)
    """The operations that were judged, in order, with their status."""

    def shop(self, shop_id: int) -> Etsy:
        return Etsy(self.http, APP, shop_id, self._token)

    async def judge(self, response: httpx.Response) -> None:
        await response.aread()
        request = response.request
        if not request.url.path.startswith(V3):
            return  # The token endpoint is in no document.
        asked = Asked(request.method, str(request.url), request.headers, request.content or None)
        answered = Answered(response.status_code, Headers(list(response.headers.items())), response.content or None)
        faults = documents.etsy().faults(asked, answered)
        self.seen.append(f"{documents.etsy().operation(asked)} {response.status_code}")
        assert not faults, f"{self.seen[-1]}: {faults}"

    async def _token(self, stale: str | None) -> SecretStr | Failure:
        held = self.tokens.access_token
        if held is not None and held.get_secret_value() != stale:
            return held
        fresh = await exchange(self.http, APP, self.tokens)
        if isinstance(fresh, Failure):
            return fresh
        self.tokens = fresh
        return fresh.access_token or SecretStr("")


@asynccontextmanager
async def judged(account: str = "main") -> AsyncIterator[Judged]:
    async with running_sandbox() as sandbox, http_client(sandbox.url("etsy")) as http:
        found = Judged(sandbox, http, Tokens(SecretStr(f"1.etsy-refresh-{account}-1")))
        http.event_hooks = {"request": [_read], "response": [found.judge]}
        yield found


async def _read(request: httpx.Request) -> None:
    """A form with a file is a stream; the judge wants all of it."""
    await request.aread()
