"""The one way every marketplace call takes: read, counted, paced, perhaps disturbed, answered. Knows no marketplace."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Never
from urllib.parse import parse_qs

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import JsonValue

from sandbox.calls import Answer, Call, Part
from sandbox.counts import Counts
from sandbox.faults import BEFORE_EFFECT, TOKEN, Fault, FaultKind, Faults
from sandbox.multipart import parts_of
from sandbox.pace import UNPACED, Pace
from sandbox.sites import Reads, Route, Site

BODY_BYTES_MAX = 32 * 1024 * 1024
RETRY_AFTER_SECONDS = 1.0
"""What a caller over its pace is told to wait."""

JSON = json.JSONEncoder(separators=(",", ":"))
NOTHING: Mapping[str, Never] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Desk:
    site: Site
    faults: Faults
    pace: Pace
    clock: Callable[[], float]
    latency_seconds: float = 0.0
    counts: Counts = field(default_factory=Counts)

    def open(self) -> web.Application:
        app = web.Application(client_max_size=BODY_BYTES_MAX)
        for route in self.site.routes:
            app.router.add_route(route.method, route.path, self._handler(route))
        return app

    def _handler(self, route: Route) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            if route.counted:
                self.counts.called(route.operation)
            answer, fault = await self._attend(route, request)
            self.counts.answered(route.operation, answer)
            if fault is not None:
                await _disturb(fault, request)
            return _response(answer)

        return handle

    async def _attend(self, route: Route, request: web.Request) -> tuple[Answer, Fault | None]:
        call = await _read(route, request, self.clock())
        if call is None:
            return self.site.unreadable(), None
        if not route.counted:
            return route.act(call), None
        if self.latency_seconds:
            await asyncio.sleep(self.latency_seconds)
        account = route.identify(call)
        if isinstance(account, Answer):
            return account, None
        fault = self.faults.take(self.site.name, account, route.operation)
        return self._answer(route, replace(call, account=account), fault), fault

    def _answer(self, route: Route, call: Call, fault: Fault | None) -> Answer:
        allowance = UNPACED if route.operation == TOKEN else self.pace.take(call.account, call.now)
        if fault is not None and fault.kind in BEFORE_EFFECT:
            return self.site.dress(self.site.refuse(fault, call), allowance)
        if allowance.exceeded:
            return self.site.dress(self.site.throttled(RETRY_AFTER_SECONDS), allowance)
        answer = route.act(call)
        if fault is not None and fault.kind is FaultKind.ERROR_AFTER_EFFECT:
            answer = replace(self.site.server_error(), effect=answer.effect)
        return self.site.dress(answer, allowance)


@dataclass(frozen=True, slots=True)
class _Body:
    json: JsonValue = None
    form: Mapping[str, Sequence[str]] = NOTHING
    parts: Mapping[str, Part] = NOTHING


EMPTY = _Body()


async def _read(route: Route, request: web.Request, now: float) -> Call | None:
    """None where the body is not what the route reads."""
    content_type = request.headers.get("Content-Type", "")  # aiohttp's own parsing of it costs more than the rest of the call.
    if route.reads is not Reads.NOTHING and content_type.partition(";")[0].strip().lower() != route.reads:
        return None
    try:
        body = EMPTY if route.reads is Reads.NOTHING else _parsed(route.reads, await request.read(), content_type)
    except ValueError:
        return None
    return Call(
        now=now,
        base_url=f"http://{request.host}",
        params=request.match_info,
        query=request.query,
        headers=request.headers,
        body=body.json,
        form=body.form,
        parts=body.parts,
    )


def _parsed(reads: Reads, content: bytes, content_type: str) -> _Body:
    """ValueError where the bytes are not what they say they are."""
    if reads is Reads.JSON:
        return _Body(json=json.loads(content))
    if reads is Reads.FORM:
        return _Body(form=parse_qs(content.decode(), keep_blank_values=True))
    return _Body(parts=parts_of(content, _boundary(content_type)))


def _boundary(content_type: str) -> str:
    _, _, parameters = content_type.partition("boundary=")
    return parameters.partition(";")[0].strip('"')


async def _disturb(fault: Fault, request: web.Request) -> None:
    match fault.kind:
        case FaultKind.LATENCY | FaultKind.TIMEOUT_AFTER_EFFECT:
            await asyncio.sleep(fault.delay_seconds)
        case FaultKind.LOST_ANSWER:
            if request.transport is not None:
                request.transport.close()
        case _:
            pass  # The answer itself was the fault.


def _response(answer: Answer) -> web.Response:
    if answer.body is None:
        return web.Response(status=answer.status, headers=answer.headers)
    body = answer.body if isinstance(answer.body, bytes) else JSON.encode(answer.body).encode()
    charset = "; charset=utf-8" if answer.content_type.startswith("text/") else ""
    return web.Response(status=answer.status, body=body, headers={"Content-Type": answer.content_type + charset, **answer.headers})
