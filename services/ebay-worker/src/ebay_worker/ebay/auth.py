"""eBay's OAuth: a refresh token, which does not rotate, becomes an access token of two hours. Stores nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import httpx
from pydantic import SecretStr, ValidationError

from ebay_worker.ebay.answers import Grant, Refusal
from ebay_worker.ebay.errors import CODE_CHARACTERS_MAX
from hawker.contracts.failures import Failure, FailureKind
from hawker.worker.accounts import Account, Accounts, Tokens
from hawker.worker.secrecy import without_secrets

TOKEN_PATH = "/identity/v1/oauth2/token"  # noqa: S105 - a path, not a token

TOKEN_SECONDS_MAX = 30 * 24 * 3600.0
"""No access token lives longer, whatever its grant says."""

type TokenSource = Callable[[str | None], Awaitable[SecretStr | Failure]]
"""An access token that works; given one that eBay has just refused, another."""


@dataclass(frozen=True, slots=True)
class App:
    """Who we are at eBay."""

    client_id: str
    client_secret: SecretStr


def token_source(accounts: Accounts, account: Account, http: httpx.AsyncClient, app: App) -> TokenSource:
    async def refresh(tokens: Tokens) -> Tokens | Failure:
        return await exchange(http, app, tokens)

    async def source(stale: str | None) -> SecretStr | Failure:
        return await accounts.access_token(account, refresh, stale=stale)

    return source


async def exchange(http: httpx.AsyncClient, app: App, tokens: Tokens) -> Tokens | Failure:
    """No scope is sent: the access token gets all that the seller consented to."""
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token.get_secret_value()}
    credentials = httpx.BasicAuth(app.client_id, app.client_secret.get_secret_value())
    try:
        answer = await http.post(TOKEN_PATH, data=form, auth=credentials)
    except httpx.TransportError as fault:
        return _transient(f"eBay's sign-in did not answer ({type(fault).__name__}).")
    if not answer.is_success:
        return _refused(answer)
    try:
        grant = Grant.model_validate_json(answer.content)
    except ValidationError:
        return _transient("eBay's sign-in answered without a token.")
    ends = datetime.now(UTC) + timedelta(seconds=min(grant.expires_in, TOKEN_SECONDS_MAX))
    return Tokens(refresh_token=tokens.refresh_token, access_token=SecretStr(grant.access_token), expires_at=ends)


def _refused(answer: httpx.Response) -> Failure:
    if answer.is_server_error or answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return _transient(f"eBay's sign-in is busy ({answer.status_code}).")
    try:
        said = Refusal.model_validate_json(answer.content)
    except ValidationError:
        said = Refusal()
    code = without_secrets(said.error, answer)[:CODE_CHARACTERS_MAX]
    if code == "invalid_client":
        return Failure(kind=FailureKind.REJECTED, reason="eBay does not know Hawker's own application; its keys are wrong.", code=code)
    reason = "eBay no longer accepts this account's consent; connect it again."
    return Failure(kind=FailureKind.UNAUTHORISED, reason=reason, code=code or str(answer.status_code))


def _transient(reason: str) -> Failure:
    return Failure(kind=FailureKind.TRANSIENT, reason=reason)
