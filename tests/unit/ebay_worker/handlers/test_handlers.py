"""Handlers in front of an eBay of a few lines: what each sees and does when the world is not as the first attempt left it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
from pydantic import SecretStr

from ebay_worker.ebay.client import Ebay
from ebay_worker.ebay.mapping import plan
from ebay_worker.handlers import HANDLERS
from ebay_worker.handlers.seller import Seller
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.words import Marketplace, Result, TaskKind
from hawker.worker.links import Links
from hawker.worker.pictures import Pictures
from orchestrator.plans.ebay import publish
from tests.unit.ebay_worker.products import DEFAULTS, PROFILE, mug, shirt

OFFER: Any = cast("Any", plan(mug(), PROFILE, DEFAULTS))["offers"][0]  # Any: JSON
THERE = OFFER | {"offerId": "7", "status": "UNPUBLISHED"}
EXISTS = {"errors": [{"errorId": 25002, "message": "Offer entity already exists", "parameters": [{"name": "offerId", "value": "7"}]}]}


class Shop:
    """Answers by method and path; keeps what it was asked."""

    def __init__(self, **answers: tuple[int, object] | Callable[[], tuple[int, object]]) -> None:
        self._answers = answers
        self.asked: list[str] = []
        self.bodies: list[Any] = []  # Any: JSON

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name = self._name(request)
        self.asked.append(name)
        self.bodies.append(json.loads(request.content or b"null"))
        answer = self._answers[name]
        status, body = answer() if callable(answer) else answer
        return httpx.Response(status, json=body)

    @staticmethod
    def _name(request: httpx.Request) -> str:
        last = request.url.path.rpartition("/")[2]
        match request.method, last:
            case "POST", "offer":
                return "create"
            case "POST", "publish" | "publish_by_inventory_item_group":
                return "publish"
            case "GET", "offer":
                return "list"
            case "GET", offer_id:
                return f"get_{offer_id}"
            case _:
                return "put"


def published(offer_id: str, listing_id: str) -> tuple[int, object]:
    return 200, THERE | {"offerId": offer_id, "status": "PUBLISHED", "listing": {"listingId": listing_id}}


async def token(_: str | None) -> SecretStr | Failure:
    return SecretStr("token")


async def do(operation: str, shop: Shop, given: Result, *, look_first: bool = False) -> Result | Failure:
    http = httpx.AsyncClient(base_url="https://ebay.example", transport=httpx.MockTransport(shop))
    unused = cast("Links", None)  # No handler of this file reaches for links.
    seller = Seller(Ebay(http, http, token, "en-US"), PROFILE, DEFAULTS, unused, Pictures(http))
    now = datetime.now(UTC)
    command = ExecuteTask(
        tenant_id="demo",
        account_id="main",
        marketplace=Marketplace.EBAY,
        job_id="job-1",
        position=0,
        attempt=1,
        kind=TaskKind.DIRECT_HTTP,
        operation=operation,
        input=given,
        look_first=look_first,
        dispatched_at=now,
        timeout_seconds=20,
        deadline=now + timedelta(seconds=60),
    )
    return await HANDLERS[operation](command, seller)


@pytest.mark.parametrize("product", [mug(), shirt()])
def test_every_operation_of_the_plan_has_a_handler(product: Any) -> None:  # Any: a product
    assert {task.operation for task in publish(product)} <= HANDLERS.keys()


async def test_a_first_attempt_creates_without_looking() -> None:
    shop = Shop(create=(201, {"offerId": "7"}))
    assert await do("ebay.create_offer", shop, {"offer": OFFER}) == {"offer_id": "7", "created": True}
    assert shop.asked == ["create"]


async def test_in_doubt_an_offer_is_looked_for_before_it_is_created() -> None:
    shop = Shop(list=(200, {"offers": [THERE]}))
    assert await do("ebay.create_offer", shop, {"offer": OFFER}, look_first=True) == {"offer_id": "7", "created": False}
    assert shop.asked == ["list"]


async def test_in_doubt_and_nothing_there_it_is_created() -> None:
    shop = Shop(list=(404, {}), create=(201, {"offerId": "7"}))
    assert await do("ebay.create_offer", shop, {"offer": OFFER}, look_first=True) == {"offer_id": "7", "created": True}


async def test_an_offer_that_says_something_else_is_made_to_say_what_we_want() -> None:
    shop = Shop(create=(400, EXISTS), list=(200, {"offers": [THERE | {"availableQuantity": 1}]}), put=(200, {}))
    assert await do("ebay.create_offer", shop, {"offer": OFFER}) == {"offer_id": "7", "created": False}
    assert shop.asked == ["create", "list", "put"]
    assert shop.bodies[-1]["availableQuantity"] == OFFER["availableQuantity"]
    assert "sku" not in shop.bodies[-1]


async def test_an_offer_that_is_named_but_not_yet_listed_is_read_by_its_name() -> None:
    shop = Shop(create=(400, EXISTS), list=(200, {"offers": []}), get_7=(200, THERE))
    assert await do("ebay.create_offer", shop, {"offer": OFFER}) == {"offer_id": "7", "created": False}


async def test_an_offer_that_exists_and_does_not_show_is_looked_for_again_later() -> None:
    shop = Shop(create=(400, EXISTS), list=(200, {"offers": []}), get_7=(404, {}))
    failure = await do("ebay.create_offer", shop, {"offer": OFFER})
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TRANSIENT


async def test_a_published_offer_keeps_its_listing() -> None:
    shop = Shop(get_7=published("7", "110"))
    assert await do("ebay.publish_offer", shop, {"offer_id": "7"}) == {"listing_id": "110", "url": "https://www.ebay.com/itm/110"}
    assert shop.asked == ["get_7"]


async def test_an_offer_that_somebody_deleted_cannot_be_published() -> None:
    failure = await do("ebay.publish_offer", Shop(get_7=(404, {})), {"offer_id": "7"})
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.REJECTED


async def test_what_ebay_dropped_is_told_with_the_listing() -> None:
    warning = {"errorId": 25028, "message": "Size is not applicable and has been dropped"}
    shop = Shop(get_7=(200, THERE), publish=(200, {"listingId": "110", "warnings": [warning]}))
    done = await do("ebay.publish_offer", shop, {"offer_id": "7"})
    assert isinstance(done, dict)
    assert done["warnings"] == ["Size is not applicable and has been dropped"]


async def test_a_published_group_keeps_its_listing() -> None:
    shop = Shop(get_7=published("7", "110"), get_8=published("8", "110"))
    done = await do("ebay.publish_group", shop, {"group_key": "G", "offer_ids": ["7", "8"]})
    assert done == {"listing_id": "110", "url": "https://www.ebay.com/itm/110"}


async def test_a_group_that_has_grown_is_published_again_into_the_same_listing() -> None:
    shop = Shop(get_7=published("7", "110"), get_8=(200, THERE | {"offerId": "8"}), publish=(200, {"listingId": "110"}))
    done = await do("ebay.publish_group", shop, {"group_key": "G", "offer_ids": ["7", "8"]})
    assert isinstance(done, dict)
    assert done["listing_id"] == "110"
    assert shop.bodies[-1] == {"inventoryItemGroupKey": "G", "marketplaceId": "EBAY_US"}


async def test_a_new_group_costs_one_look() -> None:
    shop = Shop(get_7=(200, THERE), publish=(200, {"listingId": "110"}))
    await do("ebay.publish_group", shop, {"group_key": "G", "offer_ids": ["7", "8", "9"]})
    assert shop.asked == ["get_7", "publish"]


async def test_an_item_that_was_there_is_never_called_created() -> None:
    item: Result = {"sku": "MUG1", "locale": "en_US", "payload": {"product": {"title": "Mug"}}, "picture": None}
    given: Result = {"item": item, "image_urls": ["https://i.example/1.jpg"]}
    assert await do("ebay.put_item", Shop(put=(204, None)), given) == {"sku": "MUG1", "created": False}
    shop = Shop(put=(201, {}))
    assert await do("ebay.put_item", shop, given) == {"sku": "MUG1", "created": True}
    assert shop.bodies[0]["product"]["imageUrls"] == ["https://i.example/1.jpg"]


async def test_a_refusal_names_the_product_and_every_fault() -> None:
    product = mug(title="x" * 96, images=())
    failure = await do("ebay.validate", Shop(), {"product": product.model_dump(mode="json")})
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.REJECTED
    assert "its title has 96 characters, eBay takes 80; it has no picture, eBay wants at least one." in failure.reason
