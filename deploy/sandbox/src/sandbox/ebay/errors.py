"""eBay's errors: its ids, its texts, its shape."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from pydantic import JsonValue

from sandbox.calls import Answer, JsonObject

NOTHING: Mapping[str, str] = MappingProxyType({})


def entry(
    error_id: int, message: str, parameters: Mapping[str, str] = NOTHING, *, domain: str = "API_INVENTORY", category: str = "REQUEST"
) -> JsonObject:
    """One entry of an `errors` or `warnings` list."""
    error: JsonObject = {"errorId": error_id, "domain": domain, "category": category, "message": message, "longMessage": message}
    if domain == "API_INVENTORY":
        error["subdomain"] = "Selling"
    if parameters:
        error["parameters"] = [{"name": name, "value": value} for name, value in parameters.items()]
    return error


def answer(status: int, *errors: JsonObject) -> Answer:
    entries: list[JsonValue] = [*errors]
    return Answer(status, {"errors": entries})


def refused(error_id: int, message: str, parameters: Mapping[str, str] = NOTHING) -> Answer:
    return answer(HTTPStatus.BAD_REQUEST, entry(error_id, message, parameters))


def invalid(name: str, why: str = "") -> Answer:
    """25709, for a field or header whose value cannot be."""
    return refused(25709, f"Invalid value for {name}. {why}".rstrip(), {"fieldName": name})


def not_found(error_id: int, message: str) -> Answer:
    return answer(HTTPStatus.NOT_FOUND, entry(error_id, message))


def no_sku(sku: str) -> JsonObject:
    return entry(25702, f"{sku} could not be found or is not available in the system.", {"sku": sku})


def no_item() -> Answer:
    return not_found(25710, "We didn't find the resource/entity you are requesting. Please verify the request")


def no_group(key: str) -> Answer:
    return not_found(25705, f"The Inventory Item Group named {key} could not be found or is not available in the system.")


def no_offer(status: int = HTTPStatus.NOT_FOUND) -> Answer:
    return answer(status, entry(25713, "This Offer is not available."))


def user_error(what: str, parameters: Mapping[str, str] = NOTHING) -> Answer:
    """25002, eBay's word for anything else that the caller must change."""
    return refused(25002, f"A user error has occurred. {what}", parameters)


def system_error() -> Answer:
    message = "A system error has occurred. Core Inventory Service internal error"
    return answer(HTTPStatus.INTERNAL_SERVER_ERROR, entry(25001, message, category="APPLICATION"))


def invalid_token() -> Answer:
    message = "Invalid access token. Check the value of the Authorization HTTP request header."
    return answer(HTTPStatus.UNAUTHORIZED, entry(1001, message, domain="OAuth"))


def too_many_requests(retry_after_seconds: float) -> Answer:
    message = "The request limit has been reached for the resource."
    refusal = answer(HTTPStatus.TOO_MANY_REQUESTS, entry(2001, message, domain="ACCESS"))
    return Answer(refusal.status, refusal.body, {"Retry-After": f"{retry_after_seconds:g}"})


def bad_request() -> Answer:
    return answer(HTTPStatus.BAD_REQUEST, entry(2004, "Invalid request.", domain="ACCESS"))


def media(status: int, error_id: int, message: str) -> Answer:
    return answer(status, entry(error_id, message, domain="API_MEDIA"))
