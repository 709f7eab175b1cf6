"""A product as flea's form."""

from decimal import Decimal

from hawker.contracts.listings import Product, Variant
from plugin_bridge.flea.defaults import Defaults
from plugin_bridge.flea.limits import DESCRIPTION_CHARACTERS_MAX
from plugin_bridge.flea.mapping import form

DEFAULTS = Defaults(category="Odds and ends", condition="used")
CHAIR = Product(
    handle="chair",
    title="  A   chair ",
    description="<p>To sit on</p>",
    variants=(
        Variant(sku="chair-oak", options={"Wood": "Oak"}, price=Decimal("49.9"), quantity=2),
        Variant(sku="chair-pine", options={"Wood": "Pine"}, price=Decimal(39), quantity=1),
    ),
)


def test_the_form_introduces_the_lowest_price_and_the_whole_stock() -> None:
    fields = form(CHAIR, DEFAULTS)
    assert (fields["title"], fields["price"], fields["quantity"], fields["sku"]) == ("A chair", "39.00", "3", "chair-oak")


def test_each_variant_keeps_its_own_price_and_quantity() -> None:
    assert form(CHAIR, DEFAULTS)["variants"] == [
        {"sku": "chair-oak", "options": {"Wood": "Oak"}, "price": "49.90", "quantity": 2},
        {"sku": "chair-pine", "options": {"Wood": "Pine"}, "price": "39.00", "quantity": 1},
    ]


def test_what_the_seller_left_out_comes_from_the_defaults() -> None:
    assert (form(CHAIR, DEFAULTS)["category"], form(CHAIR, DEFAULTS)["condition"]) == ("Odds and ends", "used")


def test_what_the_seller_said_stays() -> None:
    said = CHAIR.model_copy(update={"product_type": "Furniture", "condition": "new"})
    assert (form(said, DEFAULTS)["category"], form(said, DEFAULTS)["condition"]) == ("Furniture", "new")


def test_a_description_is_cut_at_the_limit_and_never_empty() -> None:
    assert form(CHAIR.model_copy(update={"description": " "}), DEFAULTS)["description"] == "A chair"
    long = form(CHAIR.model_copy(update={"description": "x" * 30_000}), DEFAULTS)["description"]
    assert isinstance(long, str)
    assert len(long) == DESCRIPTION_CHARACTERS_MAX


def test_flea_shows_text_as_it_is_so_markup_is_taken_off() -> None:
    assert form(CHAIR, DEFAULTS)["description"] == "To sit on"
