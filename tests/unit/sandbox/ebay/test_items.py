"""Inventory items and groups of the stand-in eBay."""

import pytest
from pydantic import JsonValue

from sandbox.calls import at
from sandbox.ebay import items
from tests.unit.sandbox.ebay.selling import HEADERS, Selling, a_group, an_item, error_of


def test_a_new_item_is_created_and_a_known_one_is_replaced() -> None:
    selling = Selling()
    assert [selling.put_item().status, selling.put_item().status] == [201, 204]


def test_a_put_replaces_the_whole_item() -> None:
    selling = Selling()
    selling.put_item()
    selling.do(items.put, {"condition": "NEW"}, sku="shirt")
    assert selling.do(items.get, sku="shirt").body == {"condition": "NEW", "sku": "shirt", "locale": "en_US"}


@pytest.mark.parametrize("missing", ["Accept-Language", "Content-Language"])
def test_a_put_without_a_language_is_refused(missing: str) -> None:
    headers = {name: value for name, value in HEADERS.items() if name != missing}
    answer = Selling().do(items.put, an_item(), headers, sku="shirt")
    assert (answer.status, error_of(answer), answer.effect) == (400, 25709, False)


def test_any_language_is_no_language() -> None:
    assert error_of(Selling().do(items.get, headers={"Accept-Language": "*"}, sku="shirt")) == 25709


@pytest.mark.parametrize(
    ("sku", "changes", "error_id"),
    [
        ("s" * 51, {}, 25707),
        ("shirt-s", {}, 25707),
        ("shirt", {"title": "t" * 81}, 25016),
        ("shirt", {"description": "d" * 4001}, 25016),
        ("shirt", {"aspects": {"Brand": "Ocean"}}, 25016),
        ("shirt", {"imageUrls": ["https://pictures.test/1"] * 25}, 25014),
        ("shirt", {"condition": "SHINY"}, 25021),
        ("shirt", {"availability": {"shipToLocationAvailability": {"quantity": -1}}}, 25004),
        ("shirt", {"availability": {"shipToLocationAvailability": {"quantity": True}}}, 25004),
    ],
)
def test_an_item_beyond_its_limits_is_refused(sku: str, changes: dict[str, JsonValue], error_id: int) -> None:
    selling = Selling()
    answer = selling.do(items.put, an_item(**changes), sku=sku)
    assert (answer.status, error_of(answer)) == (400, error_id)
    assert not selling.seller.items


def test_an_item_that_is_not_there_is_not_found() -> None:
    selling = Selling()
    for act in (items.get, items.delete):
        answer = selling.do(act, sku="shirt")
        assert (answer.status, error_of(answer)) == (404, 25710)


def test_deleting_an_item_takes_its_offers_and_its_listing_along() -> None:
    selling = Selling()
    selling.published("shirt")
    selling.offer("hat")
    answer = selling.do(items.delete, sku="shirt")
    assert (answer.status, answer.effect) == (204, True)
    assert not selling.market.live_listings()
    assert [offer.sku for offer in selling.seller.offers.values()] == ["hat"]


def test_items_come_in_pages_that_name_the_next() -> None:
    selling = Selling()
    for number in range(3):
        selling.put_item(f"sku{number}")
    first = selling.do(items.get_page, query="limit=2")
    assert (at(first.body, "total"), at(first.body, "size")) == (3, 2)
    assert at(first.body, "next") == "/sell/inventory/v1/inventory_item?limit=2&offset=2"
    assert at(selling.do(items.get_page, query="limit=2&offset=2").body, "size") == 1


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "offset=-1"])
def test_a_page_that_cannot_be_is_refused(query: str) -> None:
    assert error_of(Selling().do(items.get_page, query=query)) == 25706


def test_a_group_is_created_and_then_replaced() -> None:
    selling = Selling()
    selling.put_item("s")
    answers = [selling.do(items.put_group, a_group("s"), inventoryItemGroupKey="g") for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 204]


def test_a_group_takes_only_skus_that_are_there_and_free() -> None:
    selling = Selling()
    selling.group("s", "m", key="shirts")
    selling.published("hat")
    refusals = {
        25701: selling.do(items.put_group, a_group("nowhere"), inventoryItemGroupKey="other"),
        25703: selling.do(items.put_group, a_group("s"), inventoryItemGroupKey="other"),
        25704: selling.do(items.put_group, a_group("hat"), inventoryItemGroupKey="other"),
        25709: selling.do(items.put_group, a_group(), inventoryItemGroupKey="other"),
    }
    assert {error_id: error_of(answer) for error_id, answer in refusals.items()} == {error_id: error_id for error_id in refusals}


def test_an_item_names_the_group_it_is_in() -> None:
    selling = Selling()
    selling.group("s", key="shirts")
    assert at(selling.do(items.get, sku="s").body, "inventoryItemGroupKeys") == ["shirts"]
    selling.do(items.delete_group, inventoryItemGroupKey="shirts")
    assert at(selling.do(items.get, sku="s").body, "inventoryItemGroupKeys") is None


def test_a_group_that_is_not_there_is_not_found() -> None:
    selling = Selling()
    for act in (items.get_group, items.delete_group):
        answer = selling.do(act, inventoryItemGroupKey="shirts")
        assert (answer.status, error_of(answer)) == (404, 25705)
