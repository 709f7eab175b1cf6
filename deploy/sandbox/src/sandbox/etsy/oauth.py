"""Etsy's keys and tokens: the app's key on every call, and a refresh token that is good for one use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from sandbox.calls import Answer, Call, JsonObject
from sandbox.etsy import errors
from sandbox.etsy.state import shop_of, user_of
from sandbox.tokens import AccessTokens

KEYSTRING = "sandbox-key"
SHARED_SECRET = "sandbox-secret"  # noqa: S105 - everybody knows it
APPLICATION_ID = 1
REFRESH_TOKEN = re.compile(r"[^.]+\.etsy-refresh-(?P<account>.+)-(?P<serial>\d+)")
ALL_SCOPES = ("listings_r", "listings_w", "listings_d", "shops_r", "shops_w")
READING_SCOPES = ("listings_r", "shops_r")
READ_ONLY_SUFFIX = "-readonly"
"""An account named so has granted reading alone."""


@dataclass(slots=True)
class Grants:
    """Per account, the number of the refresh token that is good; the first one that comes is."""

    tokens: AccessTokens
    serials: dict[str, int] = field(default_factory=dict)


def grant(grants: Grants, call: Call) -> Answer:
    if call.field("client_id") != KEYSTRING:
        return errors.oauth(HTTPStatus.UNAUTHORIZED, "invalid_client", "client_id is not known")
    if call.field("grant_type") != "refresh_token":
        return errors.oauth(HTTPStatus.BAD_REQUEST, "unsupported_grant_type", "grant_type must be refresh_token")
    presented = REFRESH_TOKEN.fullmatch(call.field("refresh_token"))
    if presented is None:
        return invalid_grant("refresh_token is invalid")
    account, serial = presented["account"], int(presented["serial"])
    if grants.serials.get(account, serial) != serial:
        return invalid_grant("refresh_token is revoked")
    return _rotate(grants, account, serial + 1, call.now)


def asking(call: Call) -> str:
    """The account that a refresh token names; empty where there is none."""
    presented = REFRESH_TOKEN.fullmatch(call.field("refresh_token"))
    return presented["account"] if presented is not None else ""


def invalid_grant(description: str) -> Answer:
    return errors.oauth(HTTPStatus.BAD_REQUEST, "invalid_grant", description)


def known_app(call: Call) -> Answer | None:
    """The refusal of a call whose `x-api-key` is not `keystring:shared_secret`."""
    keystring, _, secret = call.headers.get("x-api-key", "").partition(":")
    if keystring != KEYSTRING:
        return errors.refused(HTTPStatus.UNAUTHORIZED, "Invalid API key: should be in the format 'keystring:shared_secret'.")
    if not secret:
        return errors.refused(HTTPStatus.FORBIDDEN, "Shared secret is required in x-api-key header.")
    return None if secret == SHARED_SECRET else errors.refused(HTTPStatus.FORBIDDEN, "Shared secret is incorrect.")


def holder(grants: Grants, call: Call, scope: str) -> str | Answer:
    """The account whose access token a call carries, if it may do this."""
    if (refusal := known_app(call)) is not None:
        return refusal
    account = grants.tokens.holder(bearer(call), call.now)
    if account is None:
        return invalid_token()
    if scope not in scopes_of(account):
        return errors.oauth(HTTPStatus.FORBIDDEN, "insufficient_scope", f"This request requires the scope {scope}.")
    return account


def any_app(grants: Grants, call: Call) -> str | Answer:
    """A route that asks for the app's key alone."""
    refusal = known_app(call)
    return (grants.tokens.holder(bearer(call), call.now) or "") if refusal is None else refusal


def invalid_token() -> Answer:
    return errors.oauth(HTTPStatus.UNAUTHORIZED, "invalid_token", "access token is expired")


def bearer(call: Call) -> str:
    return call.headers.get("Authorization", "").removeprefix("Bearer ")


def scopes_of(account: str) -> tuple[str, ...]:
    return READING_SCOPES if account.endswith(READ_ONLY_SUFFIX) else ALL_SCOPES


def token_scopes(grants: Grants, call: Call) -> Answer:
    account = grants.tokens.holder(call.field("token"), call.now)
    return invalid_token() if account is None else Answer(HTTPStatus.OK, {"scopes": [*scopes_of(account)]})


def ping(_call: Call) -> Answer:
    return Answer(HTTPStatus.OK, {"application_id": APPLICATION_ID})


def me(call: Call) -> Answer:
    return Answer(HTTPStatus.OK, {**identity(call.account)})


def identity(account: str) -> Mapping[str, int]:
    return {"user_id": user_of(account), "shop_id": shop_of(account)}


def _rotate(grants: Grants, account: str, serial: int, now: float) -> Answer:
    """The token that was presented is dead from here on, whether or not the answer arrives."""
    grants.serials[account] = serial
    user = user_of(account)
    body: JsonObject = {
        "access_token": grants.tokens.issue(f"{user}.etsy-access-", account, now),
        "token_type": "Bearer",
        "expires_in": int(grants.tokens.lifetime_seconds),
        "refresh_token": f"{user}.etsy-refresh-{account}-{serial}",
    }
    return Answer(HTTPStatus.OK, body)
