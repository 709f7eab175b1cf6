"""Whether flea takes a product: every fault at once, as a sentence for its seller."""

from decimal import Decimal

import pytest

from hawker.contracts.listings import Image, Product, Variant
from plugin_bridge.flea import limits
from plugin_bridge.flea.defaults import Defaults

CHAIR = Product(
    handle="chair",
    title="A chair",
    variants=(Variant(sku="chair-oak", price=Decimal("49.90"), quantity=2), Variant(sku="chair-pine", price=Decimal(39), quantity=0)),
    images=(Image(url="https://pictures.example/1.jpg", position=1), Image(url="http://pictures.example/2.jpg", position=2)),
)


def test_a_good_product_has_no_fault() -> None:
    assert limits.faults(CHAIR, Defaults()) == ()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"title": "  "}, "has no title"),
        ({"title": "x" * 141}, "has 141 characters, flea takes 140"),
        ({"variants": (Variant(sku="chair-oak", quantity=1),)}, "chair-oak has no price"),
        ({"variants": (Variant(sku="a", price=Decimal(0), quantity=1),)}, "more than zero"),
        ({"variants": (Variant(sku="a", price=Decimal("1.005"), quantity=1),)}, "2 decimals"),
        ({"variants": (Variant(sku="a", price=Decimal(1)),)}, "Nothing of the product is in stock"),
        ({"images": (Image(url="ftp://pictures.example/1.jpg", position=1),)}, "Picture 1 has no web address"),
        ({"images": (CHAIR.images[0], CHAIR.images[0])}, "More than one picture has the position 1"),
        ({"currency": "EUR"}, "flea sells in USD"),
    ],
)
def test_a_fault_is_a_sentence_for_the_seller(change: dict[str, object], says: str) -> None:
    assert any(says in fault for fault in limits.faults(CHAIR.model_copy(update=change), Defaults()))


def test_all_faults_are_told_at_once() -> None:
    broken = CHAIR.model_copy(update={"title": "", "variants": (Variant(sku="a"),)})
    assert len(limits.faults(broken, Defaults())) == 3


def test_a_reason_that_grows_too_long_counts_what_it_leaves_out() -> None:
    sentences = tuple(f"Sentence number {number} of many that are all about the same length." for number in range(40))
    reason = limits.as_reason(sentences)
    assert len(reason) <= limits.REASON_CHARACTERS_MAX
    assert reason.endswith("more.")
