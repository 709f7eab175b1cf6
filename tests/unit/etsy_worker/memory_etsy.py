"""A shop at Etsy in memory, behind httpx's own seam: what the handlers' tests need of it, and answers that get lost on demand.

The stand-in of deploy/sandbox says the same over real connections; tests/integration runs the same handlers against that one.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

import httpx
from pydantic import SecretStr

from etsy_worker.etsy.auth import App
from etsy_worker.etsy.client import Etsy
from hawker.contracts.failures import Failure

APP = App("sandbox-key", SecretStr("sandbox-secret"))
SHOP = "/v3/application/shops/7001/listings"
LISTING = "/v3/application/listings"


def stored_inventory(body: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """What Etsy tells of an inventory that was put: money in parts, ids of its own."""
    return body | {"products": [_stored_product(entry, 900 + number) for number, entry in enumerate(body["products"])]}


def _stored_product(entry: dict[str, Any], product_id: int) -> dict[str, Any]:  # Any: JSON
    offerings = [
        offering | {"offering_id": product_id, "is_deleted": False, "price": {"amount": round(offering["price"] * 100), "divisor": 100}}
        for offering in entry["offerings"]
    ]
    return entry | {"product_id": product_id, "is_deleted": False, "offerings": offerings}


type Disturbance = Callable[[httpx.Request, httpx.Response | None], httpx.Response]


def answer_lost(request: httpx.Request, _answer: httpx.Response | None) -> httpx.Response:
    raise httpx.ReadError("the connection broke before the answer", request=request)


def unreachable(request: httpx.Request, _answer: httpx.Response | None) -> httpx.Response:
    raise httpx.ConnectError("no connection", request=request)


def answering(status: int, body: object, **headers: str) -> Disturbance:
    return lambda _request, _answer: httpx.Response(
        status, json=body, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


@dataclass
class MemoryEtsy:
    """`after[operation]` disturbs the next answer of an operation once it took effect, `instead[operation]` before it does."""

    numbers: Iterator[int] = field(default_factory=lambda: count(1000))
    listings: dict[int, dict[str, Any]] = field(default_factory=dict)  # Any: JSON
    images: dict[int, list[dict[str, Any]]] = field(default_factory=dict)  # Any: JSON
    inventories: dict[int, dict[str, Any]] = field(default_factory=dict)  # Any: JSON
    calls: Counter[str] = field(default_factory=Counter)
    requests: list[httpx.Request] = field(default_factory=list)
    after: dict[str, Disturbance] = field(default_factory=dict)
    instead: dict[str, Disturbance] = field(default_factory=dict)
    token: str = "7001.good"
    tokens_asked: list[str | None] = field(default_factory=list)

    def client(self) -> Etsy:
        http = httpx.AsyncClient(base_url="http://etsy.example", transport=httpx.MockTransport(self._handle))
        return Etsy(http, APP, 7001, self._token)

    async def _token(self, stale: str | None) -> SecretStr | Failure:
        self.tokens_asked.append(stale)
        return SecretStr(self.token)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        operation, act = self._route(request)
        self.calls[operation] += 1
        self.requests.append(request)
        if operation in self.instead:
            return self.instead.pop(operation)(request, None)
        answer = act(request)
        return self.after.pop(operation)(request, answer) if operation in self.after else answer

    def _route(self, request: httpx.Request) -> tuple[str, Callable[[httpx.Request], httpx.Response]]:
        for method, pattern, operation, act in self._routes():
            if request.method == method and re.fullmatch(pattern, request.url.path):
                return operation, act
        raise AssertionError(f"no such call at Etsy: {request.method} {request.url.path}")

    def _routes(self) -> tuple[tuple[str, str, str, Callable[[httpx.Request], httpx.Response]], ...]:
        return (
            ("POST", SHOP, "createDraftListing", self._create),
            ("GET", SHOP, "getListingsByShop", self._drafts),
            ("PATCH", SHOP + r"/\d+", "updateListing", self._update),
            ("GET", LISTING + r"/\d+", "getListing", self._listing),
            ("POST", SHOP + r"/\d+/images", "uploadListingImage", self._upload),
            ("GET", LISTING + r"/\d+/images", "getListingImages", self._images),
            ("GET", LISTING + r"/\d+/inventory", "getListingInventory", self._inventory),
            ("PUT", LISTING + r"/\d+/inventory", "updateListingInventory", self._put_inventory),
        )

    def _create(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(201, json=self.add(**dict(parse_qsl(request.content.decode()))))

    def add(self, **fields: Any) -> dict[str, Any]:  # Any: JSON
        number = next(self.numbers)
        self.listings[number] = {"listing_id": number, "state": "draft", "url": f"https://www.etsy.com/listing/{number}"} | fields
        self.images[number] = []
        return self.listings[number]

    def _drafts(self, request: httpx.Request) -> httpx.Response:
        assert request.url.params["state"] == "draft"
        drafts = [listing for listing in reversed(self.listings.values()) if listing["state"] == "draft"]
        start, limit = int(request.url.params["offset"]), int(request.url.params["limit"])
        return httpx.Response(200, json={"count": len(drafts), "results": drafts[start : start + limit]})

    def _listing(self, request: httpx.Request) -> httpx.Response:
        listing = self.listings.get(_number(request))
        return httpx.Response(200, json=listing) if listing else httpx.Response(404, json={"error": "Could not find a Listing"})

    def _update(self, request: httpx.Request) -> httpx.Response:
        listing = self.listings[_number(request)]
        listing.update(dict(parse_qsl(request.content.decode())))
        return httpx.Response(200, json=listing)

    def _images(self, request: httpx.Request) -> httpx.Response:
        found = self.images[_number(request)]
        return httpx.Response(200, json={"count": len(found), "results": found})

    def _upload(self, request: httpx.Request) -> httpx.Response:
        parts = multipart(request)
        found = self.images[_number(request)]
        found.append({"listing_image_id": 50 + len(found), "rank": int(parts["rank"]), "alt_text": parts["alt_text"].decode()})
        return httpx.Response(201, json=found[-1])

    def _inventory(self, request: httpx.Request) -> httpx.Response:
        found = self.inventories.get(_number(request))
        return httpx.Response(200, json=found) if found else httpx.Response(404, json={"error": "no inventory"})

    def _put_inventory(self, request: httpx.Request) -> httpx.Response:
        stored = self.inventories[_number(request)] = stored_inventory(json.loads(request.content))
        return httpx.Response(200, json=stored)


def multipart(request: httpx.Request) -> dict[str, bytes]:
    head = f"content-type: {request.headers['content-type']}\r\n\r\n".encode()
    message: Any = message_from_bytes(head + request.content, policy=HTTP)  # Any: the email package types no parts
    return {part.get_param("name", header="content-disposition"): part.get_payload(decode=True) for part in message.iter_parts()}


def _number(request: httpx.Request) -> int:
    return int(next(part for part in request.url.path.split("/listings/")[1].split("/")))
