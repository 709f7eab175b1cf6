"""Etsy's errors, in their three shapes: a sentence, OAuth's pair, and a list of what is wrong where."""

from collections.abc import Sequence
from http import HTTPStatus

from pydantic import JsonValue

from sandbox.calls import Answer


def refused(status: int, error: str) -> Answer:
    return Answer(status, {"error": error})


def bad(error: str) -> Answer:
    return refused(HTTPStatus.BAD_REQUEST, error)


def oauth(status: int, error: str, description: str) -> Answer:
    return Answer(status, {"error": error, "error_description": description})


def listed(problems: Sequence[tuple[str, str]]) -> Answer:
    """Some bad requests are answered with an array of what is wrong where; the document does not show it."""
    entries: list[JsonValue] = [{"path": path, "type": "validation", "message": message} for path, message in problems]
    return Answer(HTTPStatus.BAD_REQUEST, entries)


def no_resource() -> Answer:
    return refused(HTTPStatus.NOT_FOUND, "Resource not found")


def no_listing(listing_id: str) -> Answer:
    return refused(HTTPStatus.NOT_FOUND, f"Could not find a Listing with listing_id = {listing_id}")


def not_yours() -> Answer:
    return refused(HTTPStatus.FORBIDDEN, "User does not own this shop.")


def server_error() -> Answer:
    return refused(HTTPStatus.INTERNAL_SERVER_ERROR, "Server Error")


def too_many_requests(retry_after_seconds: float) -> Answer:
    return Answer(
        HTTPStatus.TOO_MANY_REQUESTS,
        {"error": "You have exceeded your quota of requests per second."},
        {"retry-after": f"{retry_after_seconds:g}"},
    )
