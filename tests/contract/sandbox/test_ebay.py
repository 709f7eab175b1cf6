"""The stand-in eBay keeps to eBay's own documents: a whole publish, its refusals, its faults and its bulk forms."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from sandbox.calls import JsonObject
from sandbox.faults import Fault, FaultKind
from sandbox.pictures import draw
from sandbox.testing import Sandbox, running_sandbox
from tests.contract import documents
from tests.contract.sandbox.judged import WRONG, Judged
from tests.unit.sandbox.ebay.selling import HEADERS, a_group, an_item, an_offer

INVENTORY = "/sell/inventory/v1"
MEDIA = "/commerce/media/v1_beta"
LOCATION: JsonObject = {
    "location": {"address": {"country": "US", "postalCode": "95125"}},
    "name": "Main",
    "merchantLocationStatus": "ENABLED",
}


@dataclass(frozen=True)
class Ebay:
    """A seller's client, judged, and the stand-in behind it."""

    http: httpx.AsyncClient
    sandbox: Sandbox
    judged: Judged

    async def item(self, sku: str) -> None:
        body = an_item(imageUrls=["https://pictures.test/1.jpg"])
        assert (await self.http.put(f"{INVENTORY}/inventory_item/{sku}", json=body)).status_code in {201, 204}

    async def offer(self, sku: str) -> str:
        await self.item(sku)
        answer = await self.http.post(f"{INVENTORY}/offer", json=an_offer(sku))
        assert answer.status_code == 201
        return str(answer.json()["offerId"])


