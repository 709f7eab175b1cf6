"""The stand-in Etsy keeps to Etsy's own document: a whole publish, its reads, its refusals and its faults."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from sandbox.etsy.state import shop_of
from sandbox.faults import Fault, FaultKind
from sandbox.pictures import draw
from sandbox.testing import Sandbox, running_sandbox
from tests.contract import documents
from tests.contract.sandbox.judged import WRONG, Judged
from tests.unit.sandbox.etsy.shop import DRAFT, a_product

API = "/v3/application"
SHOP = f"{API}/shops/{shop_of('main')}"
QUOTA = {"x-limit-per-second", "x-remaining-this-second", "x-limit-per-day", "x-remaining-today"}


@dataclass(frozen=True)
class Etsy:
    http: httpx.AsyncClient
    sandbox: Sandbox
    judged: Judged

    async def draft(self) -> int:
        answer = await self.http.post(f"{SHOP}/listings", data=DRAFT)
        assert answer.status_code == 201
        return int(answer.json()["listing_id"])

    async def upload(self, listing_id: int) -> httpx.Response:
        files = {"image": ("shirt.png", draw("shirt.png", "image/png"), "image/png")}
        return await self.http.post(f"{SHOP}/listings/{listing_id}/images", files=files, data={"rank": "1", "alt_text": "A shirt"})


@pytest.fixture
async def etsy() -> AsyncIterator[Etsy]:
    judged = Judged(documents.etsy())
    async with running_sandbox() as sandbox:
        headers = {"x-api-key": "sandbox-key:sandbox-secret", "Authorization": f"Bearer {await access_token(sandbox)}"}
        async with httpx.AsyncClient(base_url=sandbox.url("etsy"), transport=judged, headers=headers) as http:
            yield Etsy(http, sandbox, judged)


async def access_token(sandbox: Sandbox) -> str:
    form = {"grant_type": "refresh_token", "client_id": "sandbox-key", "refresh_token": "1.etsy-refresh-main-1"}
    async with httpx.AsyncClient(base_url=sandbox.url("etsy")) as http:
        return str((await http.post("/v3/public/oauth/token", data=form)).json()["access_token"])


async def test_a_product_goes_the_whole_way_and_back(etsy: Etsy) -> None:
    http = etsy.http
    listing_id = await etsy.draft()
    assert (await etsy.upload(listing_id)).status_code == 201
    inventory = {"products": [a_product("s", "S"), a_product("m", "M")], "sku_on_property": [513]}
    assert (await http.put(f"{API}/listings/{listing_id}/inventory", json=inventory)).status_code == 200
    listing = f"{SHOP}/listings/{listing_id}"
    for state in ("active", "inactive", "active"):
        assert (await http.patch(listing, data={"state": state})).json()["state"] == state
    assert (await http.get(f"{API}/listings/{listing_id}")).json()["has_variations"]
    assert (await http.get(f"{API}/listings/{listing_id}/inventory")).json()["sku_on_property"] == [513]
    images = (await http.get(f"{API}/listings/{listing_id}/images")).json()
    assert images["count"] == 1
    image_id = images["results"][0]["listing_image_id"]
    assert (await http.delete(f"{listing}/images/{image_id}")).status_code == 204
    assert (await http.delete(f"{API}/listings/{listing_id}")).status_code == 204


async def test_every_read_has_the_documents_shape(etsy: Etsy) -> None:
    http = etsy.http
    listing_id = await etsy.draft()
    await etsy.upload(listing_id)
    page = await http.get(f"{SHOP}/listings", params={"state": "draft", "limit": 100, "includes": ["Images", "Inventory"]})
    assert page.json()["count"] == 1
    for path in ("listings/batch", "listings/batch/inventory"):
        assert (await http.get(f"{API}/{path}", params={"listing_ids": listing_id})).json()["count"] == 1
    assert (await http.get(f"{API}/users/me")).json()["shop_id"] == shop_of("main")
    assert (await http.get(f"{API}/openapi-ping")).status_code == 200
    token = http.headers["Authorization"].removeprefix("Bearer ")
    assert (await http.post(f"{API}/scopes", data={"token": token})).status_code == 200


async def test_every_answer_tells_what_is_left(etsy: Etsy) -> None:
    answers = [await etsy.http.get(f"{API}/openapi-ping"), await etsy.http.get(f"{API}/listings/1")]
    assert all(set(answer.headers) >= QUOTA for answer in answers)


async def test_every_refusal_has_the_documents_shape(etsy: Etsy) -> None:
    http = etsy.http
    listing_id = await etsy.draft()
    listing = f"{SHOP}/listings/{listing_id}"
    assert (await http.patch(listing, data={"state": "active"})).status_code == 400
    assert (await http.get(f"{API}/listings/1")).status_code == 404
    assert (await http.delete(f"{API}/listings/1")).status_code == 404
    assert (await http.get(f"{API}/shops/1/listings")).status_code == 403
    bad = {"products": [{**a_product(), "product_id": 1}]}
    assert (await http.put(f"{API}/listings/{listing_id}/inventory", json=bad, extensions=WRONG)).status_code == 400
    assert (await http.post(f"{SHOP}/listings", data={"title": "Shirt"}, extensions=WRONG)).status_code == 400
    assert (await http.post(f"{SHOP}/listings", json=DRAFT, extensions=WRONG)).status_code == 400
    assert (await http.get(f"{API}/listings/{listing_id}", headers={"x-api-key": ""}, extensions=WRONG)).status_code == 401
    assert (await http.get(f"{API}/listings/{listing_id}", headers={"x-api-key": "sandbox-key"})).status_code == 403
    assert (await http.delete(f"{API}/listings/{listing_id}", headers={"Authorization": "Bearer old"})).status_code == 401


@pytest.mark.parametrize(("kind", "status"), [(FaultKind.THROTTLE, 429), (FaultKind.SERVER_ERROR, 500), (FaultKind.INVALID_TOKEN, 401)])
async def test_a_fault_that_answers_has_the_documents_shape(etsy: Etsy, kind: FaultKind, status: int) -> None:
    etsy.sandbox.faults.plan(Fault(marketplace="etsy", kind=kind))
    assert (await etsy.http.get(f"{SHOP}/listings")).status_code == status


async def test_a_draft_may_be_created_behind_a_server_error(etsy: Etsy) -> None:
    etsy.sandbox.faults.plan(Fault(marketplace="etsy", operation="createDraftListing", kind=FaultKind.ERROR_AFTER_EFFECT))
    answer = await etsy.http.post(f"{SHOP}/listings", data=DRAFT)
    assert (answer.status_code, answer.json()) == (500, {"error": "Server Error"})
    assert (await etsy.http.get(f"{SHOP}/listings", params={"state": "draft"})).json()["count"] == 1
