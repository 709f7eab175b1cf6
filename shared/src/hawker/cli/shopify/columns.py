"""The headings of a Shopify product CSV, old and new, and which cell of a row is which field. It reads no row."""

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from hawker.cli.shopify.faults import Fault, Findings, quoted

COLUMNS_MAX = 256
SIMILARITY_MIN = 0.75
"""Of a heading that must be there and is not."""
SLIP_SIMILARITY_MIN = 0.88
"""Of one that may be missing: Shopify's own other columns are named rather alike."""
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}

NAMES: Mapping[str, tuple[str, ...]] = {
    "handle": ("Handle", "URL handle"),
    "title": ("Title",),
    "body": ("Body (HTML)", "Body HTML", "Description"),
    "vendor": ("Vendor",),
    "google_category": ("Google Shopping / Google Product Category",),
    "category": ("Product Category",),
    "product_type": ("Type", "Product Type"),
    "tags": ("Tags",),
    "condition": ("Google Shopping / Condition",),
    "option1_name": ("Option1 Name",),
    "option1_value": ("Option1 Value",),
    "option2_name": ("Option2 Name",),
    "option2_value": ("Option2 Value",),
    "option3_name": ("Option3 Name",),
    "option3_value": ("Option3 Value",),
    "sku": ("Variant SKU", "SKU"),
    "grams": ("Variant Grams", "Weight value (grams)"),
    "weight": ("Variant Weight",),
    "weight_unit": ("Variant Weight Unit",),
    "tracker": ("Variant Inventory Tracker", "Inventory tracker"),
    "quantity": ("Variant Inventory Qty", "Inventory quantity"),
    "price": ("Variant Price", "Price"),
    "barcode": ("Variant Barcode", "Barcode"),
    "image_src": ("Image Src", "Product image URL"),
    "image_position": ("Image Position",),
    "image_alt": ("Image Alt Text",),
    "variant_image": ("Variant Image", "Variant image URL"),
}
"""Field -> the headings it goes by; the first is the one errors suggest. Case and spaces do not matter."""

REQUIRED = ("handle", "title", "price")

_FIELDS = {name.casefold(): field for field, names in NAMES.items() for name in names}


@dataclass(frozen=True, slots=True)
class Header:
    """`places` says which cell holds which field; `names` how the file heads it."""

    places: Mapping[int, str]
    names: Mapping[str, str]
    width: int

    def name(self, field: str) -> str:
        return self.names.get(field, NAMES[field][0])


def read_header(cells: Sequence[str], findings: Findings) -> Header | tuple[Fault, ...]:
    """Faults here are of the file: without its headings no row can be read."""
    fault = _not_a_header(cells)
    if fault is not None:
        return (fault,)
    headings = [" ".join(cell.split()) for cell in cells]
    places: dict[int, str] = {}
    faults: list[Fault] = []
    for index, heading in enumerate(headings):
        field = _FIELDS.get(heading.casefold())
        if field in places.values():
            faults.append(Fault(1, heading, f"two columns are this one; the second is column {index + 1}", "Remove one of them."))
        elif field is not None:
            places[index] = field
    strangers = [heading for index, heading in enumerate(headings) if heading and index not in places]
    faults += [_missing(field, strangers) for field in REQUIRED if field not in places.values()]
    _note_likely_slips(strangers, set(places.values()), findings)
    return tuple(faults) or Header(places, {field: headings[index] for index, field in places.items()}, len(cells))


def _not_a_header(cells: Sequence[str]) -> Fault | None:
    if len(cells) > COLUMNS_MAX:
        return Fault(
            1,
            None,
            f"it has {len(cells):,} columns, the limit is {COLUMNS_MAX}",
            "Export the products from Shopify again; a product CSV has about 50.",
        )
    if len(cells) == 1:
        for separator, name in SEPARATORS.items():
            if separator in cells[0]:
                return Fault(1, None, f"its columns are separated by {name}, not by commas", "Save it as 'CSV UTF-8 (comma delimited)'.")
    if not any(" ".join(cell.split()).casefold() in _FIELDS for cell in cells):
        first = quoted(cells[0])
        return Fault(
            1,
            None,
            f"the first line names no column of a Shopify product CSV; it begins {first}",
            "Put the headings into the first line: Handle, Title, Variant Price, ...",
        )
    return None


def _missing(field: str, strangers: Sequence[str]) -> Fault:
    name = NAMES[field][0]
    near = _near(name, strangers)
    remedy = f"Did you mean it by {quoted(near)}? Rename that column to {name!r}." if near else f"Add a column {name!r} to the first line."
    return Fault(1, name, "this column is missing", remedy)


def _note_likely_slips(strangers: Sequence[str], found: Collection[str], findings: Findings) -> None:
    """A heading almost right would lose its column silently."""
    for field, names in NAMES.items():
        near = None if field in found or field in REQUIRED else _near(names[0], strangers, SLIP_SIMILARITY_MIN)
        if near is not None:
            findings.note(1, f"the column {quoted(near)} is not read; if you mean {names[0]!r}, rename it")


def _near(name: str, strangers: Sequence[str], similarity_min: float = SIMILARITY_MIN) -> str | None:
    by_folded = {stranger.casefold(): stranger for stranger in strangers}
    found = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=similarity_min)
    return by_folded[found[0]] if found else None