@pytest.fixture
async def ebay() -> AsyncIterator[Ebay]:
    judged = Judged(documents.ebay_inventory(), documents.ebay_media(), documents.ebay_analytics())
    async with running_sandbox() as sandbox:
        token = await access_token(sandbox)
        headers = {**HEADERS, "Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=sandbox.url("ebay"), transport=judged, headers=headers) as http:
            yield Ebay(http, sandbox, judged)


async def access_token(sandbox: Sandbox) -> str:
    basic = base64.b64encode(b"sandbox-client:sandbox-secret").decode()
    form = {"grant_type": "refresh_token", "refresh_token": "ebay-refresh-main"}
    async with httpx.AsyncClient(base_url=sandbox.url("ebay")) as http:
        answer = await http.post("/identity/v1/oauth2/token", data=form, headers={"Authorization": f"Basic {basic}"})
    return str(answer.json()["access_token"])


async def test_a_single_product_goes_the_whole_way_and_back(ebay: Ebay) -> None:
    http = ebay.http
    files = {"image": ("shirt.jpg", draw("shirt.jpg", "image/jpeg"), "image/jpeg")}
    picture = await http.post(
        f"{MEDIA}/image/create_image_from_file", files=files, extensions=WRONG
    )  # Bytes are no JSON string; the answer is what counts here.
    assert (await http.get(httpx.URL(picture.headers["Location"]).path)).json() == picture.json()
    item = an_item(imageUrls=[picture.json()["imageUrl"]])
    statuses = [(await http.put(f"{INVENTORY}/inventory_item/shirt", json=item)).status_code for _ in range(2)]
    assert statuses == [201, 204]
    assert (await http.get(f"{INVENTORY}/inventory_item/shirt")).json()["sku"] == "shirt"
    assert (await http.post(f"{INVENTORY}/location/main", json=LOCATION)).status_code == 204
    offer_id = (await http.post(f"{INVENTORY}/offer", json=an_offer())).json()["offerId"]
    listing_id = (await http.post(f"{INVENTORY}/offer/{offer_id}/publish")).json()["listingId"]
    offers = (await http.get(f"{INVENTORY}/offer", params={"sku": "shirt"})).json()["offers"]
    assert [offer["listing"]["listingId"] for offer in offers] == [listing_id]
    revised = {
        name: value for name, value in an_offer(listingDescription="Blue.").items() if name not in {"sku", "marketplaceId", "format"}
    }
    assert (await http.put(f"{INVENTORY}/offer/{offer_id}", json=revised)).status_code == 200
    assert (await http.post(f"{INVENTORY}/offer/{offer_id}/withdraw")).json()["listingId"] == listing_id
    assert (await http.delete(f"{INVENTORY}/offer/{offer_id}")).status_code == 204
    assert (await http.delete(f"{INVENTORY}/inventory_item/shirt")).status_code == 204


async def test_a_product_with_variants_goes_the_whole_way_and_back(ebay: Ebay) -> None:
    http = ebay.http
    for sku in ("s", "m"):
        await ebay.item(sku)
    group = a_group("s", "m", imageUrls=["https://pictures.test/1.jpg"])
    assert (await http.put(f"{INVENTORY}/inventory_item_group/shirts", json=group)).status_code == 201
    for sku in ("s", "m"):
        await ebay.offer(sku)
    assert (await http.get(f"{INVENTORY}/inventory_item_group/shirts")).json()["variantSKUs"] == ["s", "m"]
    assert (await http.get(f"{INVENTORY}/inventory_item/s")).json()["inventoryItemGroupKeys"] == ["shirts"]
    key = {"inventoryItemGroupKey": "shirts", "marketplaceId": "EBAY_US"}
    assert (await http.post(f"{INVENTORY}/offer/publish_by_inventory_item_group", json=key)).json()["listingId"]
    assert (await http.post(f"{INVENTORY}/offer/withdraw_by_inventory_item_group", json=key)).status_code == 204
    assert (await http.delete(f"{INVENTORY}/inventory_item_group/shirts")).status_code == 204


async def test_every_refusal_has_the_documents_shape(ebay: Ebay) -> None:
    http = ebay.http
    offer_id = await ebay.offer("shirt")
    await http.post(f"{INVENTORY}/offer/{offer_id}/publish")
    await http.post(f"{INVENTORY}/offer/{offer_id}/publish")
    await http.post(f"{INVENTORY}/offer", json=an_offer())
    await http.post(f"{INVENTORY}/offer", json=an_offer("nowhere"))
    await http.post(f"{INVENTORY}/offer/1/withdraw")
    for path in ("inventory_item/gone", "inventory_item_group/gone", "offer/1", "offer?sku=gone", "location/gone"):
        assert (await http.get(f"{INVENTORY}/{path}")).status_code == 404
    for path in ("inventory_item/gone", "inventory_item_group/gone", "offer/1"):
        assert (await http.delete(f"{INVENTORY}/{path}")).status_code == 404
    await http.get(f"{MEDIA}/image/gone")
    await http.post(f"{MEDIA}/image/create_image_from_file", files={"image": ("a.txt", b"text", "text/plain")}, extensions=WRONG)
    await http.put(f"{INVENTORY}/inventory_item/shirt", content=b"{", headers={"Content-Type": "application/json"}, extensions=WRONG)
    await http.put(f"{INVENTORY}/inventory_item/shirt", json={"condition": "SHINY"}, extensions=WRONG)
    await http.post(f"{INVENTORY}/offer", data={"sku": "shirt"}, extensions=WRONG)
    assert {status for _, status in ebay.judged.seen} == {200, 201, 400, 404}


@pytest.mark.parametrize(
    ("kind", "status"),
    [(FaultKind.THROTTLE, 429), (FaultKind.SERVER_ERROR, 500), (FaultKind.ERROR_AFTER_EFFECT, 500), (FaultKind.INVALID_TOKEN, 401)],
)
async def test_a_fault_that_answers_has_the_documents_shape(ebay: Ebay, kind: FaultKind, status: int) -> None:
    ebay.sandbox.faults.plan(Fault(marketplace="ebay", kind=kind))
    assert (await ebay.http.get(f"{INVENTORY}/inventory_item")).status_code == status


async def test_bulk_forms_have_the_documents_shape(ebay: Ebay) -> None:
    http = ebay.http
    item = an_item(imageUrls=["https://pictures.test/1.jpg"])
    items = {"requests": [{**item, "sku": "s", "locale": "en_US"}, {**item, "sku": "m" * 51, "locale": "en_US"}]}
    assert (await http.post(f"{INVENTORY}/bulk_create_or_replace_inventory_item", json=items)).status_code == 207
    assert (await http.post(f"{INVENTORY}/bulk_get_inventory_item", json={"requests": [{"sku": "s"}, {"sku": "m"}]})).status_code == 207
    offers = (await http.post(f"{INVENTORY}/bulk_create_offer", json={"requests": [an_offer("s"), an_offer("m")]})).json()["responses"]
    assert [offer["statusCode"] for offer in offers] == [200, 400]
    change = {"sku": "s", "offers": [{"offerId": offers[0]["offerId"], "price": {"value": "5.00", "currency": "USD"}}]}
    assert (await http.post(f"{INVENTORY}/bulk_update_price_quantity", json={"requests": [change]})).status_code == 200
    published = await http.post(f"{INVENTORY}/bulk_publish_offer", json={"requests": [{"offerId": offers[0]["offerId"]}]})
    assert published.json()["responses"][0]["listingId"]
    assert (await http.get(f"{INVENTORY}/inventory_item", params={"limit": 1})).json()["total"] == 1


async def test_rate_limits_have_the_documents_shape(ebay: Ebay) -> None:
    answer = await ebay.http.get("/developer/analytics/v1_beta/rate_limit/")
    assert answer.json()["rateLimits"][0]["apiName"] == "inventory"
