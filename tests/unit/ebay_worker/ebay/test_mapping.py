"""A product in eBay's words."""

from typing import Any

import pytest

from ebay_worker.ebay.mapping import category_of, differs, plan, replacement, with_pictures
from ebay_worker.ebay.sku import key_for
from hawker.contracts.limits import MESSAGE_BYTES_MAX
from hawker.contracts.listings import Product
from hawker.contracts.outcomes import TaskSucceeded
from tests.unit.ebay_worker.products import DEFAULTS, PROFILE, mug, shirt, variant


def planned(product: Product) -> Any:  # Any: JSON that a test looks into
    return plan(product, PROFILE, DEFAULTS)


def test_one_variant_is_an_item_with_an_offer_and_no_group() -> None:
    assert planned(mug(variant("mug-1", weight_grams=300, barcode="4006381333931"))) == {
        "items": [
            {
                "sku": key_for("mug-1"),
                "locale": "en_US",
                "picture": None,
                "payload": {
                    "availability": {"shipToLocationAvailability": {"quantity": 3}},
                    "condition": "NEW",
                    "packageWeightAndSize": {"weight": {"value": 300, "unit": "GRAM"}},
                    "product": {
                        "title": "Blue mug",
                        "brand": "Potter",
                        "description": "<p>A mug.</p>",
                        "aspects": {"Material": ["Clay"], "Brand": ["Potter"]},
                        "ean": ["4006381333931"],
                    },
                },
            }
        ],
        "offers": [
            {
                "sku": key_for("mug-1"),
                "marketplaceId": "EBAY_US",
                "format": "FIXED_PRICE",
                "listingDuration": "GTC",
                "availableQuantity": 3,
                "categoryId": "11700",
                "merchantLocationKey": "home",
                "listingPolicies": {"paymentPolicyId": "1", "returnPolicyId": "2", "fulfillmentPolicyId": "3"},
                "pricingSummary": {"price": {"value": "9.50", "currency": "USD"}},
                "listingDescription": "<p>A mug.</p>",
            }
        ],
        "group": None,
    }


def test_variants_are_a_group_that_varies_by_their_options() -> None:
    mapped = planned(shirt())
    assert mapped["group"]["group_key"] == key_for("blue-mug")
    payload = mapped["group"]["payload"]
    assert payload["variantSKUs"] == [key_for("S-RED"), key_for("M-RED")]
    assert payload["variesBy"] == {
        "aspectsImageVariesBy": ["Size"],
        "specifications": [{"name": "Size", "values": ["S", "M"]}, {"name": "Colour", "values": ["Red"]}],
    }
    assert payload["description"] == "<p>A mug.</p>"
    assert "Size" not in payload["aspects"]


def test_each_item_of_a_group_has_its_own_values_and_its_own_picture() -> None:
    small, medium = planned(shirt())["items"]
    assert small["payload"]["product"]["aspects"]["Size"] == ["S"]
    assert (small["picture"], medium["picture"]) == (1, None)


def test_a_long_description_stands_once_however_many_variants_there_are() -> None:
    variants = [variant(f"V{number}", options={"Size": str(number)}) for number in range(100)]
    mapped = plan(mug(*variants, option_names=("Size",), description="<p>" + "word " * 19_990 + "</p>"), PROFILE, DEFAULTS)
    told = TaskSucceeded(tenant_id="t", job_id="j", position=1, attempt=1, waited_ms=0, took_ms=0, result=mapped)
    assert len(told.model_dump_json()) < MESSAGE_BYTES_MAX


@pytest.mark.parametrize(
    ("price", "currency", "value"),
    [("9.5", "USD", "9.50"), ("1000", "USD", "1000.00"), ("0.015", "USD", "0.02"), ("1200", "JPY", "1200"), ("1e3", "USD", "1000.00")],
)
def test_a_price_is_text_with_the_currencys_decimals(price: str, currency: str, value: str) -> None:
    profile = PROFILE.model_copy(update={"currency": currency})
    mapped: Any = plan(mug(variant(price=price), currency=currency), profile, DEFAULTS)
    assert mapped["offers"][0]["pricingSummary"]["price"] == {"value": value, "currency": currency}


@pytest.mark.parametrize(
    ("barcode", "expected"),
    [
        ("036000291452", {"upc": ["036000291452"]}),
        ("4006381333931", {"ean": ["4006381333931"]}),
        ("4006381333932", {}),  # A wrong check digit.
        ("n/a", {}),
        ("", {}),
        ("٠٣٦٠٠٠٢٩١٤٥٢", {}),
    ],
)
def test_a_barcode_is_told_only_when_it_surely_is_one(barcode: str, expected: dict[str, list[str]]) -> None:
    product = planned(mug(variant(barcode=barcode)))["items"][0]["payload"]["product"]
    assert {name: product[name] for name in ("upc", "ean") if name in product} == expected


@pytest.mark.parametrize(
    ("changes", "category"),
    [
        ({"product_type": "Kitchen"}, "20625"),
        ({"category": " kitchen "}, "20625"),
        ({"category": "Kitchen", "product_type": "Toys"}, "20625"),
        ({"product_type": "Toys"}, "11700"),
        ({}, "11700"),
    ],
)
def test_a_products_own_type_chooses_the_category(changes: dict[str, str], category: str) -> None:
    assert category_of(mug(**changes), DEFAULTS) == category


@pytest.mark.parametrize(("condition", "expected"), [("", "NEW"), ("Used", "USED_EXCELLENT"), ("for parts", "FOR_PARTS_OR_NOT_WORKING")])
def test_a_sellers_word_for_the_condition_becomes_ebays(condition: str, expected: str) -> None:
    assert planned(mug(condition=condition))["items"][0]["payload"]["condition"] == expected


def test_pictures_come_in_their_order_with_the_variants_own_first() -> None:
    payload = planned(mug())["items"][0]["payload"]
    assert _pictures(with_pictures(payload, ["a", "b", "c"])) == ["a", "b", "c"]
    assert _pictures(with_pictures(payload, ["a", "b", "c"], first=2)) == ["c", "a", "b"]
    assert _pictures(with_pictures(payload, ["a"], first=2)) == ["a"]  # That picture was one too many for eBay.


def test_an_offer_at_ebay_differs_only_in_what_we_would_say() -> None:
    wanted = planned(mug())["offers"][0]
    there = wanted | {"offerId": "7", "status": "UNPUBLISHED", "pricingSummary": {"price": {"value": "9.5", "currency": "USD"}}}
    assert not differs(there, wanted)
    assert differs(there, wanted | {"availableQuantity": 4})
    assert differs(there, wanted | {"pricingSummary": {"price": {"value": "9.51", "currency": "USD"}}})
    assert differs({}, wanted)


def test_an_update_leaves_out_what_the_offer_is_of() -> None:
    wanted = planned(mug())["offers"][0]
    assert wanted.keys() - replacement(wanted).keys() == {"sku", "marketplaceId", "format"}


def _pictures(payload: Any) -> Any:  # Any: as above
    return payload["product"]["imageUrls"]
