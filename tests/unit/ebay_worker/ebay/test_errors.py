"""What eBay's refusals and silences mean: the table, row by row."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from ebay_worker.ebay.errors import (
    RETRY_AFTER_SECONDS_DEFAULT,
    RETRY_AFTER_SECONDS_MAX,
    RULES,
    Effect,
    of_answer,
    of_silence,
    offer_that_exists,
    refuses_token,
    retry_after_seconds,
)
from hawker.contracts.failures import FailureKind as Kind


def answer(status: int, error_id: int | None = None, message: str = "", **parameters: str) -> httpx.Response:
    entry = {
        "errorId": error_id,
        "message": message,
        "longMessage": message,
        "parameters": [{"name": name, "value": value} for name, value in parameters.items()],
    }
    return httpx.Response(status, content=json.dumps({"errors": [entry]} if error_id else {}))


@pytest.mark.parametrize(
    ("status", "error_id", "reads", "replaces", "creates"),
    [
        (500, 25001, Kind.TRANSIENT, Kind.TRANSIENT, Kind.UNKNOWN),
        (500, 25025, Kind.TRANSIENT, Kind.TRANSIENT, Kind.UNKNOWN),
        (503, None, Kind.TRANSIENT, Kind.TRANSIENT, Kind.UNKNOWN),
        (502, 99999, Kind.TRANSIENT, Kind.TRANSIENT, Kind.UNKNOWN),
        (429, 2001, Kind.THROTTLED, Kind.THROTTLED, Kind.THROTTLED),
        (429, None, Kind.THROTTLED, Kind.THROTTLED, Kind.THROTTLED),
        (401, 1001, Kind.UNAUTHORISED, Kind.UNAUTHORISED, Kind.UNAUTHORISED),
        (400, 1002, Kind.UNAUTHORISED, Kind.UNAUTHORISED, Kind.UNAUTHORISED),
        (403, 190013, Kind.UNAUTHORISED, Kind.UNAUTHORISED, Kind.UNAUTHORISED),
        (403, None, Kind.UNAUTHORISED, Kind.UNAUTHORISED, Kind.UNAUTHORISED),
        (400, 25002, Kind.REJECTED, Kind.REJECTED, Kind.REJECTED),
        (400, 25003, Kind.REJECTED, Kind.REJECTED, Kind.REJECTED),
        (400, 25026, Kind.REJECTED, Kind.REJECTED, Kind.REJECTED),
        (400, 99999, Kind.REJECTED, Kind.REJECTED, Kind.REJECTED),
        (404, 25713, Kind.REJECTED, Kind.REJECTED, Kind.REJECTED),
    ],
)
def test_a_refusal_has_one_meaning_for_each_kind_of_call(
    status: int, error_id: int | None, reads: Kind, replaces: Kind, creates: Kind
) -> None:
    refused = answer(status, error_id)
    assert of_answer(refused, Effect.READS).kind is reads
    assert of_answer(refused, Effect.REPLACES).kind is replaces
    assert of_answer(refused, Effect.CREATES).kind is creates


@pytest.mark.parametrize(
    ("fault", "effect", "kind"),
    [
        (httpx.ConnectError("x"), Effect.CREATES, Kind.TRANSIENT),
        (httpx.ConnectTimeout("x"), Effect.CREATES, Kind.TRANSIENT),
        (httpx.ReadTimeout("x"), Effect.CREATES, Kind.UNKNOWN),
        (httpx.ReadError("x"), Effect.REPLACES, Kind.UNKNOWN),
        (httpx.ReadTimeout("x"), Effect.READS, Kind.TRANSIENT),
    ],
)
def test_a_silence_is_unknown_only_once_something_may_have_been_sent(fault: httpx.TransportError, effect: Effect, kind: Kind) -> None:
    assert of_silence(fault, effect).kind is kind


def test_the_seller_reads_our_words_and_then_ebays_own() -> None:
    failure = of_answer(answer(400, 25003, "The price <b>0</b>\n is invalid."), Effect.CREATES)
    assert failure.reason == "eBay refused the price: The price 0 is invalid."
    assert (failure.code, failure.text) == ("25003", "The price 0 is invalid.")


def test_an_answer_that_is_no_json_still_has_a_reason() -> None:
    failure = of_answer(httpx.Response(502, content=b"<html>bad gateway"), Effect.READS)
    assert (failure.reason, failure.code) == ("eBay had a problem of its own.", "502")


def test_endless_texts_fit_a_failure() -> None:
    assert len(of_answer(answer(400, 25002, "x" * 10_000), Effect.CREATES).reason) == 1000


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0.5", 0.5), (None, RETRY_AFTER_SECONDS_DEFAULT), ("soon", RETRY_AFTER_SECONDS_DEFAULT), ("nan", RETRY_AFTER_SECONDS_DEFAULT),
     ("999999", RETRY_AFTER_SECONDS_MAX), ("-5", 0)],
)  # fmt: skip
def test_how_long_to_wait_is_bounded_whatever_ebay_says(header: str | None, seconds: float) -> None:
    assert retry_after_seconds(header) == seconds


def test_a_date_to_wait_for_becomes_seconds() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 80 < retry_after_seconds(soon) <= 90


@pytest.mark.parametrize(
    ("refusal", "exists"),
    [
        (answer(400, 25002, "A user error has occurred. Offer entity already exists.", offerId="7"), True),
        (answer(409, 25002, "Offer entity already exists."), True),
        (answer(400, 25002, "A user error has occurred.", offerId="7"), True),
        (answer(400, 25002, "A user error has occurred. Brand is missing."), False),
    ],
)
def test_an_existing_offer_is_known_by_text_or_parameter_and_never_by_the_number(refusal: httpx.Response, *, exists: bool) -> None:
    assert (offer_that_exists(refusal) is not None) == exists


@pytest.mark.parametrize(
    ("refusal", "refused"),
    [(answer(401), True), (answer(400, 1002), True), (answer(400, 1003), True), (answer(400, 2004), False), (answer(403, 1100), False)],
)
def test_a_refused_token_is_known_by_status_or_number(refusal: httpx.Response, *, refused: bool) -> None:
    assert refuses_token(refusal) == refused


def test_every_rule_has_words_for_the_seller() -> None:
    assert all(rule.says and not rule.says.endswith(".") for rule in RULES.values())
