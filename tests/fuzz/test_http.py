"""The gateway over HTTP, on a real log and database: no answer is a fault of ours, each is as its document says, and every error says what to do."""

import asyncio
import base64
import json
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey
from pydantic import SecretStr
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from api_gateway.problems import MEDIA_TYPE
from api_gateway.settings import GatewaySettings
from api_gateway.wiring import Settings, run
from hawker.contracts.topics import Topics
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.settings import PostgresSettings
from local_stack.ports import free_port
from tests.fuzz import hostile
from tests.fuzz.profile import fuzz

READY_SECONDS_MAX = 60.0
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
PRODUCT = {
    "handle": "mug",
    "title": "Mug",
    "variants": [{"sku": "m-1", "price": "9.50", "quantity": 1}],
    "images": [{"url": "https://p.example/1", "position": 1}],
}
JOB = {"marketplace": "ebay", "action": "publish", "account": "main", "priority": 3, "wait_seconds_max": 60, "product": PRODUCT}
BATCH = {"marketplace": "flea", "action": "publish", "products": [PRODUCT], "item_count": 1}


class Gateway:
    """A running one, and tokens that it accepts."""

    def __init__(self, url: str, key: OKPKey) -> None:
        self.url = url
        self._key = key

    def token(self, role: object = "admin", **claims: object) -> str:
        said = {"iss": "test", "aud": "hawker", "sub": "ann", "tenant": "demo", "role": role, "exp": int(time.time()) + 3600} | claims
        return jwt.encode({"alg": "Ed25519", "kid": self._key.kid}, said, self._key, algorithms=["Ed25519"])

    def headers(self, role: str = "admin") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(role)}"}


@pytest.fixture
def gateway(kafka_bootstrap: str, topics: Topics, database: str, tmp_path: Path) -> Iterator[Gateway]:
    key = OKPKey.generate_key("Ed25519", auto_kid=True)
    jwks = tmp_path / "jwks.json"
    jwks.write_text(json.dumps(KeySet([key]).as_dict(private=False)))
    port = free_port()
    settings = Settings(
        GatewaySettings(jwks_url=jwks.as_uri(), gateway_port=port),
        KafkaSettings(bootstrap=kafka_bootstrap, topic_prefix=topics.prefix, shards=4, command_partitions=4),
        PostgresSettings(dsn=SecretStr(database)),
    )
    stop, loops = asyncio.Event(), []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        await run(settings, stop)

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    found = Gateway(f"http://127.0.0.1:{port}", key)
    _wait(found.url)
    yield found
    loops[0].call_soon_threadsafe(stop.set)
    thread.join(30)


def _wait(url: str) -> None:
    until = time.monotonic() + READY_SECONDS_MAX
    while True:
        try:
            if httpx.get(f"{url}/health/ready").status_code == 200:
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() < until, "the gateway is not ready"
        time.sleep(0.1)


