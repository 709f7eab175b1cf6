"""Inventory locations, and the rate limits that developer analytics tells. A seller may have locations; publishing takes any key."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from sandbox.calls import Answer, Call, JsonObject
from sandbox.ebay import errors
from sandbox.ebay.state import Market, Seller

INVENTORY_CALLS_PER_DAY = 2_000_000


def create(_market: Market, seller: Seller, call: Call) -> Answer:
    key = call.params["merchantLocationKey"]
    if not isinstance(call.body, dict) or "location" not in call.body:
        return errors.refused(25801, "Missing field location.")
    if key in seller.locations:
        return errors.answer(HTTPStatus.CONFLICT, errors.entry(25803, "merchantLocationKey already exists."))
    seller.locations[key] = call.body
    return Answer(HTTPStatus.NO_CONTENT, effect=True)


def get(_market: Market, seller: Seller, call: Call) -> Answer:
    key = call.params["merchantLocationKey"]
    location = seller.locations.get(key)
    if location is None:
        return errors.not_found(25805, "merchantLocationKey Not Found.")
    return Answer(HTTPStatus.OK, {**location, "merchantLocationKey": key, "merchantLocationStatus": "ENABLED"})


def get_rate_limits(used: int, call: Call) -> Answer:
    """`used` are the calls of the day so far, of everybody."""
    reset = datetime.fromtimestamp(call.now, UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    rate: JsonObject = {
        "count": used,
        "limit": INVENTORY_CALLS_PER_DAY,
        "remaining": max(0, INVENTORY_CALLS_PER_DAY - used),
        "reset": reset.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "timeWindow": 86400,
    }
    resource: JsonObject = {"name": "sell.inventory", "rates": [rate]}
    return Answer(
        HTTPStatus.OK, {"rateLimits": [{"apiContext": "sell", "apiName": "inventory", "apiVersion": "v1", "resources": [resource]}]}
    )
