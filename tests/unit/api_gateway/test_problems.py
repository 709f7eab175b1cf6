"""Every error is problem+json and says what to do next; no answer invites a browser to anything."""

from collections.abc import AsyncIterator

import httpx
import pytest

from hawker.contracts.limits import REQUEST_BODY_BYTES_MAX
from tests.unit.api_gateway.conftest import Checked, Log, Memory

JSON = {"content-type": "application/json"}


def is_problem(answer: httpx.Response, status: int) -> bool:
    body = answer.json()
    assert answer.status_code == status, body
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["status"] == status
    assert body["type"].startswith("urn:hawker:problem:")
    return bool(body["title"] and body["detail"] and body["advice"])


async def test_a_path_that_is_not_there(client: httpx.AsyncClient) -> None:
    assert is_problem(await client.get("/v1/nothing"), 404)


async def test_a_thing_that_is_not_there(client: httpx.AsyncClient) -> None:
    for path in ("/v1/batches/x", "/v1/jobs/x", "/v1/tasks/x:1", "/v1/batches/x/jobs", "/v1/jobs/x/history"):
        assert is_problem(await client.get(path), 404)


async def test_another_method(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/v1/batches")
    assert is_problem(answer, 405)
    assert "allow" in answer.headers


async def test_another_media_type(client: httpx.AsyncClient, log: Log) -> None:
    for media_type in ("text/csv", "multipart/form-data; boundary=x", ""):
        assert is_problem(await client.post("/v1/batches", content=b"a,b", headers={"content-type": media_type}), 415)
    assert not log.published


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"nothing", b"[]", b"null", b'{"marketplace": NaN}', b"[" * 5000])
async def test_a_body_that_is_no_json_of_ours(client: httpx.AsyncClient, content: bytes) -> None:
    answer = await client.post("/v1/batches", content=content, headers=JSON)
    assert is_problem(answer, answer.status_code)
    assert answer.status_code in {400, 422}


async def test_a_body_of_ten_megabytes_is_refused_by_its_length(client: httpx.AsyncClient, log: Log) -> None:
    assert is_problem(await client.post("/v1/batches", content=b"x" * 10_000_000, headers=JSON), 413)
    assert not log.published


async def test_a_body_without_a_length_is_refused_while_it_streams(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10_000_000:
            sent += 65_536
            yield b" " * 65_536

    assert is_problem(await client.post("/v1/batches", content=endless(), headers=JSON), 413)
    assert sent <= REQUEST_BODY_BYTES_MAX + 2 * 65_536


async def test_a_body_at_the_limit_is_read(client: httpx.AsyncClient) -> None:
    assert is_problem(await client.post("/v1/batches", content=b"{}".ljust(REQUEST_BODY_BYTES_MAX), headers=JSON), 422)


@pytest.mark.parametrize("query", ["cursor=nonsense", "cursor=LTUuMA", "limit=0", "limit=1000", "status=strange", "marketplace=moon"])
async def test_a_query_that_is_wrong(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"/v1/batches?{query}")
    assert is_problem(answer, 422)
    assert answer.json()["errors"][0]["where"].startswith("query.")


async def test_a_fault_of_ours_tells_nothing_of_itself(client: httpx.AsyncClient, memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(memory, "batch", broken)
    answer = await client.get("/v1/batches/x")
    assert is_problem(answer, 500)
    assert "hunter2" not in answer.text


async def test_answers_carry_safe_headers(client: httpx.AsyncClient) -> None:
    for answer in (await client.get("/v1/batches"), await client.get("/v1/nothing"), await client.get("/health/live")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_health_says_what_it_waits_for(anonymous: httpx.AsyncClient, checks: Checked) -> None:
    assert (await anonymous.get("/health/live")).json()["status"] == "live"
    assert (await anonymous.get("/health/ready")).json() == {"status": "ready", "waiting_for": []}
    checks.lacking = ["Kafka does not answer at 127.0.0.1:9"]
    answer = await anonymous.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "waiting", "waiting_for": ["Kafka does not answer at 127.0.0.1:9"]})


async def test_the_document_names_every_problem_and_shows_examples(anonymous: httpx.AsyncClient) -> None:
    document = (await anonymous.get("/v1/openapi.json")).json()
    create = document["paths"]["/v1/batches"]["post"]
    assert {"202", "401", "403", "413", "415", "422", "429", "503"} <= set(create["responses"])
    assert document["components"]["schemas"]["BatchOrder"]["examples"]
    assert create["security"]
