import json

from etsy_worker.etsy import mapping
from etsy_worker.etsy.terms import Profile
from tests.unit.etsy_worker.examples import DEFAULTS, PROFILE, product, shirt, variant


def test_a_draft_holds_the_product_the_shop_and_the_defaults() -> None:
    assert mapping.draft(product(tags=("mug",)), PROFILE, DEFAULTS) == {
        "quantity": 3,
        "title": "Blue mug",
        "description": "A mug.",
        "price": 12.5,
        "who_made": "i_did",
        "when_made": "made_to_order",
        "is_supply": False,
        "taxonomy_id": 1,
        "shipping_profile_id": 11,
        "return_policy_id": 12,
        "readiness_state_id": 13,
        "tags": ["mug"],
        "should_auto_renew": False,
        "type": "physical",
    }


def test_what_is_not_known_is_not_sent() -> None:
    bare = mapping.draft(product(), Profile(shop_id=1, shipping_profile_id=2), DEFAULTS)
    assert bare.keys() & {"return_policy_id", "readiness_state_id", "tags"} == set()
    assert bare["is_supply"] is False


def test_a_draft_shows_the_lowest_price_and_the_whole_stock() -> None:
    fields = mapping.draft(shirt(), PROFILE, DEFAULTS)
    assert (fields["price"], fields["quantity"]) == (10.0, 3)


def test_a_stock_beyond_etsys_limit_is_capped() -> None:
    large = product(variant("A", quantity=5000, Size="S"), variant("B", quantity=5, Size="L"))
    assert mapping.draft(large, PROFILE, DEFAULTS)["quantity"] == 999
    first, second = json.loads(json.dumps(mapping.inventory(large, PROFILE)))["products"]
    assert (first["offerings"][0]["quantity"], second["offerings"][0]["quantity"]) == (999, 5)


def test_the_product_type_chooses_the_category() -> None:
    assert mapping.draft(shirt(), PROFILE, DEFAULTS)["taxonomy_id"] == 482


def test_a_product_with_one_variant_has_no_properties() -> None:
    assert mapping.inventory(product(), PROFILE) == {
        "products": [
            {
                "sku": "MUG-1",
                "property_values": [],
                "offerings": [{"price": 12.5, "quantity": 3, "is_enabled": True, "readiness_state_id": 13}],
            }
        ],
        "price_on_property": [],
        "quantity_on_property": [],
        "sku_on_property": [],
    }


def test_two_options_become_etsys_two_custom_properties() -> None:
    body = json.loads(json.dumps(mapping.inventory(shirt(), PROFILE)))
    assert body["products"][2]["property_values"] == [
        {"property_id": 513, "property_name": "Size", "value_ids": [], "values": ["L"]},
        {"property_id": 514, "property_name": "Colour", "value_ids": [], "values": ["Red"]},
    ]


def test_only_what_differs_depends_on_properties() -> None:
    body = mapping.inventory(product(variant("A", quantity=1, Size="S"), variant("B", quantity=1, Size="L")), PROFILE)
    assert (body["price_on_property"], body["quantity_on_property"], body["sku_on_property"]) == ([], [], [513])
    varied = mapping.inventory(shirt(), PROFILE)
    assert (varied["price_on_property"], varied["quantity_on_property"]) == ([513, 514], [513, 514])


def test_parentheses_are_taken_out_of_option_values() -> None:
    body = json.loads(json.dumps(mapping.inventory(product(variant("A", Size="M (38)"), variant("B", Size="L (40)")), PROFILE)))
    assert [entry["property_values"][0]["values"] for entry in body["products"]] == [["M 38"], ["L 40"]]


def test_a_price_is_a_number_with_no_more_digits_than_it_has() -> None:
    body = mapping.inventory(product(variant(price="19.90")), PROFILE)
    assert '"price": 19.9,' in json.dumps(body)


def test_a_sku_is_sent_as_etsy_takes_it() -> None:
    body = json.loads(json.dumps(mapping.inventory(product(variant("x" * 40)), PROFILE)))
    assert len(body["products"][0]["sku"]) == 32
