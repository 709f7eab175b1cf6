"""What can go wrong between here and the gateway, each with what to do next. No text here ever holds the token."""

from collections.abc import Mapping

import httpx
from pydantic import ValidationError

from hawker.client.answers import Problem

DETAIL_CHARS_MAX = 2000

NOT_ALLOWED: Mapping[int, str] = {
    401: "Take a fresh token and set it as HAWKER_TOKEN; `hawker doctor` says whose the present one is.",
    403: "Use a token whose role may do this: viewers read, sellers and admins also write, admins and operators handle dead letters.",
}
"""What to do about a token is better known here than at the gateway."""
ADVICE_OTHERWISE = "Try again in a minute; if it stays, the gateway's log has the reason."


class HawkerError(Exception):
    """A call that did not work: `title` in few words, `detail` what exactly, `advice` what to do. `status` is HTTP's, if there was an answer."""

    def __init__(self, title: str, detail: str = "", advice: str = "", *, status: int | None = None) -> None:
        super().__init__(": ".join(part for part in (title, detail) if part))
        self.title = title
        self.detail = detail
        self.advice = advice
        self.status = status


class NotReachable(HawkerError):  # noqa: N818  # the name is the sentence
    """No answer came, although it was tried several times."""


class NotAllowed(HawkerError):  # noqa: N818  # the name is the sentence
    """The token is missing, wrong, out of date or of too low a role."""


class NotUnderstood(HawkerError):  # noqa: N818  # the name is the sentence
    """The answer is none of this version's; often it is not a Hawker gateway that answers."""


def refused(answer: httpx.Response) -> HawkerError:
    """The error that an answer of 400 or more stands for."""
    problem = _problem(answer)
    kind = NotAllowed if answer.status_code in NOT_ALLOWED else HawkerError
    title = problem.title or f"{answer.status_code} {answer.reason_phrase}".strip()
    advice = NOT_ALLOWED.get(answer.status_code) or problem.advice or ADVICE_OTHERWISE
    detail = problem.detail or "; ".join(problem.waiting_for)
    return kind(title, detail[:DETAIL_CHARS_MAX], advice, status=answer.status_code)


def _problem(answer: httpx.Response) -> Problem:
    """Something between here and the gateway may answer in its own words: then there is only the status."""
    try:
        return Problem.model_validate_json(answer.content)
    except ValidationError:
        return Problem()


def unreachable(url: str, fault: httpx.TransportError) -> NotReachable:
    why = "it did not answer in time" if isinstance(fault, httpx.TimeoutException) else "the connection failed"
    return NotReachable(
        f"Cannot reach Hawker at {url}",
        f"{why} ({type(fault).__name__})",
        "Start the stack with `make up`, or set HAWKER_API_URL to where the gateway is; `hawker doctor` looks for what is wrong.",
    )


def not_understood(url: str, detail: str) -> NotUnderstood:
    return NotUnderstood(
        f"The answer of {url} is not understood",
        detail,
        "Check that HAWKER_API_URL is the gateway's address, and that this version of hawker fits it.",
    )
