"""Etsy's refusals and silences as failures: one table, three shapes of error. It never raises, and never repeats a secret."""

from collections.abc import Iterator
from enum import StrEnum
from math import isfinite
from typing import NamedTuple

import httpx
from pydantic import JsonValue, ValidationError
from pydantic_core import from_json

from hawker.contracts.failures import Failure, FailureKind
from hawker.worker.http import NOT_SENT
from hawker.worker.secrecy import without_secrets

RETRY_AFTER_SECONDS_DEFAULT = 5.0
"""Where Etsy says 429 without saying how long."""
RETRY_AFTER_SECONDS_MAX = 24 * 3600.0
"""Etsy's longest window is a rolling day."""
REASON_CHARACTERS_MAX = 1000
TEXT_CHARACTERS_MAX = 2000
STATUS_SERVER_ERROR = 500

CONNECT_AGAIN = "Etsy no longer accepts this account's permission; connect the account again."
OUR_KEYS_ARE_WRONG = "Etsy does not know Hawker's own application; its keys are wrong"
SHOP_MAY_NOT = "Etsy does not allow this for the shop"


class Effect(StrEnum):
    """What a call does to the shop, and so what its silence means."""

    READS = "reads"
    REPLACES = "replaces"
    """Twice is the same as once."""
    CREATES = "creates"
    """Twice is twice: a second draft, a second picture, a second fee."""


class Row(NamedTuple):
    status: int
    mentions: str
    kind: FailureKind
    reason: str


TABLE = (
    Row(400, "invalid_grant", FailureKind.UNAUTHORISED, CONNECT_AGAIN),
    Row(400, "refresh_token", FailureKind.UNAUTHORISED, CONNECT_AGAIN),
    Row(400, "", FailureKind.REJECTED, "Etsy refused this"),
    Row(401, "invalid_client", FailureKind.REJECTED, OUR_KEYS_ARE_WRONG),
    Row(401, "api key", FailureKind.REJECTED, OUR_KEYS_ARE_WRONG),
    Row(401, "", FailureKind.UNAUTHORISED, CONNECT_AGAIN),
    Row(
        403,
        "scope",
        FailureKind.UNAUTHORISED,
        "The account's permission at Etsy lacks a part; connect the account again and grant all of it.",
    ),
    Row(403, "token", FailureKind.UNAUTHORISED, CONNECT_AGAIN),
    Row(403, "", FailureKind.REJECTED, SHOP_MAY_NOT),
    Row(404, "", FailureKind.REJECTED, "Etsy no longer has this listing"),
    Row(409, "", FailureKind.TRANSIENT, "Etsy was busy with this listing"),
    Row(429, "", FailureKind.THROTTLED, "Etsy asks for a slower pace"),
    Row(503, "", FailureKind.TRANSIENT, "Etsy is not available at the moment"),
)
"""First row that fits, by status and by a word in Etsy's own text. Other 4xx are rejected; 5xx depends on the effect."""


def of_answer(answer: httpx.Response, effect: Effect) -> Failure:
    """Why an answer that is no success failed."""
    text, words = _text(answer)
    kind, reason = _classify(answer.status_code, text, effect)
    return Failure(
        kind=kind,
        reason=_sentence(kind, reason, words),
        code=str(answer.status_code),
        text=text[:TEXT_CHARACTERS_MAX] or None,
        retry_after_seconds=_retry_after_seconds(answer) if kind is FailureKind.THROTTLED else None,
    )


def of_silence(fault: httpx.TransportError | httpx.InvalidURL, effect: Effect) -> Failure:
    """Why there is no answer. A request that never left is harmless; one that may have arrived is so only if it may come twice."""
    if isinstance(fault, NOT_SENT):
        return Failure(kind=FailureKind.TRANSIENT, reason="Etsy could not be reached.", code=type(fault).__name__)
    kind = FailureKind.UNKNOWN if effect is Effect.CREATES else FailureKind.TRANSIENT
    return Failure(kind=kind, reason="Etsy did not answer.", code=type(fault).__name__)


def of_gibberish(fault: ValidationError, effect: Effect) -> Failure:
    """A success that cannot be read."""
    kind = FailureKind.UNKNOWN if effect is Effect.CREATES else FailureKind.TRANSIENT
    places = sorted({".".join(map(str, error["loc"])) for error in fault.errors(include_input=False, include_url=False)})
    return Failure(
        kind=kind, reason="Etsy answered something that is not in its own description.", text=f"unreadable: {', '.join(places)}"[:200]
    )


def is_gone(failure: Failure) -> bool:
    return failure.code == "404"


def _classify(status: int, text: str, effect: Effect) -> tuple[FailureKind, str]:
    if status >= STATUS_SERVER_ERROR and effect is Effect.CREATES:
        # Etsy has answered 500 to a draft that it did create (etsy/open-api #162).
        return FailureKind.UNKNOWN, "Etsy had a fault of its own and may still have done it"
    for row in TABLE:
        if row.status == status and row.mentions in text.lower():
            return row.kind, row.reason
    if status >= STATUS_SERVER_ERROR:
        return FailureKind.TRANSIENT, "Etsy had a fault of its own"
    return FailureKind.REJECTED, "Etsy refused this"


def _sentence(kind: FailureKind, reason: str, text: str) -> str:
    """A rejection is for the seller to act on, so it carries Etsy's own words."""
    if kind is FailureKind.REJECTED and text:
        return f"{reason}: {text}"[:REASON_CHARACTERS_MAX]
    return reason if reason.endswith(".") else f"{reason}."


def _text(answer: httpx.Response) -> tuple[str, str]:
    """What came, for who looks into it; and Etsy's own words, out of `{error, error_description}` or `[{path, type, message}]`, for the seller."""
    try:
        body: JsonValue = from_json(answer.content)
    except ValueError:
        return without_secrets(answer.text.strip(), answer), ""
    words = without_secrets("; ".join(_words(body)), answer)
    return words, words


def _words(body: JsonValue) -> Iterator[str]:
    match body:
        case {"error": str(error), "error_description": str(description)}:
            yield f"{error}: {description}"
        case {"error": str(error)}:
            yield error
        case {"path": str(path), "message": str(message)}:
            yield f"{path.strip('/')} {message}"
        case list():
            for entry in body:
                yield from _words(entry)
        case _:
            return


def _retry_after_seconds(answer: httpx.Response) -> float:
    try:
        seconds = float(answer.headers.get("retry-after", ""))
    except ValueError:
        return RETRY_AFTER_SECONDS_DEFAULT
    return min(max(seconds, 0.0), RETRY_AFTER_SECONDS_MAX) if isfinite(seconds) else RETRY_AFTER_SECONDS_DEFAULT
