"""What eBay's refusals and silences mean for an attempt: one table, and the seller's words for each."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus

import httpx
from pydantic import ValidationError

from ebay_worker.ebay.answers import Complaint, Complaints
from hawker.contracts.failures import Failure, FailureKind
from hawker.worker.http import NOT_SENT
from hawker.worker.secrecy import without_secrets

RETRY_AFTER_SECONDS_DEFAULT = 30.0
"""eBay does not promise a Retry-After."""
RETRY_AFTER_SECONDS_MAX = 3600.0
REASON_CHARACTERS_MAX = 1000
TEXT_CHARACTERS_MAX = 2000
CODE_CHARACTERS_MAX = 100


class Effect(StrEnum):
    """What a call does at eBay, and so what it means when its answer does not come."""

    READS = "reads"
    REPLACES = "replaces"
    """The same call again leaves the same behind."""
    CREATES = "creates"
    """The same call again might make a second one."""


@dataclass(frozen=True, slots=True)
class Rule:
    kind: FailureKind
    says: str


def _rejected(says: str) -> Rule:
    return Rule(FailureKind.REJECTED, says)


REFUSED_TOKEN = frozenset({1001, 1002, 1003})
"""The access token is wrong, missing or of the wrong kind; said before anything is done."""
GONE = frozenset({25702, 25705, 25710, 25713, 25725})
"""What was asked for is not there."""

RULES: Mapping[int, Rule] = {
    **dict.fromkeys(REFUSED_TOKEN, Rule(FailureKind.UNAUTHORISED, "eBay no longer accepts this account's consent; connect it again")),
    1100: Rule(FailureKind.UNAUTHORISED, "The account's consent does not cover this; connect it again"),
    190013: Rule(FailureKind.UNAUTHORISED, "The account's consent does not cover pictures; connect it again"),
    2001: Rule(FailureKind.THROTTLED, "eBay asks us to go slower"),
    25001: Rule(FailureKind.TRANSIENT, "eBay had a problem of its own"),
    25025: Rule(FailureKind.TRANSIENT, "eBay is still busy with this product"),
    190000: Rule(FailureKind.TRANSIENT, "eBay's picture service had a problem of its own"),
    25002: _rejected("eBay refused the data"),
    25003: _rejected("eBay refused the price"),
    25004: _rejected("eBay refused the quantity"),
    25005: _rejected("eBay refused the category"),
    25007: _rejected("eBay refused the shipping policy"),
    25008: _rejected("eBay refused the payment policy"),
    25009: _rejected("eBay refused the return policy"),
    25012: _rejected("eBay does not know the location the product ships from"),
    25013: _rejected("eBay refused the set of variants"),
    25014: _rejected("eBay refused the pictures"),
    25015: _rejected("eBay cannot reach a picture"),
    25017: _rejected("eBay misses information"),
    25018: _rejected("The eBay account is not complete"),
    25019: _rejected("eBay does not allow this listing to be changed now"),
    25021: _rejected("eBay refused the condition"),
    25026: _rejected("The account's selling limit is reached; ask eBay to raise it"),
    25029: _rejected("eBay misses information that the category needs"),
    25086: _rejected("eBay wants its own picture addresses here"),
    25097: _rejected("eBay holds this listing because of its policies"),
    25501: _rejected("eBay refused a picture"),
    25703: _rejected("A variant belongs to another group at eBay already"),
    25704: _rejected("A variant is listed on its own at eBay already"),
    190201: _rejected("A picture is too large for eBay"),
    190202: _rejected("A picture's dimensions are too large for eBay"),
    190203: _rejected("A picture has a format that eBay does not take"),
}
STATUSES: Mapping[int, Rule] = {
    HTTPStatus.UNAUTHORIZED: RULES[1001],
    HTTPStatus.FORBIDDEN: RULES[1100],
    HTTPStatus.REQUEST_TIMEOUT: Rule(FailureKind.TRANSIENT, "eBay did not get the whole request in time"),
    HTTPStatus.TOO_MANY_REQUESTS: RULES[2001],
}
OUR_FAULT = _rejected("eBay refused the request")
ITS_FAULT = Rule(FailureKind.TRANSIENT, "eBay had a problem of its own")


def complaints(answer: httpx.Response) -> Sequence[Complaint]:
    try:
        return Complaints.model_validate_json(answer.content).errors
    except ValidationError:
        return ()


def of_answer(answer: httpx.Response, effect: Effect) -> Failure:
    """A refusal. After a fault inside eBay nobody knows whether a create took place."""
    found = complaints(answer)
    complaint = next((one for one in found if one.error_id in RULES), found[0] if found else Complaint())
    rule = _rule(answer.status_code, complaint.error_id)
    kind = FailureKind.UNKNOWN if rule.kind is FailureKind.TRANSIENT and effect is Effect.CREATES else rule.kind
    text = without_secrets(_plain("; ".join(one.text for one in found)), answer)
    return Failure(
        kind=kind,
        reason=(f"{rule.says}: {text}" if text else f"{rule.says}.")[:REASON_CHARACTERS_MAX],
        code=str(complaint.error_id or answer.status_code)[:CODE_CHARACTERS_MAX],
        text=text[:TEXT_CHARACTERS_MAX] or None,
        retry_after_seconds=retry_after_seconds(answer.headers.get("retry-after")) if kind is FailureKind.THROTTLED else None,
    )


def of_silence(fault: httpx.TransportError | httpx.InvalidURL, effect: Effect) -> Failure:
    """No answer. Once a request may have left, only a read surely changed nothing."""
    code = type(fault).__name__
    if isinstance(fault, NOT_SENT):
        return Failure(kind=FailureKind.TRANSIENT, reason="eBay could not be reached.", code=code)
    kind = FailureKind.TRANSIENT if effect is Effect.READS else FailureKind.UNKNOWN
    return Failure(kind=kind, reason="eBay did not answer.", code=code)


def of_gibberish(answer: httpx.Response, effect: Effect) -> Failure:
    """A success that does not hold what it must."""
    kind = FailureKind.TRANSIENT if effect is Effect.READS else FailureKind.UNKNOWN
    return Failure(kind=kind, reason="eBay's answer could not be understood.", code=str(answer.status_code))


def refuses_token(answer: httpx.Response) -> bool:
    return answer.status_code == HTTPStatus.UNAUTHORIZED or (
        answer.status_code == HTTPStatus.BAD_REQUEST and any(one.error_id in REFUSED_TOKEN for one in complaints(answer))
    )


def says_gone(answer: httpx.Response) -> bool:
    return answer.status_code == HTTPStatus.NOT_FOUND or any(one.error_id in GONE for one in complaints(answer))


def offer_that_exists(answer: httpx.Response) -> Complaint | None:
    """The complaint that an offer is there already. Its id, 25002, says nothing: many other faults have it."""
    return next((one for one in complaints(answer) if one.parameter("offerId") or "already exists" in one.text.lower()), None)


def retry_after_seconds(header: str | None) -> float:
    """Seconds or an HTTP date, within our own bounds."""
    seconds = _seconds(header) if header else None
    if seconds is None:
        return RETRY_AFTER_SECONDS_DEFAULT
    return min(max(seconds, 0.0), RETRY_AFTER_SECONDS_MAX)


def _seconds(header: str) -> float | None:
    try:
        seconds = float(header)
    except ValueError:
        try:
            return (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError, OverflowError):  # TypeError: a date without a zone
            return None
    return seconds if math.isfinite(seconds) else None


def _rule(status: int, error_id: int) -> Rule:
    if status in STATUSES and error_id not in RULES:
        return STATUSES[status]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return RULES.get(error_id, ITS_FAULT)
    return RULES.get(error_id, OUR_FAULT)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text)).strip()
