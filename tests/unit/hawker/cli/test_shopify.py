"""A Shopify product CSV, read: what becomes of each column, and how rows become products."""

from decimal import Decimal
from pathlib import Path

import pytest

from hawker.cli.shopify import Catalogue, read
from hawker.contracts.limits import PRODUCT_IMAGES_MAX
from hawker.contracts.listings import Image, Product, Variant

ROOT = Path(__file__).parents[4]
OWN = ROOT / "deploy" / "local" / "catalogues"
REAL = ROOT.parent / "shared" / "catalogues"


def catalogue(*lines: str, currency: str = "USD") -> Catalogue:
    found = read("\n".join(lines).encode(), currency=currency)
    assert isinstance(found, Catalogue)
    return found


def product(*lines: str) -> Product:
    found = catalogue(*lines)
    assert found.faults == ()
    (only,) = found.products
    return only


HEAD = "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price"


def test_every_column_arrives() -> None:
    heading = (
        "Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Qty,"
        "Variant Price,Variant Barcode,Image Src,Image Position,Image Alt Text,Google Shopping / Google Product Category,"
        "Google Shopping / Condition,Variant Image,Variant Weight Unit"
    )
    row = (
        'pot,"Clay pot, big",<p>Red</p>,Row,Pots,"red, clay, red",Size,Big,POT-B,820,7,19.90,4006381333931,'
        "https://p.example/1.jpg,1,From above,Home > Pots,new,https://p.example/1.jpg,kg"
    )
    assert product(heading, row) == Product(
        handle="pot",
        title="Clay pot, big",
        description="<p>Red</p>",
        vendor="Row",
        category="Home > Pots",
        product_type="Pots",
        tags=("red", "clay"),
        condition="new",
        option_names=("Size",),
        variants=(
            Variant(
                sku="POT-B",
                options={"Size": "Big"},
                price=Decimal("19.90"),
                quantity=7,
                weight_grams=820,
                barcode="4006381333931",
                image_url="https://p.example/1.jpg",
            ),
        ),
        images=(Image(url="https://p.example/1.jpg", position=1, alt="From above"),),
    )


def test_shopifys_newer_headings_are_the_same_columns() -> None:
    new = product(
        "Title,URL handle,Description,SKU,Option1 name,Option1 value,Price,Inventory quantity,Weight value (grams),Product image URL,Image position",
        "Pot,pot,<p>Red</p>,P-1,Size,Big,5,3,100,https://p.example/1.jpg,1",
    )
    old = product(
        "Title,Handle,Body (HTML),Variant SKU,Option1 Name,Option1 Value,Variant Price,Variant Inventory Qty,Variant Grams,Image Src,Image Position",
        "Pot,pot,<p>Red</p>,P-1,Size,Big,5,3,100,https://p.example/1.jpg,1",
    )
    assert new == old


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["unix", "windows", "old mac"])
def test_the_mark_and_the_line_ends_of_a_file_do_not_matter(start: bytes, end: bytes) -> None:
    found = read(start + end.join([b"handle, TITLE ,Variant  Price", "töpfe,Töpfe,3".encode(), b"", b" , ,"]))
    assert isinstance(found, Catalogue)
    assert [(each.handle, each.title) for each in found.products] == [("töpfe", "Töpfe")]
    assert found.faults == ()


def test_the_rows_of_a_handle_are_one_product_with_its_variants_in_order() -> None:
    found = product(
        HEAD,
        "tee,Tee,Size,S,Colour,Red,T-1,5",
        "tee,,,S,,Blue,T-2,5",
        "tee,,,M,,Red,T-3,6",
    )
    assert found.option_names == ("Size", "Colour")
    assert [(each.sku, each.options) for each in found.variants] == [
        ("T-1", {"Size": "S", "Colour": "Red"}),
        ("T-2", {"Size": "S", "Colour": "Blue"}),
        ("T-3", {"Size": "M", "Colour": "Red"}),
    ]


def test_rows_of_a_handle_that_are_apart_are_joined_and_that_is_said() -> None:
    found = catalogue(HEAD, "tee,Tee,Size,S,,,T-1,5", "cap,Cap,,,,,C-1,5", "tee,,,M,,,T-2,5")
    assert [(each.handle, len(each.variants)) for each in found.products] == [("tee", 2), ("cap", 1)]
    assert [(note.line, note.text) for note in found.notes] == [(4, "tee: joined with its rows from line 2 on")]


def test_default_title_is_no_option() -> None:
    found = product(HEAD, "tee,Tee,Title,Default Title,,,T-1,5")
    assert found.option_names == ()
    assert found.variants[0].options == {}


def test_title_is_an_option_where_its_values_say_so() -> None:
    found = product(HEAD, "book,Book,Title,Volume 1,,,B-1,5", "book,,,Volume 2,,,B-2,5")
    assert [each.options for each in found.variants] == [{"Title": "Volume 1"}, {"Title": "Volume 2"}]


PICTURES = "Handle,Title,Option1 Name,Option1 Value,Variant Price,Image Src,Image Position,Image Alt Text,Variant Image"


