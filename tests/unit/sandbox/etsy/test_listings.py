"""Listings of the stand-in Etsy: drafted, changed, activated, deleted."""

import pytest

from sandbox.calls import at, objects_at
from sandbox.etsy import listings
from sandbox.etsy.state import shop_of
from tests.unit.sandbox.etsy.shop import DRAFT, Shop, a_product, found, wrong_fields


def test_a_draft_stands_in_the_shop_as_asked() -> None:
    shop = Shop()
    answer = shop.do(listings.create_draft, {**DRAFT, "tags": "blue,cotton"})
    assert (answer.status, answer.effect) == (201, True)
    assert (at(answer.body, "state"), at(answer.body, "tags")) == ("draft", ["blue", "cotton"])
    assert at(answer.body, "price") == {"amount": 1990, "divisor": 100, "currency_code": "USD"}


def test_a_draft_asked_twice_stands_there_twice_and_counts_as_a_duplicate() -> None:
    shop = Shop()
    shop.draft()
    assert shop.market.duplicates() == 0
    shop.draft()
    assert (len(shop.market.listings), shop.market.duplicates()) == (2, 1)


@pytest.mark.parametrize("name", ["quantity", "title", "description", "price", "who_made", "when_made", "taxonomy_id"])
def test_a_draft_needs_every_required_field(name: str) -> None:
    shop = Shop()
    answer = shop.do(listings.create_draft, {key: value for key, value in DRAFT.items() if key != name})
    assert (answer.status, wrong_fields(answer)) == (400, {name})
    assert not shop.market.listings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "t" * 141),
        ("title", "50% off, 100% cotton"),
        ("title", " "),
        ("quantity", "0"),
        ("quantity", "1000"),
        ("quantity", "3.5"),
        ("price", "0.19"),
        ("price", "nan"),
        ("price", "cheap"),
        ("who_made", "my_cat"),
        ("when_made", "2020_2024"),
        ("when_made", "soon"),
        ("taxonomy_id", "0"),
        ("type", "imaginary"),
        ("tags", ",".join(f"tag{number}" for number in range(14))),
        ("tags", "a tag that goes on and on"),
        ("is_supply", "maybe"),
        ("state", "active"),
        ("sku", "shirt"),
    ],
)
def test_a_draft_beyond_its_limits_is_refused_and_says_where(name: str, value: str) -> None:
    answer = Shop().do(listings.create_draft, {**DRAFT, name: value})
    assert (answer.status, wrong_fields(answer), answer.effect) == (400, {name}, False)


@pytest.mark.parametrize("era", ["made_to_order", "2020_2026", "2010_2019", "1990s", "before_1700"])
def test_a_draft_takes_the_eras_that_there_are(era: str) -> None:
    assert Shop().draft(when_made=era).fields["when_made"] == era


def test_only_a_physical_draft_needs_a_shipping_profile() -> None:
    shop = Shop()
    form = {name: value for name, value in DRAFT.items() if name != "shipping_profile_id"}
    refusal = shop.do(listings.create_draft, form)
    assert (refusal.status, at(refusal.body, "error")) == (400, "A shipping_profile_id is required for physical listings.")
    assert shop.do(listings.create_draft, {**form, "type": "download"}).status == 201


def test_nobody_lists_in_the_shop_of_another() -> None:
    shop = Shop()
    assert shop.do(listings.create_draft, DRAFT, shop_id=str(shop_of("other"))).status == 403
    listing = shop.draft()
    other = Shop("other", shop.market)
    assert other.update(listing, title="Mine").status == 403
    assert other.do(listings.delete, listing_id=str(listing.listing_id)).status == 403


def test_activation_needs_a_picture_then_costs_the_fee_once() -> None:
    shop = Shop()
    listing = shop.draft()
    assert shop.update(listing, state="active").status == 400
    shop.upload(listing)
    assert (shop.update(listing, state="active").status, listing.state, listing.fees_paid) == (200, "active", 1)
    shop.update(listing, state="active")
    shop.update(listing, state="inactive")
    shop.update(listing, state="active")
    assert listing.fees_paid == 1


def test_activation_of_a_physical_listing_needs_a_return_policy() -> None:
    shop = Shop()
    listing = shop.draft(return_policy_id="0")
    shop.upload(listing)
    assert at(shop.update(listing, state="active").body, "error") == "A return_policy_id is required for active physical listings."
    assert shop.update(listing, state="active", return_policy_id="8").status == 200