def check(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == MEDIA_TYPE, answer.text
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert problem["advice"]
        assert len(answer.content) < 20_000


def test_every_operation_is_as_its_document_says_whatever_it_is_asked(gateway: Gateway) -> None:
    schema = openapi.from_url(f"{gateway.url}/v1/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]  # a document that it cannot read raises here
    assert len(operations) >= 15
    for operation in operations:
        _fuzz(operation, gateway.headers())


def _fuzz(operation: Any, headers: Mapping[str, str]) -> None:  # Any: schemathesis' own
    @fuzz(5)
    @given(case=st.one_of(operation.as_strategy(), operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)))
    def one(case: Any) -> None:  # Any: schemathesis' own
        answer = case.call(headers=dict(headers))
        case.validate_response(answer, checks=CHECKS)
        headers_said = [(name, value) for name, values in answer.headers.items() for value in values]
        check(httpx.Response(answer.status_code, headers=headers_said, content=answer.content))

    one()


@fuzz(30)
@given(data=st.data())
def test_a_body_that_was_valid_once_is_taken_or_refused_with_advice(gateway: Gateway, data: st.DataObject) -> None:
    path, body = data.draw(
        st.sampled_from([("/v1/jobs", JOB), ("/v1/batches", BATCH), ("/v1/batches/b/items", {"sequence": 0, "products": [PRODUCT]})])
    )
    content = data.draw(hostile.mutated(body)).encode("utf-8", "surrogatepass")
    kind = data.draw(st.sampled_from(["application/json", "application/json; charset=latin-1", "text/plain", ""]))
    with httpx.Client(base_url=gateway.url, headers=gateway.headers()) as client:
        check(client.post(path, content=content, headers={"Content-Type": kind}))


HEADERS = ("Idempotency-Key", "traceparent", "Accept", "Content-Encoding", "Host", "X-Forwarded-For", "Authorization", "Range", "Expect")


@fuzz(30)
@given(data=st.data())
def test_headers_may_hold_anything(gateway: Gateway, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(HEADERS))
    value = data.draw(st.one_of(hostile.words, st.sampled_from(["Bearer ", "Bearer a.b.c", "Basic YTpi", "gzip", "bytes=0-1", "x" * 300])))
    said = {**gateway.headers(), name: "".join(sign for sign in value if sign not in "\r\n\x00")[:2000].strip()}
    with httpx.Client(base_url=gateway.url) as client:
        try:
            answer = client.post(
                "/v1/jobs", json=JOB, headers=[(key.encode(), text.encode("utf-8", "replace")) for key, text in said.items()]
            )
        except httpx.LocalProtocolError:
            return  # It cannot be sent at all.
        if answer.headers.get("content-type", "").startswith("text/plain"):
            assert answer.status_code == 400, "only what is no HTTP is refused before it reaches us"
            return
        check(answer)


@fuzz(30)
@given(data=st.data())
def test_cursors_and_filters_may_hold_anything(gateway: Gateway, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(["/v1/jobs", "/v1/batches", "/v1/tasks", "/v1/listings", "/v1/dead-letters", "/v1/jobs/j/history"]))
    name = data.draw(
        st.sampled_from(["cursor", "limit", "status", "marketplace", "handle", "job_id", "batch_id", "kind", "reason", "subject", "topic"])
    )
    places = st.tuples(st.integers(-(2**70), 2**70), st.integers(-(2**70), 2**70))
    cursors = places.map(lambda place: base64.urlsafe_b64encode(f"{place[0]}.{place[1]}".encode()).decode())
    value = data.draw(st.one_of(hostile.words, hostile.tokens, cursors))[:3000]
    with httpx.Client(base_url=gateway.url, headers=gateway.headers()) as client:
        check(client.get(path, params={name: value}))


TOKENS = st.sampled_from(["none", "kid", "alg", "aud", "exp", "tenant", "role", "long", "junk", "crit", "empty", "sub"])


@fuzz(20)
@given(how=TOKENS, junk=hostile.words)
def test_no_token_but_a_good_one_is_taken(gateway: Gateway, how: str, junk: str) -> None:
    with httpx.Client(base_url=gateway.url) as client:
        answer = client.get("/v1/jobs", headers={"Authorization": f"Bearer {_bad(gateway, how, junk)}"})
    check(answer)
    assert answer.status_code == 401, (how, answer.text)


def _bad(gateway: Gateway, how: str, junk: str) -> str:
    _, body, signature = gateway.token().split(".")
    match how:
        case "none":
            return f"{_part({'alg': 'none'})}.{body}."
        case "kid":
            return f"{_part({'alg': 'Ed25519', 'kid': junk})}.{body}.{signature}"
        case "alg":
            return f"{_part({'alg': 'HS256', 'kid': ['x'], 'jwk': {'kty': 'oct'}})}.{body}.{signature}"
        case "crit":
            return f"{_part({'alg': 'Ed25519', 'crit': [junk], 'b64': False})}.{body}.{signature}"
        case "junk":
            return base64.urlsafe_b64encode(junk.encode()).decode()[:4000] or "x"
        case _:
            return _signed(gateway, how, junk)


def _signed(gateway: Gateway, how: str, junk: str) -> str:
    """With the issuer's own key, and claims that are not a caller's."""
    claims: dict[str, dict[str, object]] = {
        "exp": {"exp": -1},
        "aud": {"aud": [junk, 1]},
        "long": {"junk": "x" * 9000},
        "empty": {"iss": None},
    }
    said = claims.get(how, {how: {"a": junk}})
    return gateway.token(**said)


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "\\u0000"])
def test_a_nul_in_a_title_is_no_fault_of_the_database(gateway: Gateway, text: str) -> None:
    """PostgreSQL's JSON and text have no NUL: the answer was 500."""
    product = {**PRODUCT, "title": text, "handle": text}
    with httpx.Client(base_url=gateway.url, headers=gateway.headers()) as client:
        check(client.post("/v1/jobs", json={**JOB, "product": product}))
        check(client.post("/v1/batches", json={"marketplace": "ebay", "action": "publish", "products": [product]}))
        for path in ("/v1/listings?handle=", "/v1/dead-letters?reason=", "/v1/dead-letters/"):
            check(client.get(path + text.replace("\x00", "%00")))
