"""How flea says no, and what that means for an attempt: one rule an answer. A challenge stops the task; nobody tries to get past it."""

from collections.abc import Mapping
from http import HTTPStatus
from math import isfinite

from pydantic import ValidationError

from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.plugin import TaskResult
from plugin_bridge.flea.limits import REASON_CHARACTERS_MAX
from plugin_bridge.flea.pages import CSRF_FIELD, Problems

RETRY_AFTER_SECONDS_DEFAULT = 30.0
RETRY_AFTER_SECONDS_MAX = 3600.0
CHALLENGE_MARK = "challenge"
"""Stands in the address or the first lines of a page that asks whether a person is there."""
MARK_CHARACTERS = 2000
TEXT_CHARACTERS_MAX = 300


def failure(answer: TaskResult, *, reading: bool) -> Failure | None:
    """None where flea did as asked. `reading`: the request can have changed nothing."""
    if answer.redirected or answer.status == HTTPStatus.UNAUTHORIZED:
        return _say(FailureKind.UNAUTHORISED, "You are logged out of flea. Log in to it in your browser, then try again.", answer)
    if answer.status < HTTPStatus.BAD_REQUEST:
        return None
    if is_challenge(answer):
        return _say(
            FailureKind.REJECTED, "flea asks whether you are a person. Open flea in your browser, answer it there, then try again.", answer
        )
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = _retry_after_seconds(answer)
        return _say(FailureKind.THROTTLED, "flea asks to go slower.", answer).model_copy(update={"retry_after_seconds": seconds})
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _trouble(answer, reading=reading)
    return _refused(answer)


def is_challenge(answer: TaskResult) -> bool:
    """Only a page can be one; flea's data never is."""
    page = answer.headers.get("content-type", "").startswith("text/html")
    return page and answer.status >= HTTPStatus.BAD_REQUEST and CHALLENGE_MARK in answer.body[:MARK_CHARACTERS].lower()


def unreadable(answer: TaskResult, *, reading: bool) -> Failure:
    """Flea answered well, with something that is not what it promises."""
    kind = FailureKind.TRANSIENT if reading else FailureKind.UNKNOWN
    return Failure(kind=kind, reason="flea's answer could not be understood.", code=str(answer.status))


def _refused(answer: TaskResult) -> Failure:
    problems = _problems(answer)
    if CSRF_FIELD in problems:
        return _say(FailureKind.TRANSIENT, "You logged in to flea anew while this was being filled in.", answer)  # Nothing was sent in.
    if answer.status == HTTPStatus.FORBIDDEN:
        return _say(FailureKind.REJECTED, "flea does not allow this. Open flea in your browser and look what it says.", answer)
    said = "; ".join(f"{name} {must}" for name, must in problems.items())
    return _say(FailureKind.REJECTED, f"flea refused the listing: {said or answer.status}."[:REASON_CHARACTERS_MAX], answer)


def _trouble(answer: TaskResult, *, reading: bool) -> Failure:
    if reading:
        return _say(FailureKind.TRANSIENT, "flea has trouble of its own.", answer)
    return _say(FailureKind.UNKNOWN, "flea had trouble of its own, so the task may have been carried out.", answer)


def _say(kind: FailureKind, reason: str, answer: TaskResult) -> Failure:
    is_data = answer.headers.get("content-type", "").startswith("application/json")
    text = answer.body[:TEXT_CHARACTERS_MAX] if is_data else None  # Pages are long, and may hold a csrf token.
    return Failure(kind=kind, reason=reason, code=str(answer.status) if answer.status else None, text=text)


def _problems(answer: TaskResult) -> Mapping[str, str]:
    """What flea says is wrong, by the form's fields; empty where it answers with a page."""
    try:
        return Problems.model_validate_json(answer.body).errors
    except ValidationError:
        return {}


def _retry_after_seconds(answer: TaskResult) -> float:
    try:
        seconds = float(answer.headers.get("retry-after", ""))
    except ValueError:
        return RETRY_AFTER_SECONDS_DEFAULT
    return min(max(seconds, 0.0), RETRY_AFTER_SECONDS_MAX) if isfinite(seconds) else RETRY_AFTER_SECONDS_DEFAULT