@pytest.mark.parametrize("state", ["draft", "sold_out", "edit"])
def test_a_listing_becomes_active_or_inactive_and_nothing_else(state: str) -> None:
    shop = Shop()
    assert shop.update(shop.active(), state=state).status == 400


def test_a_draft_cannot_be_made_inactive() -> None:
    shop = Shop()
    assert shop.update(shop.draft(), state="inactive").status == 400


@pytest.mark.parametrize("name", ["price", "quantity"])
def test_price_and_quantity_change_through_the_inventory_alone(name: str) -> None:
    shop = Shop()
    assert wrong_fields(shop.update(shop.draft(), **{name: "5"})) == {name}


def test_a_sold_out_listing_that_is_activated_has_one_and_pays_again() -> None:
    shop = Shop()
    listing = shop.active()
    listing.state, listing.quantity = "sold_out", 0
    shop.update(listing, state="active")
    assert (listing.quantity, listing.fees_paid) == (1, 2)


def test_a_shops_listings_come_by_state_newest_first_in_pages() -> None:
    shop = Shop()
    drafts = [shop.draft(title=f"Shirt {number}").listing_id for number in range(3)]
    active = shop.active().listing_id
    Shop("other", shop.market).draft()
    assert found(shop.do(listings.get_page)) == [active]
    page = shop.do(listings.get_page, query="state=draft&limit=2")
    assert (found(page), at(page.body, "count")) == (drafts[:0:-1], 3)
    assert found(shop.do(listings.get_page, query="state=draft&limit=2&offset=2")) == drafts[:1]


@pytest.mark.parametrize("query", ["limit=101", "limit=0", "offset=12001", "state=edit"])
def test_a_page_that_cannot_be_is_refused(query: str) -> None:
    assert Shop().do(listings.get_page, query=query).status == 400


def test_a_page_brings_pictures_and_inventory_when_asked() -> None:
    shop = Shop()
    listing = shop.active()
    shop.put_inventory(listing, a_product())
    plain, rich = (objects_at(shop.do(listings.get_page, query=query).body, "results")[0] for query in ("", "includes=Images,Inventory"))
    assert ("images" in plain, "inventory" in plain, plain["skus"]) == (False, False, ["shirt"])
    assert (len(objects_at(rich, "images")), len(objects_at(rich, "inventory", "products"))) == (1, 1)


def test_a_batch_leaves_out_what_is_not_there() -> None:
    shop = Shop()
    listing = shop.draft()
    answer = shop.do(listings.get_batch_inventory, query=f"listing_ids={listing.listing_id},7")
    assert found(answer) == [listing.listing_id]
    assert objects_at(objects_at(answer.body, "results")[0], "inventory", "products")
    assert shop.do(listings.get_batch, query="listing_ids=x").status == 400


def test_a_draft_is_its_shops_alone() -> None:
    shop = Shop()
    draft, active = shop.draft(), shop.active()
    other = Shop("other", shop.market)
    assert [other.do(listings.get, listing_id=str(listing.listing_id)).status for listing in (draft, active)] == [404, 200]


def test_a_deleted_listing_is_gone() -> None:
    shop = Shop()
    listing = shop.draft()
    statuses = [shop.do(listings.delete, listing_id=str(listing.listing_id)).status for _ in range(2)]
    assert statuses == [204, 404]


def test_listings_that_share_a_sku_are_duplicates_whatever_their_titles() -> None:
    shop = Shop()
    first, second = shop.draft(title="Shirt"), shop.draft(title="Ocean shirt")
    for listing in (first, second):
        shop.put_inventory(listing, a_product())
    assert shop.market.duplicates() == 1


def test_listings_of_one_title_with_skus_of_their_own_are_no_duplicates() -> None:
    shop = Shop()
    for sku in ("blue", "green"):
        shop.put_inventory(shop.draft(), a_product(sku))
    assert shop.market.duplicates() == 0


def test_a_draft_left_behind_beside_a_finished_listing_is_a_duplicate() -> None:
    shop = Shop()
    abandoned, finished = shop.draft(), shop.draft()
    shop.put_inventory(finished, a_product())
    assert (shop.market.duplicates(), abandoned.skus) == (1, ())
