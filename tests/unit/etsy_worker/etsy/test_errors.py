from typing import Any

import httpx
import pytest

from etsy_worker.etsy import errors
from etsy_worker.etsy.errors import Effect
from hawker.contracts.failures import FailureKind

REQUEST = httpx.Request("POST", "http://etsy.example/v3/application/shops/7001/listings")


def failure(status: int, body: object = None, effect: Effect = Effect.READS, **headers: str) -> Any:
    return errors.of_answer(
        httpx.Response(status, json=body, headers={name.replace("_", "-"): text for name, text in headers.items()}), effect
    )


@pytest.mark.parametrize(
    ("status", "text", "effect", "kind"),
    [
        (400, "title is too long", Effect.CREATES, FailureKind.REJECTED),
        (401, "invalid_token", Effect.CREATES, FailureKind.UNAUTHORISED),
        (401, "Invalid API key: should be in the format 'keystring:shared_secret'.", Effect.READS, FailureKind.REJECTED),
        (403, "Shared secret is required in x-api-key header.", Effect.READS, FailureKind.REJECTED),
        (403, "insufficient_scope", Effect.CREATES, FailureKind.UNAUTHORISED),
        (403, "You do not own this shop", Effect.READS, FailureKind.REJECTED),
        (404, "Could not find a Listing", Effect.READS, FailureKind.REJECTED),
        (409, "conflict", Effect.REPLACES, FailureKind.TRANSIENT),
        (422, "no", Effect.READS, FailureKind.REJECTED),
        (429, "Too many requests", Effect.CREATES, FailureKind.THROTTLED),
        (500, "Server Error", Effect.READS, FailureKind.TRANSIENT),
        (500, "Server Error", Effect.REPLACES, FailureKind.TRANSIENT),
        (500, "Server Error", Effect.CREATES, FailureKind.UNKNOWN),
        (502, "", Effect.CREATES, FailureKind.UNKNOWN),
        (503, "", Effect.REPLACES, FailureKind.TRANSIENT),
        (418, "", Effect.READS, FailureKind.REJECTED),
    ],
)
def test_an_answer_becomes_a_kind_of_failure(status: int, text: str, effect: Effect, kind: FailureKind) -> None:
    assert failure(status, {"error": text}, effect).kind is kind


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"error": "Shop not found"}, "Shop not found"),
        ({"error": "invalid_grant", "error_description": "code is dead"}, "invalid_grant: code is dead"),
        (
            [
                {"path": "/title/1", "type": "invalid_characters", "message": "contains invalid characters"},
                {"path": "/images", "message": "too few"},
            ],
            "title/1 contains invalid characters; images too few",
        ),
        ({"unheard": "of"}, None),
    ],
)
def test_all_three_shapes_of_error_are_read(body: object, text: str | None) -> None:
    assert failure(400, body).text == text


def test_an_error_that_is_no_json_is_kept_as_it_is() -> None:
    assert errors.of_answer(httpx.Response(502, text="<h1>Bad Gateway</h1>"), Effect.READS).text == "<h1>Bad Gateway</h1>"


def test_a_rejection_tells_the_seller_etsys_own_words_within_the_limit() -> None:
    assert failure(400, {"error": "title is too long"}).reason == "Etsy refused this: title is too long"
    assert len(failure(400, {"error": "x" * 5000}).reason) == errors.REASON_CHARACTERS_MAX


@pytest.mark.parametrize(("said", "seconds"), [("7", 7.0), ("0.5", 0.5), ("soon", 5.0), ("-3", 0.0), ("9999999", 24 * 3600.0)])
def test_a_throttled_answer_says_how_long(said: str, seconds: float) -> None:
    assert failure(429, {"error": "slow"}, retry_after=said).retry_after_seconds == seconds


def test_only_a_throttled_answer_carries_a_wait() -> None:
    assert failure(429, {"error": "slow"}).retry_after_seconds == errors.RETRY_AFTER_SECONDS_DEFAULT
    assert failure(503, {"error": "busy"}, retry_after="9").retry_after_seconds is None


@pytest.mark.parametrize("fault", [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")])
@pytest.mark.parametrize("effect", Effect)
def test_a_request_that_never_left_did_nothing(fault: httpx.TransportError, effect: Effect) -> None:
    assert errors.of_silence(fault, effect).kind is FailureKind.TRANSIENT


@pytest.mark.parametrize("fault", [httpx.ReadTimeout("x"), httpx.ReadError("x"), httpx.RemoteProtocolError("x"), httpx.WriteError("x")])
def test_after_a_silence_only_acting_calls_are_in_doubt(fault: httpx.TransportError) -> None:
    assert errors.of_silence(fault, Effect.CREATES).kind is FailureKind.UNKNOWN
    assert errors.of_silence(fault, Effect.READS).kind is FailureKind.TRANSIENT
    assert errors.of_silence(fault, Effect.REPLACES).kind is FailureKind.TRANSIENT
