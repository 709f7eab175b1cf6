"""Calls that do not work at once: what is repeated, with what, how long, and what the caller is told in the end."""

from collections.abc import Sequence
from datetime import UTC, datetime

import httpx
import pytest

from hawker.client import HawkerError, NotAllowed, NotReachable, NotUnderstood
from hawker.client.retrying import ATTEMPTS_MAX, Retrying
from hawker.contracts.words import Marketplace
from tests.unit.hawker.client.gateways import BATCH, TOKEN, Answer, Flaky, products


def batch() -> httpx.Response:
    return httpx.Response(200, json=BATCH)


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut off"),
        httpx.Response(502),
        httpx.Response(503),
        httpx.Response(504),
        httpx.Response(429),
    ],
    ids=str,
)
async def test_a_passing_fault_is_not_seen_by_the_caller(fault: Answer) -> None:
    gateway = Flaky(fault, fault, batch())
    async with gateway.client() as hawker:
        assert (await hawker.batch("b-1")).id == "b-1"
    assert len(gateway.requests) == 3
    assert len(gateway.slept) == 2


async def test_a_post_is_repeated_with_the_same_key_and_the_same_body() -> None:
    gateway = Flaky(httpx.ReadError("lost"), httpx.Response(503), batch())
    async with gateway.client() as hawker:
        await hawker.submit(products(2), Marketplace.EBAY)
    assert len({request.headers["idempotency-key"] for request in gateway.requests}) == 1
    assert len({request.content for request in gateway.requests}) == 1
    assert len(gateway.requests) == 3


async def test_retry_after_is_kept_to() -> None:
    gateway = Flaky(httpx.Response(429, headers={"retry-after": "7"}), batch())
    async with gateway.client() as hawker:
        await hawker.batch("b-1")
    assert gateway.slept == [7.0]


async def test_who_asks_for_more_patience_than_there_is_gets_told_at_once() -> None:
    gateway = Flaky(httpx.Response(429, headers={"retry-after": "3600"}, json={"title": "Too many requests", "detail": "wait an hour"}))
    async with gateway.client() as hawker:
        with pytest.raises(HawkerError, match="Too many requests: wait an hour") as told:
            await hawker.batch("b-1")
    assert told.value.status == 429
    assert len(gateway.requests) == 1


async def test_patience_ends() -> None:
    gateway = Flaky(httpx.ConnectError("refused"))
    async with gateway.client() as hawker:
        with pytest.raises(NotReachable, match=r"Cannot reach Hawker at http://gateway\.test"):
            await hawker.batch("b-1")
    assert len(gateway.requests) == ATTEMPTS_MAX
    assert sum(gateway.slept) < 30


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, HawkerError),
        (401, NotAllowed),
        (403, NotAllowed),
        (404, HawkerError),
        (409, HawkerError),
        (413, HawkerError),
        (422, HawkerError),
        (500, HawkerError),
    ],
)
async def test_a_refusal_is_told_once_with_what_to_do(status: int, kind: type[HawkerError]) -> None:
    gateway = Flaky(httpx.Response(status, json={"title": "No", "detail": "Not like this.", "status": status}))
    async with gateway.client() as hawker:
        with pytest.raises(kind, match=r"No: Not like this\.") as told:
            await hawker.cancel_job("j-1")
    assert told.value.status == status
    assert told.value.advice
    assert len(gateway.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"<html>It works!</html>"),
        httpx.Response(200, json={"id": "b-1"}),
        httpx.Response(200, json=[]),
        httpx.Response(200, content=b"\xff"),
        httpx.Response(302, headers={"location": "https://elsewhere.test"}),
    ],
    ids=["html", "half a batch", "a list", "no text", "a redirect"],
)
async def test_what_is_no_gateways_answer_is_called_that(answer: httpx.Response) -> None:
    gateway = Flaky(answer)
    async with gateway.client() as hawker:
        with pytest.raises(NotUnderstood, match="not understood"):
            await hawker.batch("b-1")


async def test_the_gateways_own_advice_is_handed_on() -> None:
    gateway = Flaky(httpx.Response(409, json={"title": "No", "detail": "It has ended.", "advice": "Look at its status first."}))
    async with gateway.client() as hawker:
        with pytest.raises(HawkerError) as told:
            await hawker.pause_job("j-1")
    assert told.value.advice == "Look at its status first."


async def test_an_error_page_of_something_in_between_still_has_a_title() -> None:
    gateway = Flaky(httpx.Response(500, content=b"<h1>Oops</h1>"))
    async with gateway.client() as hawker:
        with pytest.raises(HawkerError, match="500 Internal Server Error"):
            await hawker.batch("b-1")


@pytest.mark.parametrize("url", ["", "gateway", "ftp://gateway", "http://", "http://[", "//gateway"])
def test_an_address_that_is_none_is_found_before_the_first_call(url: str) -> None:
    with pytest.raises(HawkerError, match="not a URL"):
        Flaky(batch()).client(url=url)


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "ключ", "a.b.c\x00"])
def test_a_token_that_is_none_is_found_early_and_never_repeated(token: str) -> None:
    with pytest.raises(NotAllowed) as told:
        Flaky(batch()).client(token)
    assert token not in f"{told.value} {told.value.advice}"


@pytest.mark.parametrize(
    "answer", [httpx.ConnectError("refused"), httpx.Response(401), httpx.Response(200, content=b"?"), httpx.Response(500)], ids=str
)
async def test_no_error_ever_holds_the_token(answer: Answer) -> None:
    gateway = Flaky(answer)
    async with gateway.client() as hawker:
        assert TOKEN not in repr(hawker)
        with pytest.raises(HawkerError) as told:
            await hawker.batch("b-1")
    error = told.value
    assert TOKEN not in f"{error!r} {error} {error.advice} {error.__cause__!r} {error.__context__!r}"
    assert gateway.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


async def test_an_id_stays_one_part_of_the_path() -> None:
    gateway = Flaky(httpx.Response(404, json={"title": "Not found"}))
    async with gateway.client() as hawker:
        with pytest.raises(HawkerError):
            await hawker.batch("../jobs?x=1#/a b")
    assert gateway.requests[0].url.raw_path == b"/v1/batches/..%2Fjobs%3Fx%3D1%23%2Fa%20b"


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("0", [0.0]),
        ("3", [3.0]),
        ("Thu, 01 Jan 2026 00:00:10 GMT", [10.0]),
        ("Wed, 31 Dec 2025 00:00:00 GMT", [0.0]),
        ("31", [None]),
        ("999999999999999999999", [None]),
        ("soon", [0.25]),
        ("-1", [0.25]),
        ("٣", [0.25]),
        ("", [0.25]),
    ],
)
def test_retry_after_is_read_in_both_its_forms(header: str, expected: Sequence[float | None]) -> None:
    answer = httpx.Response(503, headers=[(b"retry-after", header.encode())])
    assert [Retrying().delay_seconds(1, answer, NOW, chance=1.0)] == expected


def test_waits_grow_to_their_limit_and_chance_only_shortens_them() -> None:
    longest = [Retrying().delay_seconds(attempt, None, NOW, chance=1.0) for attempt in range(1, ATTEMPTS_MAX + 1)]
    shortest = [Retrying().delay_seconds(attempt, None, NOW, chance=0.0) for attempt in range(1, ATTEMPTS_MAX)]
    assert longest == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, None]
    assert shortest == [0.125, 0.25, 0.5, 1.0, 2.0, 2.5, 2.5]
