"""eBay's token endpoint: an application by Basic credentials, a seller by a refresh token that does not rotate."""

import base64
import binascii
from http import HTTPStatus

from sandbox.calls import Answer, Call
from sandbox.ebay import errors
from sandbox.tokens import AccessTokens

CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - everybody knows it
REFRESH_PREFIX = "ebay-refresh-"
ACCESS_PREFIX = "v^1.1#"
APPLICATION = "application"
"""The account that an application token stands for."""


def grant(tokens: AccessTokens, call: Call) -> Answer:
    if not _is_known_client(call.headers.get("Authorization", "")):
        return refusal(HTTPStatus.UNAUTHORIZED, "invalid_client", "client authentication failed")
    match call.field("grant_type"):
        case "client_credentials":
            return _token(tokens, APPLICATION, "Application Access Token", call.now)
        case "refresh_token" if call.account:
            return _token(tokens, call.account, "User Access Token", call.now)
        case "refresh_token":
            return invalid_grant()
        case _:
            return refusal(
                HTTPStatus.BAD_REQUEST, "unsupported_grant_type", "grant type in request is not supported by the authorization server"
            )


def asking(call: Call) -> str:
    """The account that a refresh token names; empty where there is none."""
    token = call.field("refresh_token")
    return token.removeprefix(REFRESH_PREFIX) if token.startswith(REFRESH_PREFIX) else ""


def holder(tokens: AccessTokens, call: Call) -> str | Answer:
    """The account whose access token a call carries."""
    account = tokens.holder(bearer(call), call.now)
    return errors.invalid_token() if account is None else account


def bearer(call: Call) -> str:
    return call.headers.get("Authorization", "").removeprefix("Bearer ")


def invalid_grant() -> Answer:
    return refusal(
        HTTPStatus.BAD_REQUEST, "invalid_grant", "the provided authorization refresh token is invalid or was issued to another client"
    )


def refusal(status: int, error: str, description: str) -> Answer:
    return Answer(status, {"error": error, "error_description": description})


def _token(tokens: AccessTokens, account: str, token_type: str, now: float) -> Answer:
    token = tokens.issue(ACCESS_PREFIX, account, now)
    return Answer(HTTPStatus.OK, {"access_token": token, "expires_in": int(tokens.lifetime_seconds), "token_type": token_type})


def _is_known_client(authorization: str) -> bool:
    try:
        given = base64.b64decode(authorization.removeprefix("Basic "), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return given == f"{CLIENT_ID}:{CLIENT_SECRET}"