def test_rows_with_a_picture_alone_are_pictures_and_positions_order_them() -> None:
    found = product(
        PICTURES,
        "pot,Pot,,,5,https://p.example/b.jpg,2,Second,",
        "pot,,,,,https://p.example/c.jpg,,Third,",
        "pot,,,,,https://p.example/a.jpg,1,First,",
        "pot,,,,,https://p.example/b.jpg,9,Again,",
    )
    assert len(found.variants) == 1
    assert [(each.url[-5:], each.position, each.alt) for each in found.images] == [
        ("a.jpg", 1, "First"),
        ("b.jpg", 2, "Second"),
        ("c.jpg", 3, "Third"),
    ]


def test_a_picture_that_only_a_variant_names_comes_last() -> None:
    found = product(PICTURES, "pot,Pot,Size,S,5,https://p.example/a.jpg,1,,https://p.example/v.jpg", "pot,,,M,5,,,,https://p.example/a.jpg")
    assert [each.url[-5:] for each in found.images] == ["a.jpg", "v.jpg"]
    assert [each.image_url and each.image_url[-5:] for each in found.variants] == ["v.jpg", "a.jpg"]


def test_pictures_beyond_what_any_marketplace_takes_are_left_out_and_that_is_said() -> None:
    rows = [f"pot,{'Pot' if number == 0 else ''},,,{'5' if number == 0 else ''},https://p.example/{number}.jpg,,," for number in range(30)]
    found = catalogue(PICTURES, *rows)
    assert len(found.products[0].images) == PRODUCT_IMAGES_MAX
    assert "30 pictures, the first 24 are kept" in found.notes[0].text


def test_a_product_without_a_price_is_kept_for_the_marketplace_to_refuse() -> None:
    assert product(HEAD, "tee,Tee,,,,,T-1,").variants[0].price is None


@pytest.mark.parametrize(
    ("grams", "weight", "unit", "expected"),
    [
        ("250", "", "kg", 250),  # the unit is only how Shopify shows the grams
        ("0", "", "kg", None),  # nobody weighed it
        ("", "", "", None),
        ("453.6", "", "lb", 454),
        ("", "1.5", "kg", 1500),
        ("0", "2", "lb", 907),
        ("", "3", "oz", 85),
        ("", "7", "", 7),
        ("", "7", "stone?", None),
    ],
)
def test_weights_are_grams(grams: str, weight: str, unit: str, expected: int | None) -> None:
    found = catalogue("Handle,Title,Variant Price,Variant Grams,Variant Weight,Variant Weight Unit", f"pot,Pot,5,{grams},{weight},{unit}")
    assert (found.products[0].variants[0].weight_grams if found.products else None) == expected


@pytest.mark.parametrize(
    ("tracker", "quantity", "expected"),
    [("", "3", 3), ("shopify", "0", 0), ("shopify", "-4", 0), ("shopify", "", 0), ("", "", 1), ("", "2.0", 2)],
)
def test_stock_is_what_can_be_sold(tracker: str, quantity: str, expected: int) -> None:
    found = product("Handle,Title,Variant Price,Variant Inventory Tracker,Variant Inventory Qty", f"pot,Pot,5,{tracker},{quantity}")
    assert found.variants[0].quantity == expected


def test_prices_are_in_the_currency_that_was_said() -> None:
    assert catalogue(HEAD, "tee,Tee,,,,,T-1,5", currency="EUR").products[0].currency == "EUR"


def test_a_spreadsheets_apostrophe_is_no_part_of_a_number() -> None:
    found = product("Handle,Title,Variant Price,Variant SKU,Variant Barcode", "pot,Pot,5,'007,'4006381333931")
    assert (found.variants[0].sku, found.variants[0].barcode) == ("007", "4006381333931")


@pytest.mark.parametrize("name", ["apparel", "home-and-garden"])
def test_real_exports_are_read_whole(name: str) -> None:
    found = read((REAL / f"{name}.csv").read_bytes())
    assert isinstance(found, Catalogue)
    assert (len(found.products), found.faults, found.notes) == (20, (), ())
    skus = [variant.sku for each in found.products for variant in each.variants]
    assert len(set(skus)) == len(skus)
    assert all(each.images for each in found.products)
    assert all(variant.price for each in found.products for variant in each.variants)


@pytest.mark.parametrize("name", ["ceramics", "outdoor"])
def test_our_own_catalogues_fit_all_three_marketplaces(name: str) -> None:
    found = read((OWN / f"{name}.csv").read_bytes())
    assert isinstance(found, Catalogue)
    assert (len(found.products), found.faults, found.notes) == (40, (), ())
    for each in found.products:
        assert len(each.title) <= 80
        assert all(each.title.count(sign) <= 1 for sign in "%:&+")
        assert len(each.tags) <= 13
        assert all(len(tag) <= 20 for tag in each.tags)
        assert len(each.option_names) <= 2
        assert 1 <= len(each.images) <= 4
        assert 1 <= len(each.variants) <= 6
        assert all(variant.price and variant.quantity and variant.weight_grams and len(variant.sku) <= 50 for variant in each.variants)


def test_our_own_catalogues_share_no_sku() -> None:
    files = [read((OWN / f"{name}.csv").read_bytes()) for name in ("ceramics", "outdoor")]
    skus = [variant.sku for found in files if isinstance(found, Catalogue) for each in found.products for variant in each.variants]
    assert len(set(skus)) == len(skus) > 100
