"""eBay's token endpoint: one answer that helps, and what every other means."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import SecretStr

from ebay_worker.ebay.auth import App, exchange
from hawker.contracts.failures import Failure, FailureKind
from hawker.worker.accounts import Tokens

APP = App("client", SecretStr("very-secret"))
OLD = Tokens(refresh_token=SecretStr("v^1.1#refresh+/="))


async def exchanged(answer: httpx.Response, asked: list[httpx.Request] | None = None) -> Tokens | Failure:
    def handle(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request)
        return answer

    return await exchange(httpx.AsyncClient(base_url="https://ebay.example", transport=httpx.MockTransport(handle)), APP, OLD)


async def test_a_refresh_token_becomes_an_access_token_and_stays_the_same() -> None:
    asked: list[httpx.Request] = []
    fresh = await exchanged(httpx.Response(200, json={"access_token": "new", "expires_in": 7200, "token_type": "User Access Token"}), asked)
    assert isinstance(fresh, Tokens)
    assert fresh.refresh_token == OLD.refresh_token
    assert fresh.access_token == SecretStr("new")
    assert fresh.expires_at is not None
    assert timedelta(seconds=7100) < fresh.expires_at - datetime.now(UTC) <= timedelta(seconds=7200)
    assert b64decode(asked[0].headers["authorization"].removeprefix("Basic ")) == b"client:very-secret"
    assert parse_qs(asked[0].content.decode()) == {"grant_type": ["refresh_token"], "refresh_token": ["v^1.1#refresh+/="]}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(400, json={"error": "invalid_grant", "error_description": "..."}), FailureKind.UNAUTHORISED),
        (httpx.Response(401, json={"error": "invalid_client"}), FailureKind.REJECTED),
        (httpx.Response(400, content=b"<html>"), FailureKind.UNAUTHORISED),
        (httpx.Response(500), FailureKind.TRANSIENT),
        (httpx.Response(429), FailureKind.TRANSIENT),
        (httpx.Response(200, json={"access_token": ""}), FailureKind.TRANSIENT),
        (httpx.Response(200, content=b"<html>"), FailureKind.TRANSIENT),
    ],
)
async def test_every_other_answer_has_a_meaning_and_tells_no_secret(answer: httpx.Response, kind: FailureKind) -> None:
    failure = await exchanged(answer)
    assert isinstance(failure, Failure)
    assert failure.kind is kind
    assert "very-secret" not in failure.model_dump_json()
    assert "refresh+" not in failure.model_dump_json()


async def test_a_sign_in_that_does_not_answer_is_asked_again_later() -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("no", request=request)

    failure = await exchange(httpx.AsyncClient(base_url="https://ebay.example", transport=httpx.MockTransport(silent)), APP, OLD)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TRANSIENT


def test_no_secret_is_printed() -> None:
    assert "very-secret" not in repr(APP)
    assert "refresh+" not in repr(OLD)
