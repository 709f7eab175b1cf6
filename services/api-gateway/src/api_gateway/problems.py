"""Every error as application/problem+json (RFC 9457), and each says what to do next. Never repeats a secret or an inner fault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from hawker.telemetry import metrics

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2

log = structlog.get_logger()


class Place(BaseModel):
    """One thing that is wrong with a request, and where."""

    where: str = Field(examples=["body.products.0.title"])
    what: str = Field(examples=["Field required"])


class ProblemBody(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:hawker:problem:state",
                    "title": "The state does not allow it",
                    "status": 409,
                    "detail": "The job is completed.",
                    "advice": "Look at its status first; only a failed or expired job can be retried.",
                }
            ]
        }
    )
    type: str
    title: str
    status: int
    detail: str
    advice: str
    errors: list[Place] = []


@dataclass(eq=False)  # Not frozen: whoever raises an exception sets its traceback.
class Problem(Exception):  # noqa: N818 - RFC 9457's word
    """An answer that is no success. `slug` names the kind, for programs."""

    status: int
    slug: str
    title: str
    detail: str
    advice: str
    errors: Sequence[Place] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> JSONResponse:
        """Every refusal takes this way, so it is counted here."""
        metrics.count(metrics.REQUESTS_REFUSED, problem=self.slug)
        body = ProblemBody(
            type=f"urn:hawker:problem:{self.slug}",
            title=self.title,
            status=self.status,
            detail=self.detail,
            advice=self.advice,
            errors=list(self.errors),
        )
        return JSONResponse(body.model_dump(mode="json", exclude_defaults=True), self.status, dict(self.headers), MEDIA_TYPE)


def unauthorised(detail: str) -> Problem:
    advice = "Send `Authorization: Bearer <token>` with a fresh token of your issuer."
    return Problem(401, "unauthorised", "Who are you?", detail, advice, headers={"WWW-Authenticate": 'Bearer realm="hawker"'})


_WRITERS = "Use a token whose role is seller or admin."


def forbidden(detail: str, advice: str = _WRITERS) -> Problem:
    return Problem(403, "forbidden", "Your role does not allow it", detail, advice)


def not_found(detail: str) -> Problem:
    return Problem(
        404, "not-found", "There is no such thing", detail, "Check the id and the path; what belongs to another tenant does not show."
    )


def state(detail: str, advice: str) -> Problem:
    return Problem(409, "state", "The state does not allow it", detail, advice)


_LESS = "Send less in one request: announce a batch by item_count and add its products in parts."


def too_large(detail: str, advice: str = _LESS) -> Problem:
    return Problem(413, "too-large", "That is too much at once", detail, advice)


def media_type(detail: str) -> Problem:
    return Problem(415, "media-type", "Only JSON is understood", detail, "Send the body as `Content-Type: application/json`.")


def unprocessable(slug: str, title: str, detail: str, advice: str, errors: Sequence[Place] = ()) -> Problem:
    return Problem(422, slug, title, detail, advice, errors)


def busy(detail: str) -> Problem:
    advice = "Repeat it after Retry-After seconds; with the same Idempotency-Key nothing happens twice."
    return Problem(429, "busy", "Too much at this moment", detail, advice, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def unavailable(what: str) -> Problem:
    return Problem(
        503,
        "unavailable",
        "Not available right now",
        f"{what} does not answer.",
        "Repeat it after Retry-After seconds; with the same Idempotency-Key nothing happens twice. /health/ready says what is missing.",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def install(app: FastAPI) -> None:
    app.add_exception_handler(Problem, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(Exception, _answer_fault)


async def _answer_problem(_: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, Problem)
    return fault.response()


async def _answer_invalid(_: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, RequestValidationError)
    errors = [Place(where=".".join(map(str, error["loc"])), what=error["msg"]) for error in fault.errors()]
    return invalid(errors).response()


ERRORS_MAX = 20


def invalid(errors: Sequence[Place]) -> Problem:
    shown = errors[:ERRORS_MAX]
    detail = "; ".join(f"{error.where}: {error.what}" for error in shown[:3])
    return unprocessable("invalid", "The request is not valid", detail, "Correct what `errors` names and send it again.", shown)


_ADVICE: Mapping[int, tuple[str, str]] = {
    400: ("malformed", "Send well-formed JSON."),
    404: ("not-found", "Check the path; /v1/openapi.json lists them all."),
    405: ("method", "Use a method that the Allow header names."),
    413: ("too-large", _LESS),
}


async def _answer_http(request: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, HTTPException)
    slug, advice = _ADVICE.get(fault.status_code, ("http", "Look at /v1/openapi.json for what is expected."))
    title = HTTPStatus(fault.status_code).phrase
    detail = f"{request.method} {request.url.path}" if fault.detail == title else str(fault.detail)
    return Problem(fault.status_code, slug, title, detail, advice, headers=fault.headers or {}).response()


async def _answer_fault(request: Request, fault: Exception) -> JSONResponse:
    """Our own mistake: the log has it, the answer does not."""
    log.error("a request failed", method=request.method, path=request.url.path, exc_info=fault)
    advice = "Try again in a minute; if it stays, tell the operator the time and the path."
    return Problem(500, "fault", "Something broke on our side", "The gateway's log has the reason.", advice).response()
