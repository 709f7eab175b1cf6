"""Whatever a seller lists: what passes our validation becomes requests that keep to eBay's documents and limits."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ebay_worker.ebay import limits
from ebay_worker.ebay.mapping import plan, with_pictures
from ebay_worker.ebay.validation import faults
from hawker.contracts.codec import encode
from hawker.contracts.listings import Image, Product, Variant
from hawker.contracts.outcomes import TaskSucceeded
from tests.contract import documents
from tests.contract.documents import Asked
from tests.unit.ebay_worker.products import DEFAULTS, PROFILE

HEADERS = {"content-type": "application/json", "content-language": "en-US", "authorization": "Bearer token"}
INVENTORY = "https://ebay.example/sell/inventory/v1"

text = st.text(max_size=90)
names = st.lists(st.text(min_size=1, max_size=42), max_size=3, unique=True)


@st.composite
def products(draw: st.DrawFn) -> Product:
    options = draw(names)
    variants = draw(
        st.lists(
            st.builds(
                Variant,
                sku=st.text(min_size=1, max_size=100),
                options=st.fixed_dictionaries({name: st.text(max_size=52) for name in options}),
                price=st.none() | st.decimals(min_value=0, max_value=10**7, places=3),
                quantity=st.integers(0, 5),
                weight_grams=st.none() | st.integers(0, 10**6),
                barcode=st.sampled_from(["", "036000291452", "4006381333931", "none"]),
                image_url=st.none() | st.just("https://cdn.example/1.jpg"),
            ),
            min_size=1,
            max_size=4,
        )
    )
    return Product(
        handle=draw(st.text(min_size=1, max_size=255)),
        title=draw(text),
        description=draw(st.text(max_size=6000)),
        vendor=draw(text),
        product_type=draw(text),
        condition=draw(st.sampled_from(["", "new", "Used"])),
        option_names=tuple(options),
        variants=tuple(variants),
        images=(Image(url="https://cdn.example/1.jpg", position=1),),
    )


@pytest.mark.timeout(300)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(products())
def test_what_passes_validation_keeps_to_the_documents(product: Product) -> None:
    assume(not faults(product, PROFILE, DEFAULTS))
    mapped: Any = plan(product, PROFILE, DEFAULTS)  # Any: JSON that a test looks into
    for item in mapped["items"]:
        payload = with_pictures(item["payload"], ["https://i.example/1.jpg"], first=item["picture"])
        _judge("PUT", f"inventory_item/{item['sku']}", payload)
        _within_limits(item["sku"], payload["product"])
    for offer in mapped["offers"]:
        _judge("POST", "offer", offer)
    if mapped["group"] is not None:
        _judge("PUT", f"inventory_item_group/{mapped['group']['group_key']}", mapped["group"]["payload"] | {"imageUrls": []})
    encode(TaskSucceeded(tenant_id="t", job_id="j", position=1, attempt=1, waited_ms=0, took_ms=0, result=mapped))


@settings(max_examples=100, deadline=None)
@given(products())
def test_validation_never_fails_on_a_product_and_speaks_in_sentences(product: Product) -> None:
    for fault in faults(product, PROFILE, DEFAULTS):
        assert fault.startswith("it") or fault[0].isdigit(), fault


def _judge(method: str, path: str, payload: Any) -> None:  # Any: as above
    found = documents.ebay_inventory().faults(Asked(method, f"{INVENTORY}/{path}", HEADERS, json.dumps(payload).encode()))
    assert not found, found


def _within_limits(sku: str, product: Any) -> None:  # Any: as above
    assert len(sku) <= limits.SKU_CHARACTERS_MAX
    assert len(product["title"]) <= limits.TITLE_CHARACTERS_MAX
    assert len(product.get("description", "")) <= limits.ITEM_DESCRIPTION_CHARACTERS_MAX
    assert len(product["brand"]) <= limits.BRAND_CHARACTERS_MAX
    for name, values in product["aspects"].items():
        assert len(name) <= limits.ASPECT_NAME_CHARACTERS_MAX
        assert all(0 < len(value) <= limits.ASPECT_VALUE_CHARACTERS_MAX for value in values)
