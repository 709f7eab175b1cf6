"""Every request of the eBay client, and every answer it reads, judged by eBay's own documents."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from ebay_worker.ebay.answers import CreatedOffer, Image, Offer, Publication, Put
from ebay_worker.ebay.client import AlreadyThere, Ebay
from ebay_worker.ebay.mapping import plan, replacement, with_pictures
from hawker.contracts.failures import Failure, FailureKind
from hawker.worker.pictures import Picture
from tests.contract import documents
from tests.contract.documents import Judge
from tests.unit.ebay_worker.products import DEFAULTS, PROFILE, mug, shirt

PICTURE = Picture(b"\x89PNG picture", "image/png", "mug.png")
URLS = ["https://i.ebayimg.com/1.jpg"]
IMAGE = {"imageUrl": URLS[0], "maxDimensionImageUrl": URLS[0], "expirationDate": "2026-12-24T00:00:00.000Z"}
OFFER_ID = "8209815010"

type Answer = Callable[[httpx.Request], httpx.Response]


async def token(stale: str | None) -> SecretStr | Failure:
    return SecretStr("fresh" if stale else "token")


def ebay(answer: Answer, judge: Judge | None = None) -> Ebay:
    judge = judge or Judge([documents.ebay_inventory(), documents.ebay_media()])
    http = httpx.AsyncClient(base_url="https://ebay.example", transport=judge.transport(answer))
    return Ebay(http, http, token, "en-US")


def answering(status: int, body: object | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    return lambda _: httpx.Response(status, json=body, headers=headers) if body is not None else httpx.Response(status, headers=headers)


def complaint(error_id: int, message: str, **parameters: str) -> dict[str, Any]:  # Any: JSON
    listed = [{"name": name, "value": value} for name, value in parameters.items()]
    entry = {"errorId": error_id, "domain": "API_INVENTORY", "subdomain": "Selling", "category": "REQUEST", "message": message}
    return {"errors": [entry | {"longMessage": message, "parameters": listed}]}


def single() -> Any:  # Any: JSON that a test looks into
    return plan(mug(), PROFILE, DEFAULTS)


def group() -> Any:  # Any: as above
    return plan(shirt(), PROFILE, DEFAULTS)


@pytest.mark.parametrize(("status", "body", "created"), [(201, {}, True), (200, {"warnings": []}, False), (204, None, False)])
async def test_an_item_is_put_whole(status: int, body: object, *, created: bool) -> None:
    item = single()["items"][0]
    assert await ebay(answering(status, body)).put_item(item["sku"], with_pictures(item["payload"], URLS)) == Put(created=created)


async def test_a_group_is_put_whole_and_so_are_its_items() -> None:
    mapped = group()
    client = ebay(answering(201, {}))
    for item in mapped["items"]:
        assert await client.put_item(item["sku"], with_pictures(item["payload"], URLS)) == Put(created=True)
    done = await client.put_group(mapped["group"]["group_key"], {**mapped["group"]["payload"], "imageUrls": URLS})
    assert done == Put(created=True)


@pytest.mark.parametrize("mapped", [single, group])
async def test_offers_are_created_and_replaced(mapped: Callable[[], Any]) -> None:
    for offer in mapped()["offers"]:
        assert await ebay(answering(201, {"offerId": OFFER_ID})).create_offer(offer) == CreatedOffer.model_validate({"offerId": OFFER_ID})
        assert await ebay(answering(200, {"offerId": OFFER_ID})).update_offer(OFFER_ID, replacement(offer)) == Put(created=False)


@pytest.mark.parametrize("parameters", [{"offerId": OFFER_ID}, {}])
async def test_an_offer_that_exists_is_no_failure(parameters: dict[str, str]) -> None:
    refusal = complaint(25002, "A user error has occurred. Offer entity already exists.", **parameters)
    assert await ebay(answering(400, refusal)).create_offer(single()["offers"][0]) == AlreadyThere(parameters.get("offerId"))


async def test_an_offer_is_found_by_its_sku_with_all_that_it_says() -> None:
    wanted = single()["offers"][0]
    auction = wanted | {"offerId": "1", "format": "AUCTION", "status": "UNPUBLISHED"}
    elsewhere = wanted | {"offerId": "2", "marketplaceId": "EBAY_GB", "status": "UNPUBLISHED"}
    ours = wanted | {"offerId": OFFER_ID, "status": "PUBLISHED", "listing": {"listingId": "110", "listingStatus": "ACTIVE"}}
    found = await ebay(answering(200, {"offers": [auction, elsewhere, ours], "total": 3})).find_offer(wanted["sku"], "EBAY_US")
    assert isinstance(found, Offer)
    assert (found.offer_id, found.published_listing_id) == (OFFER_ID, "110")
    assert found.fields["categoryId"] == wanted["categoryId"]


@pytest.mark.parametrize(
    "answer",
    [answering(404, complaint(25713, "This Offer is not available.")), answering(404, {"errors": []}), answering(200, {"offers": []})],
)
async def test_no_offer_is_none(answer: Answer) -> None:
    assert await ebay(answer).find_offer("MUG1", "EBAY_US") is None


async def test_an_offer_that_was_deleted_is_none() -> None:
    assert await ebay(answering(404, complaint(25713, "This Offer is not available."))).offer(OFFER_ID) is None


async def test_publishing_gives_the_listing_and_what_ebay_dropped() -> None:
    body = {"listingId": "110", "warnings": complaint(25028, "Size is not applicable and has been dropped")["errors"]}
    for published in (
        await ebay(answering(200, body)).publish_offer(OFFER_ID),
        await ebay(answering(200, body)).publish_group("GROUP1", "EBAY_US"),
    ):
        assert isinstance(published, Publication)
        assert (published.listing_id, published.warnings[0].text) == ("110", "Size is not applicable and has been dropped")


async def test_a_picture_is_sent_as_a_form_and_its_address_read_from_the_answer() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(201, json=IMAGE, headers={"location": "https://apim.ebay.com/commerce/media/v1_beta/image/v1-1"})

    assert await ebay(answer).upload_image(PICTURE) == Image.model_validate(IMAGE)
    assert b'name="image"; filename="mug.png"\r\nContent-Type: image/png' in sent[0].content


async def test_without_a_body_the_pictures_address_is_read_behind_its_location() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(201, headers={"location": "https://apim.ebay.com/commerce/media/v1_beta/image/v1%7C2"})
        return httpx.Response(200, json=IMAGE)

    judge = Judge([documents.ebay_media()])
    # The document promises a body that eBay's own samples do not show: this answer is not judged, both requests are.
    http = httpx.AsyncClient(base_url="https://ebay.example", transport=httpx.MockTransport(answer))
    assert await Ebay(http, http, token, "en-US").upload_image(PICTURE) == Image.model_validate(IMAGE)
    assert await ebay(answering(200, IMAGE), judge)._image("v1-2") == Image.model_validate(IMAGE)
    assert judge.seen == ["getImage"]


@pytest.mark.parametrize("refusal", [answering(401, {"errors": []}), answering(400, complaint(1002, "Missing access token."))])
async def test_a_refused_token_is_replaced_once(refusal: Answer) -> None:
    tokens: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        tokens.append(request.headers["authorization"])
        return refusal(request) if tokens[-1] == "Bearer token" else httpx.Response(204)

    assert await ebay(answer).put_item("MUG1", single()["items"][0]["payload"]) == Put(created=False)
    assert tokens == ["Bearer token", "Bearer fresh"]


async def test_a_token_that_another_worker_stored_and_that_died_too_is_replaced_as_well() -> None:
    tokens = iter(["old", "stored", "fresh"])

    async def source(_: str | None) -> SecretStr:
        return SecretStr(next(tokens))

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(204 if request.headers["authorization"] == "Bearer fresh" else 401, json={"errors": []})

    http = httpx.AsyncClient(base_url="https://ebay.example", transport=httpx.MockTransport(answer))
    assert await Ebay(http, http, source, "en-US").put_item("MUG1", single()["items"][0]["payload"]) == Put(created=False)


async def test_a_token_that_is_refused_again_and_again_is_the_sellers_to_mend() -> None:
    failure = await ebay(answering(401, complaint(1001, "Invalid access token."))).put_item("MUG1", single()["items"][0]["payload"])
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.UNAUTHORISED


async def test_no_call_is_made_without_a_token() -> None:
    gone = Failure(kind=FailureKind.UNAUTHORISED, reason="connect it again")

    async def none(_: str | None) -> SecretStr | Failure:
        return gone

    http = httpx.AsyncClient(base_url="https://ebay.example", transport=httpx.MockTransport(answering(500)))
    assert await Ebay(http, http, none, "en-US").offer(OFFER_ID) == gone


@pytest.mark.parametrize("content", [b"", b"<html>", b"{}", b'{"listingId": ""}'])
async def test_a_success_without_its_listing_may_have_happened(content: bytes) -> None:
    http = httpx.AsyncClient(base_url="https://x.example", transport=httpx.MockTransport(lambda _: httpx.Response(200, content=content)))
    failure = await Ebay(http, http, token, "en-US").publish_offer(OFFER_ID)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.UNKNOWN


async def test_every_inventory_call_names_its_language_for_both_ways() -> None:
    headers: list[httpx.Headers] = []

    def answer(request: httpx.Request) -> httpx.Response:
        headers.append(request.headers)
        return httpx.Response(200, content=json.dumps({"listingId": "110", "offers": [], "offerId": OFFER_ID}))

    http = httpx.AsyncClient(base_url="https://ebay.example", transport=httpx.MockTransport(answer))
    client = Ebay(http, http, token, "de-DE")
    await client.publish_offer(OFFER_ID)
    await client.find_offer("MUG1", "EBAY_DE")
    await client.create_offer({})
    assert {(one["accept-language"], one["content-language"]) for one in headers} == {("de-DE", "de-DE")}


async def test_keys_travel_as_one_part_of_the_path() -> None:
    paths: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path)
        return httpx.Response(404)

    http = httpx.AsyncClient(base_url="https://ebay.example", transport=httpx.MockTransport(answer))
    await Ebay(http, http, token, "en-US").offer("../location/x?y")
    assert paths == [b"/sell/inventory/v1/offer/..%2Flocation%2Fx%3Fy"]
