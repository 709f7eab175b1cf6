"""Gateways that are not there: one that says yes, one that says what it is told to, and what is sent to them."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import httpx

from hawker.client import Hawker
from hawker.contracts.listings import Product, Variant

TOKEN = "head.body.signature"
BATCH = {"id": "b-1", "marketplace": "ebay", "action": "publish", "account": "main", "priority": 3, "status": "pending"}


def products(count: int, description: str = "") -> Sequence[Product]:
    variants = (Variant(sku="S", price=Decimal("9.90")),)
    return [Product(handle=f"product-{number}", title="A pot", description=description, variants=variants) for number in range(count)]


class Gateway:
    """Remembers what it was sent, and answers every request with the batch."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(202, json=BATCH)

    @property
    def bodies(self) -> list[dict[str, Any]]:  # Any: JSON, as the test knows it
        return [json.loads(request.content) for request in self.requests]

    def client(self) -> Hawker:
        return Hawker("http://gateway.test", "a.b.c", transport=httpx.MockTransport(self))


type Answer = httpx.Response | httpx.TransportError


class Flaky:
    """Answers as told, one after another; the last answer is for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(answer, httpx.TransportError):
            raise answer
        return answer

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def client(self, token: str | None = TOKEN, *, url: str = "http://gateway.test") -> Hawker:
        return Hawker(url, token, transport=httpx.MockTransport(self), sleep=self.sleep)


def huge() -> Product:
    """More than one request may hold."""
    variants = tuple(Variant(sku=f"S{number}", options={"Text": "€" * 1000}, barcode="€" * 1000) for number in range(100))
    return Product(handle="huge", title="A pot", description="€" * 100_000, variants=variants)
