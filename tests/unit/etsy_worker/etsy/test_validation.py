from typing import Any

import pytest

from etsy_worker.etsy import validation
from hawker.contracts.listings import Image, Product
from tests.unit.etsy_worker.examples import PROFILE, image, product, shirt, variant


def only_fault(of: Product) -> str:
    (fault,) = validation.faults(of, PROFILE)
    return fault


def test_a_good_product_has_no_faults() -> None:
    assert validation.faults(product(), PROFILE) == ()
    assert validation.faults(shirt(), PROFILE) == ()


def test_all_faults_are_told_at_once() -> None:
    bad = product(variant(price=None, quantity=0), title="", images=())
    assert len(validation.faults(bad, PROFILE)) == 4


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("", "no title"),
        ("  ", "no title"),
        ("x" * 141, "has 141 characters, Etsy takes 140"),
        ("Mug $5", "does not take these signs in a title: $"),
        ("Mug \N{HOT BEVERAGE}", "does not take these signs"),
        ("Salt & pepper & more", "& stands there more than once"),
        ("50% off: 20% more: now", "% : stands there more than once"),
    ],
)
def test_a_title_that_etsy_refuses(title: str, says: str) -> None:
    assert says in only_fault(product(title=title))


@pytest.mark.parametrize("title", ["x" * 140, "Salt & pepper: 50% + more", "Café 5™ (large), “best” ever", "Größe 38 © ®"])
def test_a_title_that_etsy_takes(title: str) -> None:
    assert validation.faults(product(title=title), PROFILE) == ()


@pytest.mark.parametrize(
    ("price", "says"),
    [(None, "MUG-1 has no price"), ("0", "more than zero"), ("9.999", "9.999; Etsy takes 2 decimals")],
)
def test_a_price_that_etsy_refuses(price: str | None, says: str) -> None:
    assert says in only_fault(product(variant(price=price)))


def test_prices_in_another_currency_than_the_shops_are_refused() -> None:
    assert "in EUR, the Etsy shop sells in USD" in only_fault(product(currency="EUR"))


def test_a_product_of_which_nothing_is_in_stock_is_refused() -> None:
    assert "Nothing of the product is in stock" in only_fault(
        product(variant("A", quantity=0, Size="S"), variant("B", quantity=0, Size="L"))
    )


def test_a_product_needs_a_picture_that_is_on_the_web() -> None:
    assert "no picture" in only_fault(product(images=()))
    assert "Picture 2 has no web address" in only_fault(product(images=(image(1), Image(url="file:///mug.jpg", position=2))))


@pytest.mark.parametrize("numbers", [(2,), (1, 3), (2, 1), (1, 1)])
def test_pictures_that_etsy_would_number_otherwise_are_refused(numbers: tuple[int, ...]) -> None:
    assert "number them from 1 on" in only_fault(product(images=tuple(image(number) for number in numbers)))


def test_three_ways_to_vary_are_refused_in_the_sellers_words() -> None:
    varied = product(
        variant("A", Size="S", Colour="Red", Cut="Slim"),
        variant("B", Size="L", Colour="Blue", Cut="Wide"),
        option_names=("Size", "Colour", "Cut"),
    )
    assert only_fault(varied) == "The product varies by 3 options (Size, Colour, Cut), Etsy takes 2; join or drop some of them."


def test_an_option_that_is_the_same_for_all_variants_does_not_count() -> None:
    varied = product(
        variant("A", Size="S", Colour="Red", Cut="Slim"),
        variant("B", Size="L", Colour="Blue", Cut="Slim"),
        option_names=("Size", "Colour", "Cut"),
    )
    assert validation.faults(varied, PROFILE) == ()


@pytest.mark.parametrize(
    "sizes",
    [("S", "S"), ("S", "s"), ("M (38)", "M 38")],
)
def test_variants_that_a_buyer_cannot_tell_apart_are_refused(sizes: tuple[str, str]) -> None:
    same = product(variant("A", Size=sizes[0]), variant("B", Size=sizes[1]), variant("C", Size="XL"), option_names=("Size",))
    assert "look the same to a buyer: A, B" in only_fault(same)


def test_a_variant_without_a_value_for_an_option_is_named() -> None:
    lacking = product(variant("A", Size="S"), variant("B"), option_names=("Size",))
    assert only_fault(lacking) == "These variants lack a value for one of Size: B."


def test_what_a_listing_leaves_out_is_noted() -> None:
    full: Any = product(
        variant("a-sku-of-rather-more-than-32-characters", quantity=5000),
        images=tuple(image(number) for number in range(1, 23)),
        tags=("mug", "a tag of more than twenty characters"),
    )
    tags, pictures, stock, skus = validation.notes(full)
    assert "a tag of more than twenty characters" in tags
    assert "the last 2" in pictures
    assert "999" in stock
    assert "a-sku-of" in stock
    assert "a-sku-of-rather-more-than-32-characters to a-sku-of-rather-more-than-" in skus


def test_nothing_is_noted_of_a_product_that_fits() -> None:
    assert validation.notes(product(tags=("mug", "blue"))) == ()


def test_a_reason_holds_what_fits_and_counts_the_rest() -> None:
    sentences = tuple(f"Fault {number:02} {'x' * 90}." for number in range(20))
    reason = validation.as_reason(sentences)
    assert len(reason) <= validation.REASON_CHARACTERS_MAX
    shown = reason.count("Fault")
    assert reason.endswith(f"And {20 - shown} more.")
    assert validation.as_reason(("One.", "Two.")) == "One. Two."
    assert len(validation.as_reason(("x" * 2000, "y"))) == validation.REASON_CHARACTERS_MAX
