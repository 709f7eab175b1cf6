"""A shop at a fresh stand-in Etsy, for the tests of its rules."""

from collections.abc import Mapping

from multidict import CIMultiDict, MultiDict
from pydantic import JsonValue

from sandbox.calls import Answer, Call, JsonObject, Part, at, objects_at
from sandbox.etsy import inventory, listings, pictures
from sandbox.etsy.routes import Act
from sandbox.etsy.state import Listing, Market, shop_of
from sandbox.gallery import Gallery

NOW = 1_795_000_000.0
"""November 2026."""
PNG = b"\x89PNG\r\n\x1a\n a picture"

type Form = Mapping[str, str]

DRAFT: Form = {
    "quantity": "3",
    "title": "Ocean shirt",
    "description": "Blue.",
    "price": "19.90",
    "who_made": "i_did",
    "when_made": "made_to_order",
    "taxonomy_id": "482",
    "shipping_profile_id": "7",
    "return_policy_id": "8",
}


def a_product(sku: str = "shirt", size: str = "", changes: JsonObject | None = None, **more: JsonValue) -> JsonObject:
    offering: JsonObject = {"price": 19.9, "quantity": 3, "is_enabled": True, "readiness_state_id": 9, **(changes or {}), **more}
    values: list[JsonValue] = [{"property_id": 513, "property_name": "Size", "value_ids": [], "values": [size]}] if size else []
    return {"sku": sku, "property_values": values, "offerings": [offering]}


class Shop:
    """One shop's calls, in the order of the test."""

    def __init__(self, account: str = "main", market: Market | None = None) -> None:
        self.market = market or Market()
        self.account = account
        self.gallery = Gallery()

    def do(self, act: Act, form: Form | None = None, body: JsonValue = None, query: str = "", **params: str) -> Answer:
        pairs = [pair.split("=", 1) for pair in query.split("&") if pair]
        return act(
            self.market,
            Call(
                now=NOW,
                account=self.account,
                params={"shop_id": str(shop_of(self.account)), **params},
                query=MultiDict((name, value) for name, value in pairs),
                headers=CIMultiDict(),
                form={name: [value] for name, value in (form or {}).items()},
                body=body,
            ),
        )

    def draft(self, **changes: str) -> Listing:
        answer = self.do(listings.create_draft, {**DRAFT, **changes})
        assert answer.status == 201, answer.body
        return self.market.listings[number_of(answer)]

    def upload(self, listing: Listing, content: bytes = PNG, **fields: str) -> Answer:
        parts = {"image": Part(content, "shirt.png"), **{name: Part(text.encode()) for name, text in fields.items()}}
        params = {"shop_id": str(shop_of(self.account)), "listing_id": str(listing.listing_id)}
        return pictures.upload(self.market, self.gallery, Call(now=NOW, account=self.account, params=params, parts=parts))

    def put_inventory(self, listing: Listing, *products: JsonObject, query: str = "", **more: JsonValue) -> Answer:
        return self.do(inventory.put, body={"products": [*products], **more}, query=query, listing_id=str(listing.listing_id))

    def update(self, listing: Listing, **form: str) -> Answer:
        return self.do(listings.update, form, listing_id=str(listing.listing_id))

    def active(self, **changes: str) -> Listing:
        listing = self.draft(**changes)
        self.upload(listing)
        assert self.update(listing, state="active").status == 200
        return listing


def number_of(answer: Answer) -> int:
    listing_id = at(answer.body, "listing_id")
    assert isinstance(listing_id, int)
    return listing_id


def wrong_fields(answer: Answer) -> set[str]:
    """The fields that a refusal in list form names."""
    body = answer.body
    assert isinstance(body, list), body
    return {str(at(entry, "path")) for entry in body}


def found(answer: Answer) -> list[int]:
    return [number for entry in objects_at(answer.body, "results") if isinstance(number := entry["listing_id"], int)]
