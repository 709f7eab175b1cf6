"""A seller at a fresh stand-in eBay, for the tests of its rules."""

from collections.abc import Callable, Mapping

from multidict import CIMultiDict, MultiDict
from pydantic import JsonValue

from sandbox.calls import Answer, Call, JsonObject, at, objects_at
from sandbox.ebay import items, offers, publishing
from sandbox.ebay.state import Market, Seller

type Act = Callable[[Market, Seller, Call], Answer]

BASE_URL = "http://127.0.0.1:1"
HEADERS = {"Accept-Language": "en-US", "Content-Language": "en-US"}


def an_item(**changes: JsonValue) -> JsonObject:
    product: JsonObject = {
        "title": "Ocean shirt",
        "description": "Blue.",
        "aspects": {"Brand": ["Ocean"]},
        "imageUrls": [f"{BASE_URL}/images/1"],
    }
    return {
        "availability": {"shipToLocationAvailability": {"quantity": 3}},
        "condition": "NEW",
        "product": {**product, **{name: value for name, value in changes.items() if name in product}},
        **{name: value for name, value in changes.items() if name not in product},
    }


def an_offer(sku: str = "shirt", changes: JsonObject | None = None, **more: JsonValue) -> JsonObject:
    return {
        "sku": sku,
        "marketplaceId": "EBAY_US",
        "format": "FIXED_PRICE",
        "pricingSummary": {"price": {"value": "19.90", "currency": "USD"}},
        "categoryId": "57990",
        "merchantLocationKey": "main",
        "listingPolicies": {"paymentPolicyId": "1", "returnPolicyId": "2", "fulfillmentPolicyId": "3"},
        **(changes or {}),
        **more,
    }


def a_group(*skus: str, **changes: JsonValue) -> JsonObject:
    return {
        "title": "Ocean shirt",
        "description": "Blue, in sizes.",
        "imageUrls": [f"{BASE_URL}/images/1"],
        "variantSKUs": [*skus],
        "variesBy": {"specifications": [{"name": "Size", "values": ["S", "M"]}]},
        **changes,
    }


class Selling:
    """One seller's calls, in the order of the test."""

    def __init__(self, account: str = "main", market: Market | None = None) -> None:
        self.market = market or Market()
        self.seller = self.market.seller(account)

    def do(self, act: Act, body: JsonValue = None, headers: Mapping[str, str] = HEADERS, query: str = "", **params: str) -> Answer:
        pairs = [pair.split("=", 1) for pair in query.split("&") if pair]
        words = MultiDict((name, value) for name, value in pairs)
        call = Call(base_url=BASE_URL, account=self.seller.account, params=params, query=words, headers=CIMultiDict(headers), body=body)
        return act(self.market, self.seller, call)

    def put_item(self, sku: str = "shirt", **changes: JsonValue) -> Answer:
        return self.do(items.put, an_item(**changes), sku=sku)

    def offer(self, sku: str = "shirt", changes: JsonObject | None = None) -> str:
        """An item and its offer; gives the offer's id."""
        self.put_item(sku)
        return self.offer_of(sku, **(changes or {}))

    def offer_of(self, sku: str, **changes: JsonValue) -> str:
        answer = self.do(offers.create, an_offer(sku, changes))
        offer_id = at(answer.body, "offerId")
        assert isinstance(offer_id, str), answer
        return offer_id

    def publish(self, offer_id: str) -> Answer:
        return self.do(publishing.publish, offerId=offer_id)

    def published(self, sku: str = "shirt") -> str:
        """An offer that is a listing; gives the offer's id."""
        offer_id = self.offer(sku)
        assert self.publish(offer_id).status == 200
        return offer_id

    def group(self, *skus: str, key: str = "shirts") -> None:
        for sku in skus:
            self.put_item(sku)
        assert self.do(items.put_group, a_group(*skus), inventoryItemGroupKey=key).status in {201, 204}

    def publish_group(self, key: str = "shirts") -> Answer:
        return self.do(publishing.publish_group, {"inventoryItemGroupKey": key, "marketplaceId": "EBAY_US"})

    def withdraw_group(self, key: str = "shirts") -> Answer:
        return self.do(publishing.withdraw_group, {"inventoryItemGroupKey": key, "marketplaceId": "EBAY_US"})


def error_of(answer: Answer) -> int:
    """The id of the first error; 0 where there is none."""
    error_id = next((error["errorId"] for error in objects_at(answer.body, "errors")), 0)
    assert isinstance(error_id, int)
    return error_id
