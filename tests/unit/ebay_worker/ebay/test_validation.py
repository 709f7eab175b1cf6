"""What keeps a product from eBay, in the seller's own words."""

import pytest

from ebay_worker.ebay.terms import Defaults
from ebay_worker.ebay.validation import faults
from hawker.contracts.listings import Product
from tests.unit.ebay_worker.products import DEFAULTS, PROFILE, mug, shirt, variant


@pytest.mark.parametrize("product", [mug(), shirt(), mug(variant(options={"Size": "Regular"}), option_names=("Size",))])
def test_a_product_that_has_everything_passes(product: Product) -> None:
    assert faults(product, PROFILE, DEFAULTS) == ()


@pytest.mark.parametrize(
    ("product", "says"),
    [
        (mug(title=" "), "it has no title"),
        (mug(title="x" * 96), "its title has 96 characters, eBay takes 80"),
        (mug(images=()), "it has no picture, eBay wants at least one"),
        (mug(currency="EUR"), "its prices are in EUR, the eBay account sells in USD"),
        (mug(variant(price=None)), "it has no price"),
        (mug(variant(price="0")), "it has the price 0, eBay wants more than 0"),
        (mug(variant(quantity=0)), "it has no stock, eBay lists from 1"),
        (shirt(variants=(variant("A", options={"Size": "S", "Colour": "Red"}), variant("B"))), "its variant B has no value for Size"),
        (shirt(option_names=()), "it has 2 variants and no option that they differ by"),
        (shirt(option_names=("x" * 41,)), f"its option '{'x' * 41}' has 41 characters, eBay takes 40"),
    ],
)
def test_a_fault_is_said_so_that_a_seller_can_mend_it(product: Product, says: str) -> None:
    assert says in faults(product, PROFILE, DEFAULTS)


def test_a_variants_fault_names_the_variant_by_its_options() -> None:
    options = {"Size": "S", "Colour": "Red"}
    product = shirt(variants=(variant("A", options=options, price=None), variant("B", options=options | {"Size": "x" * 51})))
    assert faults(product, PROFILE, DEFAULTS) == (
        "its variant S / Red has no price",
        f"its variant {'x' * 51} / Red has 51 characters for Size, eBay takes 50",
    )


def test_variants_must_differ() -> None:
    same = shirt(variants=(variant("A", options={"Size": "S", "Colour": "Red"}), variant("A", options={"Size": "S", "Colour": "Red"})))
    assert faults(same, PROFILE, DEFAULTS) == ("2 of its variants have the SKU A", "2 of its variants are the same: S / Red")


def test_an_unknown_condition_is_answered_with_the_known_ones() -> None:
    (fault,) = faults(mug(condition="so-so"), PROFILE, DEFAULTS)
    assert "'so-so'" in fault
    assert "like new" in fault


def test_without_any_category_the_product_is_refused() -> None:
    assert faults(mug(), PROFILE, Defaults()) == ("it has no eBay category, and there is no default one",)


def test_all_faults_are_told_at_once() -> None:
    assert len(faults(mug(variant(price=None, quantity=0), title="", images=(), currency="EUR"), PROFILE, Defaults())) == 6
