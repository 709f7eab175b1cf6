"""Etsy's OAuth 2.0: one grant for another, and the two headers of every call. It never keeps a token; hawker.worker.accounts does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from pydantic import SecretStr, ValidationError

from etsy_worker.etsy import errors
from etsy_worker.etsy.answers import Grant
from hawker.contracts.failures import Failure
from hawker.worker.accounts import Account, Accounts, Tokens

TOKEN_PATH = "/v3/public/oauth/token"  # noqa: S105 - the address of the token endpoint is no token

TOKEN_SECONDS_MAX = 30 * 24 * 3600
"""No access token lives longer, whatever its grant says."""

type TokenSource = Callable[[str | None], Awaitable[SecretStr | Failure]]
"""Gives the account's access token; the argument is one that Etsy has just refused."""


@dataclass(frozen=True, slots=True)
class App:
    """Our application, as Etsy knows it."""

    keystring: str
    shared_secret: SecretStr

    @property
    def api_key(self) -> str:
        return f"{self.keystring}:{self.shared_secret.get_secret_value()}"


def headers(app: App, token: SecretStr) -> dict[str, str]:
    return {"x-api-key": app.api_key, "authorization": f"Bearer {token.get_secret_value()}"}


def token_source(accounts: Accounts, account: Account, http: httpx.AsyncClient, app: App) -> TokenSource:
    async def refresh(tokens: Tokens) -> Tokens | Failure:
        return await exchange(http, app, tokens)

    async def source(stale: str | None) -> SecretStr | Failure:
        return await accounts.access_token(account, refresh, stale=stale)

    return source


async def exchange(http: httpx.AsyncClient, app: App, tokens: Tokens) -> Tokens | Failure:
    """Trades a refresh token for new tokens. The old one is dead afterwards, so whoever calls stores before use."""
    form = {"grant_type": "refresh_token", "client_id": app.keystring, "refresh_token": tokens.refresh_token.get_secret_value()}
    try:
        answer = await http.post(TOKEN_PATH, data=form)
    except httpx.TransportError as fault:
        return errors.of_silence(fault, errors.Effect.REPLACES)
    if not answer.is_success:
        return errors.of_answer(answer, errors.Effect.REPLACES)
    return _tokens(answer)


def _tokens(answer: httpx.Response) -> Tokens | Failure:
    try:
        grant = Grant.model_validate_json(answer.content)
    except ValidationError as fault:
        return errors.of_gibberish(fault, errors.Effect.REPLACES)
    return Tokens(
        access_token=SecretStr(grant.access_token),
        refresh_token=SecretStr(grant.refresh_token),
        expires_at=datetime.now(UTC) + timedelta(seconds=min(grant.expires_in, TOKEN_SECONDS_MAX)),
    )
