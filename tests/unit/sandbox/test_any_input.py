"""Whatever a seller sends, a stand-in answers: no input makes it fall over, and a refusal changes nothing."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as some
from pydantic import JsonValue

from sandbox.calls import Answer, JsonObject
from sandbox.ebay import bulk, items, locations, offers, publishing
from sandbox.etsy import inventory, listings
from tests.unit.sandbox.ebay.selling import Act, Selling, an_item, an_offer
from tests.unit.sandbox.etsy.shop import DRAFT, Shop, a_product
from tests.unit.sandbox.flea.test_flea import FORM, Visit

WORDS = [
    *an_item(),
    *an_offer(),
    *a_product(),
    "requests",
    "offers",
    "offerId",
    "products",
    "property_id",
    "values",
    "price",
    "quantity",
    "value",
]
SCALARS = (
    some.none()
    | some.booleans()
    | some.integers(-3, 2000)
    | some.floats(allow_nan=False)
    | some.text(max_size=5)
    | some.sampled_from(["s", "shirt"])
)
VALUES = some.recursive(
    SCALARS, lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from(WORDS), inner, max_size=5), max_leaves=12
)
EXAMPLES_MAX = 60

EBAY_ACTS: tuple[Act, ...] = (
    items.put, items.put_group, offers.create, offers.update, publishing.publish_group, publishing.withdraw_group, locations.create,
    bulk.put_items, bulk.get_items, bulk.create_offers, bulk.publish_offers, bulk.update_price_quantity,
)  # fmt: skip


def bent(sound: JsonObject, name: str, value: JsonValue) -> JsonObject:
    """A sound body with one value, at any depth, that is something else."""
    changed: JsonObject = {}
    for key, there in sound.items():
        if key == name:
            changed[key] = value
        elif isinstance(there, dict):
            changed[key] = bent(there, name, value)
        else:
            changed[key] = (
                [bent(entry, name, value) if isinstance(entry, dict) else entry for entry in there] if isinstance(there, list) else there
            )
    return changed


def check(answer: Answer) -> None:
    assert 200 <= answer.status < 500, answer
    assert not (answer.effect and answer.status >= 400), answer


@settings(max_examples=EXAMPLES_MAX, deadline=None)
@given(act=some.sampled_from(EBAY_ACTS), body=VALUES)
def test_ebay_answers_any_json(act: Act, body: JsonValue) -> None:
    selling = Selling()
    offer_id = selling.published()
    check(selling.do(act, body, sku="shirt", offerId=offer_id, inventoryItemGroupKey="g", merchantLocationKey="main"))


@settings(max_examples=EXAMPLES_MAX, deadline=None)
@given(name=some.sampled_from(WORDS), value=VALUES)
def test_ebay_answers_bodies_that_are_almost_right(name: str, value: JsonValue) -> None:
    selling = Selling()
    selling.do(items.put, bent(an_item(), name, value), sku="shirt")
    offer_id = selling.offer()
    for offer in (
        selling.do(items.get, sku="shirt"),
        selling.do(offers.update, bent(an_offer(), name, value), offerId=offer_id),
        selling.publish(offer_id),
    ):
        check(offer)
    for act in (bulk.put_items, bulk.create_offers, bulk.update_price_quantity):
        price: JsonObject = {"offerId": offer_id, "price": {"value": "1.00", "currency": "USD"}}
        entry: JsonObject = {**an_item(), **an_offer(), "locale": "en_US", "offers": [price]}
        check(selling.do(act, {"requests": [bent(entry, name, value)]}))


@settings(max_examples=EXAMPLES_MAX, deadline=None)
@given(name=some.sampled_from(WORDS), value=VALUES, body=VALUES)
def test_etsy_answers_any_inventory(name: str, value: JsonValue, body: JsonValue) -> None:
    shop = Shop()
    listing_id = str(shop.draft().listing_id)
    for put in (body, bent({"products": [a_product("s", "S")], "price_on_property": [513]}, name, value)):
        check(shop.do(inventory.put, body=put, listing_id=listing_id))
        check(shop.do(inventory.get, listing_id=listing_id))


TEXTS = (
    some.text(max_size=8)
    | some.integers().map(str)
    | some.floats().map(str)
    | some.sampled_from(["9" * 5000, "٣", "-", "1e400", "[]", "{}", "[1]"])
)


def one_field_is_something_else(form: dict[str, str], act: Callable[[dict[str, str]], Answer], name: str, value: str) -> None:
    check(act({**form, name: value}))


@settings(max_examples=EXAMPLES_MAX, deadline=None)
@given(name=some.sampled_from(sorted(DRAFT)) | some.sampled_from(["tags", "state", "image_ids", "type"]), value=TEXTS)
def test_etsy_answers_any_form(name: str, value: str) -> None:
    shop = Shop()
    draft = shop.draft()
    one_field_is_something_else(dict(DRAFT), lambda form: shop.do(listings.create_draft, form), name, value)
    check(shop.update(draft, **{name: value}))
    check(shop.do(listings.get_page, query=f"limit={value}") if "=" not in value and "&" not in value else shop.do(listings.get_page))
    check(shop.do(listings.get, listing_id=value))
    check(shop.upload(draft, rank=value))


@settings(max_examples=EXAMPLES_MAX, deadline=None)
@given(name=some.sampled_from(sorted(FORM)), value=TEXTS)
def test_flea_answers_any_form(name: str, value: str) -> None:
    visit = Visit()
    one_field_is_something_else(FORM, lambda form: visit.create(**form), name, value)
    check(visit.add_photo(visit.created(), value))
