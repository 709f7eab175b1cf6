"""The way of a call through a running stand-in: counted, paced, disturbed, answered; and what the control API tells of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from sandbox.ebay.oauth import CLIENT_ID, CLIENT_SECRET
from sandbox.testing import Sandbox, SandboxSettings, running_sandbox
from tests.unit.sandbox.ebay.selling import HEADERS, an_item, an_offer

INVENTORY = "/sell/inventory/v1"


@dataclass
class Street:
    """A running sandbox and a seller at its eBay."""

    sandbox: Sandbox
    http: aiohttp.ClientSession
    token: str = ""

    async def connect(self, account: str = "main") -> None:
        form = {"grant_type": "refresh_token", "refresh_token": f"ebay-refresh-{account}"}
        headers = {"Authorization": aiohttp.encode_basic_auth(CLIENT_ID, CLIENT_SECRET)}
        async with self.http.post(self.sandbox.url("ebay") + "/identity/v1/oauth2/token", data=form, headers=headers) as answer:
            self.token = (await answer.json())["access_token"]

    async def ebay(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, str], str]:
        """Status, headers and text. A client that retries by itself would hide a lost answer, so each call has a connection of its own."""
        headers = {**HEADERS, "Authorization": f"Bearer {self.token}", "Connection": "close"}
        async with self.http.request(method, f"{self.sandbox.url('ebay')}{INVENTORY}{path}", json=body, headers=headers) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, await answer.text()

    async def offer(self) -> tuple[int, dict[str, str], str]:
        await self.ebay("PUT", "/inventory_item/shirt", an_item())
        return await self.ebay("POST", "/offer", an_offer())

    async def control(self, method: str, path: str, body: object = None) -> tuple[int, object]:
        async with self.http.request(method, self.sandbox.url("control") + path, json=body) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else None

    async def plan(self, kind: str, operation: str = "createOffer", **more: object) -> None:
        status, _ = await self.control("POST", "/faults", {"marketplace": "ebay", "operation": operation, "kind": kind, **more})
        assert status == 201

    async def count(self, name: str, marketplace: str = "ebay") -> object:
        _, counts = await self.control("GET", "/counts")
        assert isinstance(counts, dict)
        return counts[marketplace][name]


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    async with running_sandbox() as sandbox, aiohttp.ClientSession(trust_env=False) as http:
        found = Street(sandbox, http)
        await found.connect()
        yield found


async def test_calls_and_effects_are_counted_by_operation(street: Street) -> None:
    await street.offer()
    await street.ebay("POST", "/offer", an_offer())
    assert await street.count("by_operation") == {"token": 1, "createOrReplaceInventoryItem": 1, "createOffer": 2}
    assert await street.count("effects_by_operation") == {"createOrReplaceInventoryItem": 1, "createOffer": 1}
    assert (await street.count("calls"), await street.count("effects"), await street.count("duplicates")) == (4, 2, 0)


async def test_a_throttled_call_is_told_when_to_come_back_and_changes_nothing(street: Street) -> None:
    await street.plan("throttle", retry_after_seconds=2.5)
    status, headers, _ = await street.offer()
    assert (status, headers["retry-after"]) == (429, "2.5")
    assert (await street.count("throttled"), await street.count("effects")) == (1, 1)
    assert (await street.ebay("POST", "/offer", an_offer()))[0] == 201


async def test_a_server_error_comes_before_the_effect(street: Street) -> None:
    await street.plan("server_error")
    assert (await street.offer())[0] == 500
    assert (await street.ebay("POST", "/offer", an_offer()))[0] == 201


async def test_an_error_after_the_effect_hides_that_it_happened(street: Street) -> None:
    await street.plan("error_after_effect")
    assert (await street.offer())[0] == 500
    assert await street.count("effects_by_operation") == {"createOrReplaceInventoryItem": 1, "createOffer": 1}
    assert (await street.ebay("POST", "/offer", an_offer()))[0] == 400


async def test_a_lost_answer_happened(street: Street) -> None:
    await street.plan("lost_answer")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await street.offer()
    assert (await street.ebay("GET", "/offer?sku=shirt"))[0] == 200


async def test_a_call_that_times_out_happened(street: Street) -> None:
    await street.plan("timeout_after_effect", delay_seconds=60)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await street.offer()
    assert (await street.ebay("GET", "/offer?sku=shirt"))[0] == 200


async def test_a_late_answer_is_a_right_one(street: Street) -> None:
    await street.plan("latency", delay_seconds=0.05)
    assert (await street.offer())[0] == 201


async def test_an_invalid_token_stays_invalid_until_it_is_refreshed(street: Street) -> None:
    await street.plan("invalid_token")
    assert [(await street.offer())[0], (await street.ebay("GET", "/offer?sku=shirt"))[0]] == [401, 401]
    await street.connect()
    assert (await street.offer())[0] == 201


async def test_a_fault_hits_one_account_and_no_other(street: Street) -> None:
    await street.plan("server_error", account="other", times=9)
    assert (await street.offer())[0] == 201
    await street.connect("other")
    assert (await street.offer())[0] == 500


async def test_faults_are_read_and_cleared(street: Street) -> None:
    await street.plan("server_error", times=2)
    await street.offer()
    _, planned = await street.control("GET", "/faults")
    assert isinstance(planned, dict)
    assert [(fault["kind"], fault["times"], fault["fired"]) for fault in planned["faults"]] == [("server_error", 2, 1)]
    assert (await street.control("DELETE", "/faults"))[0] == 204
    assert (await street.ebay("POST", "/offer", an_offer()))[0] == 201


async def test_a_fault_that_cannot_be_is_refused_with_what_is_wrong(street: Street) -> None:
    status, errors = await street.control("POST", "/faults", {"marketplace": "ebay", "kind": "earthquake"})
    assert status == 400
    assert "kind" in json.dumps(errors)


async def test_a_reset_empties_the_shelves_and_keeps_accounts_connected(street: Street) -> None:
    await street.offer()
    await street.plan("server_error")
    assert (await street.control("POST", "/reset"))[0] == 204
    assert (await street.count("calls"), await street.count("listings")) == (0, 0)
    assert (await street.control("GET", "/faults"))[1] == {"faults": []}
    assert (await street.ebay("GET", "/offer?sku=shirt"))[0] == 404
    assert (await street.offer())[0] == 201


async def test_what_stands_on_a_marketplace_can_be_read(street: Street) -> None:
    _, _, text = await street.offer()
    picture = an_item(imageUrls=["https://pictures.test/1.jpg"])
    await street.ebay("PUT", "/inventory_item/shirt", picture)
    await street.ebay("POST", f"/offer/{json.loads(text)['offerId']}/publish")
    _, listings = await street.control("GET", "/listings/ebay")
    assert isinstance(listings, list)
    assert [(listing["account"], listing["title"], listing["state"]) for listing in listings] == [("main", "Ocean shirt", "live")]
    assert await street.count("listings") == 1
    assert [(await street.control("GET", f"/listings/{name}"))[1] for name in ("etsy", "flea")] == [[], []]
    assert (await street.control("GET", "/listings/amazon"))[0] == 404


async def test_whoever_goes_too_fast_is_told_to_wait() -> None:
    now = 100.0
    async with running_sandbox(SandboxSettings(ebay_calls_per_second=2), clock=lambda: now) as sandbox, aiohttp.ClientSession() as http:
        street = Street(sandbox, http)
        await street.connect()
        statuses = [(await street.ebay("GET", "/inventory_item"))[0] for _ in range(3)]
        assert statuses == [200, 200, 429]
        now = 101.0
        assert (await street.ebay("GET", "/inventory_item"))[0] == 200


async def test_an_access_token_ends_when_its_time_is_over() -> None:
    now = 100.0
    settings = SandboxSettings(ebay_token_seconds=60)
    async with running_sandbox(settings, clock=lambda: now) as sandbox, aiohttp.ClientSession() as http:
        street = Street(sandbox, http)
        await street.connect()
        assert (await street.ebay("GET", "/inventory_item"))[0] == 200
        now = 160.0
        assert (await street.ebay("GET", "/inventory_item"))[0] == 401


async def test_the_picture_host_has_a_picture_for_every_path_but_three(street: Street) -> None:
    async def get(path: str) -> tuple[int, str, int]:
        async with street.http.get(street.sandbox.url("pictures") + path) as answer:
            return answer.status, answer.content_type, len(await answer.read())

    assert (await get("/any/where/shirt_925x.jpg?v=1"))[:2] == (200, "image/jpeg")
    assert (await get("/hat.png"))[:2] == (200, "image/png")
    assert (await get("/missing.jpg"))[0] == 404
    assert (await get("/not-a-picture.txt"))[1] == "text/plain"
    assert (await get("/huge.png"))[2] > 20_000_000


async def test_a_body_that_is_none_is_refused(street: Street) -> None:
    headers = {**HEADERS, "Authorization": f"Bearer {street.token}", "Content-Type": "application/json"}
    url = f"{street.sandbox.url('ebay')}{INVENTORY}/inventory_item/shirt"
    async with street.http.put(url, data=b"{", headers=headers) as answer:
        assert answer.status == 400


async def test_a_seller_walks_through_flea_with_a_browser(street: Street) -> None:
    url = street.sandbox.url("flea")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), trust_env=False) as browser:
        async with browser.get(url + "/sell", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/login")
        async with browser.post(url + "/login", data={"user": "anna", "password": "secret"}) as answer:
            page = await answer.text()
        csrf = page.split('name="csrf" value="')[1].split('"')[0]
        form = {"csrf": csrf, "handle": "shirt", "title": "Shirt", "price": "9.00", "quantity": "1"}
        async with browser.post(url + "/sell", data=form) as answer:
            listing_id = (await answer.json())["listing_id"]
        photo = aiohttp.FormData({"csrf": csrf, "position": "1"}, default_to_multipart=True)
        photo.add_field("photo", b"\xff\xd8\xff\xe0 a picture", filename="a.jpg", content_type="image/jpeg")
        async with browser.post(f"{url}/listings/{listing_id}/photos", data=photo) as answer:
            assert answer.status == 201
        async with browser.post(f"{url}/listings/{listing_id}/publish", data={"csrf": csrf}) as answer:
            public = (await answer.json())["url"]
    async with street.http.get(public) as answer:
        page = await answer.text()
    async with street.http.get(url + page.split('img src="')[1].split('"')[0]) as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
    assert await street.count("by_operation", "flea") == {
        "sell_form": 2, "login": 1, "create_listing": 1, "upload_photo": 1, "publish": 1,
    }  # fmt: skip


async def test_a_challenge_stands_in_the_way_once(street: Street) -> None:
    await street.control("POST", "/faults", {"marketplace": "flea", "operation": "get_listing", "kind": "challenge"})
    statuses = []
    for _ in range(2):
        async with street.http.get(street.sandbox.url("flea") + "/api/listings/1") as answer:
            statuses.append(answer.status)
    assert statuses == [403, 404]
