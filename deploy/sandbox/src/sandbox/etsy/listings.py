"""Listings: drafted, read, changed, activated, deleted. A draft has no idempotency key: asked twice, it stands there twice."""

from collections.abc import Mapping
from http import HTTPStatus

from pydantic import JsonValue

from sandbox.calls import Answer, Call, JsonObject, digits, objects_at
from sandbox.etsy import errors, forms
from sandbox.etsy.inventory import shown_inventory
from sandbox.etsy.ownership import owned
from sandbox.etsy.pictures import shown_pictures
from sandbox.etsy.state import Listing, Market, money, shop_of, user_of

PAGE_MAX = 100
OFFSET_MAX = 12_000
STATES = frozenset({"active", "inactive", "sold_out", "draft", "expired"})
LISTED_SECONDS = 120 * 86_400


def create_draft(market: Market, call: Call) -> Answer:
    if call.params["shop_id"] != str(shop_of(call.account)):
        return errors.not_yours()
    fields, problems = forms.read(call.form, forms.ONLY_LATER)
    if problems:
        return errors.listed(problems)
    if (refusal := _wrong_draft(fields, call.now)) is not None:
        return refusal
    listing = _drafted(next(market.numbers), fields, call)
    market.listings[listing.listing_id] = listing
    return Answer(HTTPStatus.CREATED, shown(listing, call), effect=True)


def get(market: Market, call: Call) -> Answer:
    listing = market.find(call.params["listing_id"])
    if listing is None or (listing.state != "active" and listing.account != call.account):
        return errors.no_listing(call.params["listing_id"])
    return Answer(HTTPStatus.OK, _with_associations(listing, call))


def get_page(market: Market, call: Call) -> Answer:
    """By state, newest first; there is no search by SKU or title."""
    if call.params["shop_id"] != str(shop_of(call.account)):
        return errors.not_yours()
    state, limit, offset = call.query.get("state", "active"), digits(call.query.get("limit", "25")), digits(call.query.get("offset", "0"))
    if state not in STATES:
        return errors.bad("Invalid value for parameter 'state'.")
    if limit is None or offset is None or not (1 <= limit <= PAGE_MAX and offset <= OFFSET_MAX):
        return errors.bad("Invalid value for parameter 'limit' or 'offset'.")
    found = [listing for listing in market.of(call.account) if listing.state == state]
    return _page(found[offset : offset + limit], len(found), call)


def get_batch(market: Market, call: Call) -> Answer:
    """By ids, at most 100; those that are not there are left out."""
    texts = [text for joined in call.query.getall("listing_ids", []) for text in joined.split(",")]
    if not 1 <= len(texts) <= PAGE_MAX or any(digits(text) is None for text in texts):
        return errors.bad("Invalid value for parameter 'listing_ids'.")
    found = [listing for text in texts if (listing := market.find(text)) is not None]
    return _page([listing for listing in found if listing.state == "active" or listing.account == call.account], None, call)


def update(market: Market, call: Call) -> Answer:
    listing = owned(market, call)
    if isinstance(listing, Answer):
        return listing
    fields, problems = forms.read(call.form, forms.ONLY_AT_CREATION)
    if problems := problems + forms.wrong_values(fields, call.now):
        return errors.listed(problems)
    state = fields.pop("state", None)
    if state is not None and (refusal := _wrong_state(listing, {**listing.fields, **fields}, state)) is not None:
        return refusal
    listing.fields.update(fields)
    listing.updated = int(call.now)
    _enter(listing, state)
    return Answer(HTTPStatus.OK, shown(listing, call), effect=True)


def delete(market: Market, call: Call) -> Answer:
    listing = owned(market, call)
    if isinstance(listing, Answer):
        return listing
    del market.listings[listing.listing_id]
    return Answer(HTTPStatus.NO_CONTENT, effect=True)


def shown(listing: Listing, call: Call) -> JsonObject:
    """The document's ShopListing."""
    return {
        **DEFAULTS,
        **_copied(listing),
        "listing_id": listing.listing_id,
        "user_id": user_of(listing.account),
        "shop_id": shop_of(listing.account),
        "state": listing.state,
        "quantity": listing.quantity,
        "price": money(listing.price),
        "url": f"{call.base_url}/listing/{listing.listing_id}",
        "has_variations": len(objects_at(listing.inventory, "products")) > 1,
        **_times(listing),
    }


