from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import SecretStr

from etsy_worker.etsy import auth
from etsy_worker.etsy.auth import TOKEN_PATH
from hawker.contracts.failures import Failure, FailureKind
from hawker.worker.accounts import Tokens
from tests.unit.etsy_worker.memory_etsy import APP, Disturbance, answer_lost, answering, unreachable

OLD = Tokens(refresh_token=SecretStr("7001.etsy-refresh-main-1"))
GRANT = {"access_token": "7001.new", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "7001.etsy-refresh-main-2"}


async def exchanged(disturbance: Disturbance, seen: list[httpx.Request] | None = None) -> Tokens | Failure:
    def handle(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        return disturbance(request, None)

    async with httpx.AsyncClient(base_url="http://etsy.example", transport=httpx.MockTransport(handle)) as http:
        return await auth.exchange(http, APP, OLD)


async def test_a_refresh_gives_both_tokens_anew() -> None:
    seen: list[httpx.Request] = []
    tokens = await exchanged(answering(200, GRANT), seen)
    assert isinstance(tokens, Tokens)
    assert tokens.refresh_token.get_secret_value() == "7001.etsy-refresh-main-2"
    assert tokens.access_token is not None
    assert tokens.access_token.get_secret_value() == "7001.new"
    assert tokens.expires_at is not None
    assert timedelta(minutes=59) < tokens.expires_at - datetime.now(UTC) <= timedelta(hours=1)
    assert seen[0].url.path == TOKEN_PATH
    assert parse_qs(seen[0].content.decode()) == {
        "grant_type": ["refresh_token"],
        "client_id": ["sandbox-key"],
        "refresh_token": ["7001.etsy-refresh-main-1"],
    }


@pytest.mark.parametrize(
    ("disturbance", "kind"),
    [
        (answering(400, {"error": "invalid_grant", "error_description": "refresh_token is revoked"}), FailureKind.UNAUTHORISED),
        (answering(400, {"error": "invalid_request", "error_description": "refresh_token is dead"}), FailureKind.UNAUTHORISED),
        (answering(401, {"error": "invalid_client", "error_description": "client_id is not known"}), FailureKind.REJECTED),
        (answering(429, {"error": "slow"}, retry_after="3"), FailureKind.THROTTLED),
        (answering(500, {"error": "Server Error"}), FailureKind.TRANSIENT),
        (answering(200, {"access_token": "7001.new"}), FailureKind.TRANSIENT),
        (answer_lost, FailureKind.TRANSIENT),
        (unreachable, FailureKind.TRANSIENT),
    ],
)
async def test_a_refresh_that_fails_says_whether_a_person_must_act(disturbance: Disturbance, kind: FailureKind) -> None:
    failure = await exchanged(disturbance)
    assert isinstance(failure, Failure)
    assert failure.kind is kind
    assert "etsy-refresh-main" not in failure.model_dump_json()
