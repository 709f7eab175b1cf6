"""What every route asks of a request: who calls, what they may, which page, and the rooms behind."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import StringConstraints

from api_gateway import paging, problems
from api_gateway.auth import Caller, Role, Tokens
from api_gateway.health import Checks
from api_gateway.intake import Intake, Sender
from api_gateway.letters.handling import Handler, Handling
from api_gateway.letters.reads import Scope
from api_gateway.limits import Intakes
from api_gateway.reads import Reads, Wanted

_TRACEPARENT = re.compile(r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")
_BEARER = HTTPBearer(
    auto_error=False, description="A JWT of your issuer: aud `hawker`, claims `tenant` and `role` (admin, seller, viewer, operator)."
)


@dataclass(frozen=True, slots=True)
class Rooms:
    """Everything behind the routes; `wiring` joins them, tests put others in."""

    tokens: Tokens
    reads: Reads
    intake: Intake
    intakes: Intakes
    letters: Handling
    checks: Checks


def rooms(request: Request) -> Rooms:
    return cast("Rooms", request.app.state.rooms)  # `app.state` has no types; `app.make` puts Rooms there.


type Behind = Annotated[Rooms, Depends(rooms)]


async def caller(behind: Behind, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> Caller:
    """Raises Problem."""
    if credentials is None:
        raise problems.unauthorised("There is no bearer token.")
    return await behind.tokens.caller(credentials.credentials)


type Reader = Annotated[Caller, Depends(caller)]
type IdempotencyKey = Annotated[
    Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")] | None,
    Header(description="The same key with the same body gives the same answer, and nothing happens twice."),
]


def sender(who: Reader, idempotency_key: IdempotencyKey = None, traceparent: Annotated[str | None, Header()] = None) -> Sender:
    """Raises Problem."""
    if not who.may_write:
        raise problems.forbidden(f"A {who.role} only reads.")
    return Sender(who.tenant, idempotency_key, _valid(traceparent))


type Writer = Annotated[Sender, Depends(sender)]

SCOPES: Mapping[Role, Callable[[Caller], Scope]] = {
    Role.OPERATOR: lambda _: Scope(None),
    Role.ADMIN: lambda who: Scope(who.tenant),
}
"""Whose dead letters a role handles; the others see none."""


def handler(who: Reader, traceparent: Annotated[str | None, Header()] = None) -> Handler:
    """Raises Problem."""
    scope = SCOPES.get(who.role)
    if scope is None:
        advice = "Use a token whose role is operator (all tenants' letters) or admin (those of your tenant)."
        raise problems.forbidden(f"A {who.role} handles no dead letters.", advice)
    return Handler(who.sub, scope(who), _valid(traceparent))


type LetterHandler = Annotated[Handler, Depends(handler)]


def _valid(traceparent: str | None) -> str | None:
    return traceparent if traceparent and _TRACEPARENT.match(traceparent) else None


def wanted(
    limit: Annotated[int, Query(ge=1, le=paging.PAGE_ITEMS_MAX)] = paging.PAGE_ITEMS_DEFAULT,
    cursor: Annotated[str | None, Query(max_length=100, description="`next_cursor` of the page before")] = None,
) -> Wanted:
    """Raises Problem."""
    return Wanted(limit, paging.read(cursor))


type WantedPage = Annotated[Wanted, Depends(wanted)]