DEFAULTS: Mapping[str, JsonValue] = {
    "shop_section_id": None, "featured_rank": -1, "num_favorers": 0, "non_taxable": False, "is_taxable": True,
    "is_customizable": True, "is_personalizable": False, "tags": [], "materials": [], "shipping_profile_id": None,
    "return_policy_id": None, "processing_min": None, "processing_max": None, "is_supply": None, "item_weight": None,
    "item_weight_unit": None, "item_length": None, "item_width": None, "item_height": None, "item_dimensions_unit": None,
    "is_private": False, "file_data": "", "should_auto_renew": False, "language": "en-US", "readiness_state_id": None,
    "suggested_title": None, "rich_description": None,
}  # fmt: skip
RENAMED: Mapping[str, str] = {"type": "listing_type", "styles": "style"}
NOT_SHOWN = frozenset({"image_ids", "production_partner_ids", "price", "quantity", "personalization_is_required", "personalization_char_count_max", "personalization_instructions"})  # fmt: skip


def _copied(listing: Listing) -> JsonObject:
    own: JsonObject = {RENAMED.get(name, name): value for name, value in listing.fields.items() if name not in NOT_SHOWN}
    return {"listing_type": "physical", "style": [], **own}


def _times(listing: Listing) -> JsonObject:
    return {
        "creation_timestamp": listing.created,
        "created_timestamp": listing.created,
        "original_creation_timestamp": listing.created,
        "ending_timestamp": listing.created + LISTED_SECONDS,
        "last_modified_timestamp": listing.updated,
        "updated_timestamp": listing.updated,
        "state_timestamp": listing.updated,
    }


def _with_associations(listing: Listing, call: Call) -> JsonObject:
    wanted = {word for joined in (*call.query.getall("includes", []), *call.query.getall("includes[]", [])) for word in joined.split(",")}
    body: JsonObject = {**shown(listing, call), "skus": [*listing.skus]}
    if "Images" in wanted:
        body["images"] = shown_pictures(listing, call)
    if "Inventory" in wanted:
        body["inventory"] = shown_inventory(listing)
    return body


def get_batch_inventory(market: Market, call: Call) -> Answer:
    """The batch by ids, each with its inventory, asked for or not."""
    answer = get_batch(market, call)
    if isinstance(answer.body, dict):
        for entry in objects_at(answer.body, "results"):
            entry["inventory"] = shown_inventory(market.listings[_number(entry)])
    return answer


def _number(entry: JsonObject) -> int:
    listing_id = entry["listing_id"]
    assert isinstance(listing_id, int)
    return listing_id


def _page(listings: list[Listing], total: int | None, call: Call) -> Answer:
    results: list[JsonValue] = [_with_associations(listing, call) for listing in listings]
    return Answer(HTTPStatus.OK, {"count": len(results) if total is None else total, "results": results})


def _wrong_draft(fields: JsonObject, now: float) -> Answer | None:
    missing = [(name, "is required") for name in forms.REQUIRED if name not in fields]
    if problems := missing + forms.wrong_values(fields, now):
        return errors.listed(problems)
    if fields.get("type", "physical") != "download" and not fields.get("shipping_profile_id"):
        return errors.bad("A shipping_profile_id is required for physical listings.")
    return None


def _drafted(listing_id: int, fields: JsonObject, call: Call) -> Listing:
    price, quantity = fields["price"], fields["quantity"]
    assert isinstance(price, float)
    assert isinstance(quantity, int)
    return Listing(listing_id, call.account, fields, quantity, price, created=int(call.now), updated=int(call.now))


def _wrong_state(listing: Listing, fields: JsonObject, state: JsonValue) -> Answer | None:
    if state not in {"active", "inactive"}:
        return errors.bad("Invalid value for parameter 'state'.")
    if state == "inactive":
        return errors.bad("A draft listing cannot be made inactive.") if listing.state == "draft" else None
    if not listing.pictures:
        return errors.bad("Listing must have at least one image to be published.")
    if not listing.is_physical:
        return None
    if not fields.get("shipping_profile_id"):
        return errors.bad("A shipping_profile_id is required for physical listings.")
    return None if fields.get("return_policy_id") else errors.bad("A return_policy_id is required for active physical listings.")


def _enter(listing: Listing, state: JsonValue) -> None:
    """Going live from draft, sold out or expired costs the listing fee."""
    if not isinstance(state, str) or state == listing.state:
        return
    if state == "active" and listing.state != "inactive":
        listing.fees_paid += 1
    if listing.state == "sold_out":
        listing.quantity = 1
    listing.state = state
