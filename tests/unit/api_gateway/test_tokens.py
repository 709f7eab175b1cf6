"""Whose token is believed."""

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey, RSAKey

from api_gateway.auth import KEYS_SECONDS_MIN, Role, Tokens
from api_gateway.problems import Problem
from tests.unit.api_gateway.conftest import Issuer


@pytest.fixture
def tokens(issuer: Issuer) -> Tokens:
    return Tokens("https://issuer.example/jwks", "hawker", issuer="test", fetch=issuer.fetch)


async def test_a_good_token_names_its_caller(tokens: Tokens, issuer: Issuer) -> None:
    caller = await tokens.caller(issuer.token(tenant="shop", role="admin", sub="bob"))
    assert (caller.tenant, caller.role, caller.sub) == ("shop", Role.ADMIN, "bob")


@pytest.mark.parametrize(
    ("alg", "key"),
    [
        ("EdDSA", OKPKey.generate_key("Ed25519", auto_kid=True)),
        ("Ed25519", OKPKey.generate_key("Ed25519", auto_kid=True)),
        ("RS256", RSAKey.generate_key(2048, auto_kid=True)),
    ],
)
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
async def test_edwards_and_rsa_signatures_are_believed(tokens: Tokens, issuer: Issuer, alg: str, key: OKPKey | RSAKey) -> None:
    issuer.keys = [key]
    assert (await tokens.caller(issuer.token(alg=alg))).tenant == "demo"


@pytest.mark.parametrize(
    ("claims", "named"),
    [
        ({"exp": int(time.time()) - 3600}, "expired"),
        ({"exp": None}, "exp"),
        ({"aud": "another"}, "aud"),
        ({"aud": None}, "aud"),
        ({"iss": "another"}, "iss"),
        ({"iss": None}, "iss"),
        ({"tenant": None}, "tenant"),
        ({"tenant": "a/../b"}, "tenant"),
        ({"role": "king"}, "role"),
        ({"role": None}, "role"),
        ({"sub": None}, "sub"),
    ],
)
async def test_a_claim_that_is_wrong_or_missing_is_named(
    tokens: Tokens, issuer: Issuer, claims: dict[str, Any], named: str
) -> None:  # Any: wrong claims
    with pytest.raises(Problem) as refused:
        await tokens.caller(issuer.token(**claims))
    assert refused.value.status == 401
    assert named in refused.value.detail


async def test_a_token_that_another_key_signed_is_refused(tokens: Tokens, issuer: Issuer) -> None:
    stranger = OKPKey.generate_key("Ed25519", {"kid": issuer.keys[0].kid or ""})
    with pytest.raises(Problem) as refused:
        await tokens.caller(issuer.token(key=stranger))
    assert refused.value.status == 401


@pytest.mark.parametrize("forged", ["", "a.b.c", "x" * 10_000, "eyJhbGciOiJub25lIn0.eyJ0ZW5hbnQiOiJkZW1vIn0."])
async def test_what_is_no_signed_token_is_refused_and_not_repeated(tokens: Tokens, forged: str) -> None:
    with pytest.raises(Problem) as refused:
        await tokens.caller(forged)
    assert refused.value.status == 401
    assert not forged or forged not in refused.value.detail


async def test_a_public_key_used_as_a_shared_secret_is_refused(tokens: Tokens, issuer: Issuer) -> None:
    public = OctKey.import_key(str(issuer.keys[0].as_dict(private=False)["x"]))
    claims = {"iss": "test", "aud": "hawker", "sub": "eve", "tenant": "demo", "role": "admin", "exp": int(time.time()) + 60}
    forged = jwt.encode({"alg": "HS256", "kid": issuer.keys[0].kid}, claims, public, algorithms=["HS256"])
    with pytest.raises(Problem) as refused:
        await tokens.caller(forged)
    assert refused.value.status == 401


async def test_keys_are_read_once_for_many_tokens(tokens: Tokens, issuer: Issuer) -> None:
    for _ in range(5):
        await tokens.caller(issuer.token())
    assert issuer.reads == 1


async def test_a_new_key_of_the_issuer_is_found_but_asked_for_only_so_often(issuer: Issuer) -> None:
    now = 1000.0
    tokens = Tokens("https://issuer.example/jwks", "hawker", fetch=issuer.fetch, clock=lambda: now)
    await tokens.caller(issuer.token())
    issuer.keys.append(OKPKey.generate_key("Ed25519", auto_kid=True))
    with pytest.raises(Problem):
        await tokens.caller(issuer.token())
    now += KEYS_SECONDS_MIN
    await tokens.caller(issuer.token())
    assert issuer.reads == 2


async def test_old_keys_serve_while_the_issuer_is_away(issuer: Issuer) -> None:
    now = 1000.0
    tokens = Tokens("https://issuer.example/jwks", "hawker", fetch=issuer.fetch, clock=lambda: now)
    await tokens.caller(issuer.token())
    issuer.is_down = True
    now += 3600
    assert (await tokens.caller(issuer.token())).tenant == "demo"


async def test_without_any_keys_the_gateway_is_unavailable_and_not_open(tokens: Tokens, issuer: Issuer) -> None:
    issuer.is_down = True
    with pytest.raises(Problem) as refused:
        await tokens.caller(issuer.token())
    assert refused.value.status == 503


@pytest.mark.parametrize("path", ["/v1/batches", "/v1/jobs", "/v1/tasks", "/v1/listings", "/v1/batches/x", "/v1/jobs/x/history"])
async def test_every_path_wants_a_token(anonymous: httpx.AsyncClient, path: str) -> None:
    answer = await anonymous.get(path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_keys_are_read_from_a_file(tmp_path: Path, issuer: Issuer) -> None:
    file = tmp_path / "the keys.json"
    file.write_text(json.dumps(await issuer.fetch("")))
    tokens = Tokens(file.as_uri(), "hawker")
    assert (await tokens.caller(issuer.token())).tenant == "demo"
    file.write_text("no keys")
    with pytest.raises(Problem) as refused:
        await Tokens(file.as_uri(), "hawker").caller(issuer.token())
    assert refused.value.status == 503
