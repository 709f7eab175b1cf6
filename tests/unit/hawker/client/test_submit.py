"""A catalogue on its way: how it is cut, what is sent, what a repeat is."""

import json
from collections.abc import Sequence
from typing import Any
from weakref import finalize

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawker.client import Hawker, HawkerError
from hawker.client.chunks import cut
from hawker.contracts.limits import CHUNK_ITEMS_MAX, REQUEST_BODY_BYTES_MAX
from hawker.contracts.listings import Product
from hawker.contracts.words import Action, Marketplace, Priority
from tests.unit.hawker.client.gateways import BATCH, Gateway, huge, products


async def test_a_small_catalogue_is_one_request() -> None:
    gateway = Gateway()
    async with gateway.client() as hawker:
        batch = await hawker.submit(products(2), Marketplace.EBAY, priority=Priority.HIGH)
    (body,) = gateway.bodies
    assert batch.id == "b-1"
    assert {**body, "products": len(body["products"])} == {
        "marketplace": "ebay",
        "action": "publish",
        "account": "main",
        "priority": 2,
        "products": 2,
    }


async def test_a_big_catalogue_is_announced_and_follows_in_chunks() -> None:
    gateway = Gateway()
    sent: list[int] = []
    async with gateway.client() as hawker:
        await hawker.submit(products(250), Marketplace.ETSY, action=Action.PUBLISH, account="second", sent=sent.append)
    head, *chunks = gateway.bodies
    assert head == {"marketplace": "etsy", "action": "publish", "account": "second", "item_count": 250}
    assert [chunk["sequence"] for chunk in chunks] == [0, 1, 2]
    assert [request.url.path for request in gateway.requests] == ["/v1/batches", *["/v1/batches/b-1/items"] * 3]
    assert sent == [100, 100, 50]


async def test_every_request_of_a_submit_has_its_own_key_and_a_repeat_has_the_same_ones() -> None:
    gateway = Gateway()
    async with gateway.client() as hawker:
        await hawker.submit(products(150), Marketplace.EBAY, key="mine")
        await hawker.submit(products(150), Marketplace.EBAY, key="mine")
        await hawker.submit(products(150), Marketplace.EBAY)
    keys = [request.headers["idempotency-key"] for request in gateway.requests]
    assert keys[:3] == ["mine", "mine.0", "mine.1"] == keys[3:6]
    assert len({*keys}) == 6


@pytest.mark.parametrize(
    ("end", "is_repeat"),
    [
        ({"status": "completed"}, True),
        ({"status": "partially_failed"}, True),
        ({"status": "failed", "reason": "50 products never came"}, False),
        ({"status": "cancelled"}, False),
        ({"status": "running"}, False),
    ],
)
async def test_a_repeat_of_a_submit_that_had_come_through_is_no_error(end: dict[str, str], *, is_repeat: bool) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/items"):
            return httpx.Response(409, json={"title": "The state does not allow it"})
        return httpx.Response(202, json=BATCH | end)

    async with Hawker("http://gateway.test", None, transport=httpx.MockTransport(answer)) as hawker:
        if is_repeat:
            assert (await hawker.submit(products(150), Marketplace.EBAY, key="mine")).status == end["status"]
        else:
            with pytest.raises(HawkerError, match="The state does not allow it"):
                await hawker.submit(products(150), Marketplace.EBAY, key="mine")


@pytest.mark.parametrize("key", ["", "two words", "x" * 201, "ключ", "a\nb"])
async def test_a_key_that_no_header_takes_is_refused_before_anything_is_sent(key: str) -> None:
    gateway = Gateway()
    async with gateway.client() as hawker:
        with pytest.raises(HawkerError, match="cannot be used"):
            await hawker.cancel_job("j-1", key=key)
    assert not gateway.requests


async def test_products_arrive_as_they_were() -> None:
    gateway = Gateway()
    original = products(3, description="Töpfe, 10 % off: “hand-made”")
    async with gateway.client() as hawker:
        await hawker.submit(original, Marketplace.EBAY)
    assert [Product.model_validate(product) for product in gateway.bodies[0]["products"]] == original


@pytest.mark.parametrize("count", [0, 100_001])
async def test_a_batch_of_none_or_of_too_many_is_refused_before_anything_is_sent(count: int) -> None:
    gateway = Gateway()
    async with gateway.client() as hawker:
        with pytest.raises(HawkerError, match="1 to 100000 products"):
            await hawker.submit([products(1)[0]] * count, Marketplace.EBAY)
    assert not gateway.requests


async def test_a_product_too_big_for_any_request_is_named_before_anything_is_sent() -> None:
    gateway = Gateway()
    async with gateway.client() as hawker:
        with pytest.raises(HawkerError, match="'huge' is too big"):
            await hawker.submit([*products(1), huge()], Marketplace.EBAY)
    assert not gateway.requests


@given(sizes=st.lists(st.integers(min_value=0, max_value=60_000), min_size=1, max_size=40))
def test_chunks_keep_all_products_in_order_and_within_both_limits(sizes: list[int]) -> None:
    original = [products(1, description="x" * size)[0] for size in sizes]
    chunks = list(cut(original))
    assert [json.loads(product) for chunk in chunks for product in _each(chunk.products)] == [p.model_dump(mode="json") for p in original]
    assert [chunk.sequence for chunk in chunks] == list(range(len(chunks)))
    assert all(len(chunk.products) < REQUEST_BODY_BYTES_MAX * 0.8 for chunk in chunks)
    assert all(chunk.count == len(_each(chunk.products)) <= CHUNK_ITEMS_MAX for chunk in chunks)


def _each(array: bytes) -> list[str]:
    return [json.dumps(each) for each in json.loads(array)]


class Lazy(Sequence[Product]):
    """A thousand products that are made when they are asked for; it counts those that live."""

    def __init__(self) -> None:
        self.alive = 0
        self.alive_max = 0

    def __len__(self) -> int:
        return 1000

    def __getitem__(self, index: int | slice) -> Any:  # Any: the two overloads of a sequence
        assert isinstance(index, int)
        if index >= len(self):
            raise IndexError(index)
        (product,) = products(1)
        self.alive += 1
        self.alive_max = max(self.alive_max, self.alive)
        finalize(product, self._gone)
        return product

    def _gone(self) -> None:
        self.alive -= 1


async def test_a_submit_holds_no_more_of_its_products_than_one_chunk() -> None:
    lazy = Lazy()
    async with Gateway().client() as hawker:
        await hawker.submit(lazy, Marketplace.EBAY)
    assert lazy.alive_max <= CHUNK_ITEMS_MAX + 1
