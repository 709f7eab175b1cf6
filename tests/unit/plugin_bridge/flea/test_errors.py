"""What flea's answers mean: a table. Nothing here tries to get past a refusal."""

import pytest

from hawker.contracts.failures import FailureKind
from hawker.contracts.plugin import TaskResult
from plugin_bridge.flea import errors
from tests.unit.plugin_bridge.memory_flea import data, page

REDIRECT = TaskResult(task_id="t", status=0, url="https://flea.example/sell", redirected=True)
CHALLENGE = page("<title>Security challenge</title><p>Are you a person?", 403)


@pytest.mark.parametrize(
    ("answer", "writing", "reading", "says"),
    [
        (REDIRECT, FailureKind.UNAUTHORISED, FailureKind.UNAUTHORISED, "logged out"),
        (data({"errors": {"session": "log in first"}}, 401), FailureKind.UNAUTHORISED, FailureKind.UNAUTHORISED, "logged out"),
        (CHALLENGE, FailureKind.REJECTED, FailureKind.REJECTED, "are a person"),
        (page("<title>Security challenge</title>", 503), FailureKind.REJECTED, FailureKind.REJECTED, "are a person"),
        (page("<title>No</title>", 403), FailureKind.REJECTED, FailureKind.REJECTED, "does not allow"),
        (data({"errors": {"csrf": "is old"}}, 403), FailureKind.TRANSIENT, FailureKind.TRANSIENT, "logged in to flea anew"),
        (page("<title>Slow down</title>", 429), FailureKind.THROTTLED, FailureKind.THROTTLED, "slower"),
        (
            data({"errors": {"title": "is needed", "price": "is low"}}, 422),
            FailureKind.REJECTED,
            FailureKind.REJECTED,
            "title is needed; price is low",
        ),
        (page("<title>No such listing</title>", 404), FailureKind.REJECTED, FailureKind.REJECTED, "404"),
        (page("<title>Something broke</title>", 500), FailureKind.UNKNOWN, FailureKind.TRANSIENT, "trouble"),
        (data({}, 502), FailureKind.UNKNOWN, FailureKind.TRANSIENT, "trouble"),
    ],
)
def test_every_no_of_flea_has_one_meaning_in_the_words_of_a_seller(
    answer: TaskResult, writing: FailureKind, reading: FailureKind, says: str
) -> None:
    wrote, read = errors.failure(answer, reading=False), errors.failure(answer, reading=True)
    assert wrote is not None
    assert read is not None
    assert (wrote.kind, read.kind) == (writing, reading)
    assert says in wrote.reason


@pytest.mark.parametrize("answer", [data({}), data({}, 201), page("a challenge to sell", 200), data({"title": "challenge"})])
def test_what_flea_did_is_no_failure(answer: TaskResult) -> None:
    assert errors.failure(answer, reading=False) is None


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("0.5", 0.5), ("soon", 30.0), ("-3", 0.0)])
def test_how_long_to_wait_is_what_flea_says_or_a_default(header: str, seconds: float) -> None:
    found = errors.failure(page("", 429, retry_after=header), reading=True)
    assert found is not None
    assert found.retry_after_seconds == seconds


def test_a_page_is_never_quoted_for_it_may_hold_a_token() -> None:
    found = errors.failure(page("<input name=csrf value=secret>", 403), reading=False)
    assert "secret" not in str(found)
