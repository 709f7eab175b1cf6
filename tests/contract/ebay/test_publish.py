"""A whole publication between our worker and the stand-in, both sides judged by eBay's documents at every exchange."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from ebay_worker.ebay.auth import App, exchange
from ebay_worker.ebay.client import Ebay
from ebay_worker.ebay.mapping import plan, replacement, with_pictures
from hawker.contracts.failures import Failure
from hawker.contracts.listings import Product
from hawker.worker.accounts import Tokens
from hawker.worker.http import http_client
from hawker.worker.pictures import Picture, Pictures
from sandbox.testing import Sandbox, running_sandbox
from tests.contract import documents
from tests.contract.documents import Judge
from tests.unit.ebay_worker.products import DEFAULTS, PROFILE, mug, shirt


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def judge() -> Judge:
    return Judge([documents.ebay_inventory(), documents.ebay_media()])


@pytest.fixture
async def ebay(sandbox: Sandbox, judge: Judge) -> AsyncIterator[Ebay]:
    async def judged(response: httpx.Response) -> None:
        await response.aread()
        await response.request.aread()
        judge.judge(response.request, response)

    async with http_client(sandbox.url("ebay")) as http:
        tokens = await exchange(http, App("sandbox-client", SecretStr("sandbox-secret")), Tokens(SecretStr("ebay-refresh-main")))
        assert isinstance(tokens, Tokens)
        access = tokens.access_token
        assert access is not None

        async def token(_: str | None) -> SecretStr | Failure:
            return access

        http.event_hooks = {"response": [judged]}
        yield Ebay(http, http, token, "en-US")


async def prepared(ebay: Ebay, sandbox: Sandbox, product: Product) -> tuple[Any, list[str]]:  # Any: JSON that a test looks into
    """Pictures, items and offers are there; the offers' ids."""
    mapped: Any = plan(product, PROFILE, DEFAULTS)
    async with http_client("") as web:
        picture = await Pictures(web, sandbox.url("pictures")).fetch(product.images[0].url)
    assert isinstance(picture, Picture)
    image = await ebay.upload_image(picture)
    assert not isinstance(image, Failure)
    for item in mapped["items"]:
        assert not isinstance(await ebay.put_item(item["sku"], with_pictures(item["payload"], [image.image_url])), Failure)
    if mapped["group"]:
        group = mapped["group"]
        assert not isinstance(await ebay.put_group(group["group_key"], {**group["payload"], "imageUrls": [image.image_url]}), Failure)
    return mapped, [await offered(ebay, offer) for offer in mapped["offers"]]


async def offered(ebay: Ebay, offer: Any) -> str:  # Any: as above
    created = await ebay.create_offer(offer)
    offer_id = getattr(created, "offer_id", None)
    assert isinstance(offer_id, str)
    return offer_id


async def test_one_variant(ebay: Ebay, sandbox: Sandbox, judge: Judge) -> None:
    mapped, (offer_id,) = await prepared(ebay, sandbox, mug())
    wanted = mapped["offers"][0]
    assert await offered(ebay, wanted) == offer_id  # The second time it is adopted.
    assert not isinstance(await ebay.find_offer(wanted["sku"], "EBAY_US"), Failure)
    assert not isinstance(await ebay.publish_offer(offer_id), Failure)
    assert not isinstance(await ebay.update_offer(offer_id, replacement(wanted)), Failure)
    there = await ebay.offer(offer_id)
    assert there is not None
    assert not isinstance(there, Failure)
    assert there.published_listing_id is not None
    assert await ebay.find_offer("NOSUCHSKU", "EBAY_US") is None
    assert set(judge.seen) == {
        "createImageFromFile",
        "createOrReplaceInventoryItem",
        "createOffer",
        "getOffers",
        "publishOffer",
        "updateOffer",
        "getOffer",
    }


async def test_a_group(ebay: Ebay, sandbox: Sandbox, judge: Judge) -> None:
    mapped, offer_ids = await prepared(ebay, sandbox, shirt())
    published = await ebay.publish_group(mapped["group"]["group_key"], "EBAY_US")
    assert not isinstance(published, Failure)
    for offer_id in offer_ids:
        there = await ebay.offer(offer_id)
        assert getattr(there, "published_listing_id", None) == published.listing_id
    assert {"createOrReplaceInventoryItemGroup", "publishOfferByInventoryItemGroup"} <= set(judge.seen)


async def test_a_picture_that_ebay_does_not_take(ebay: Ebay, judge: Judge) -> None:
    failure = await ebay.upload_image(Picture(b"no picture", "image/png", "a.png"))
    assert isinstance(failure, Failure)
    assert failure.code == "190203"
    assert judge.seen == ["createImageFromFile"]
