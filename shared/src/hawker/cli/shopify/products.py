"""The rows of one handle to one product. All its faults are found in one pass; a product with a fault is not made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from hawker.cli.shopify.cells import Cells
from hawker.cli.shopify.columns import Header
from hawker.cli.shopify.faults import Findings, quoted
from hawker.cli.shopify.options import Options, read_options
from hawker.cli.shopify.pictures import read_images
from hawker.cli.shopify.rows import Row
from hawker.cli.shopify.skus import derive
from hawker.contracts.limits import PRODUCT_VARIANTS_MAX
from hawker.contracts.listings import Product, Variant

PRODUCT_ROWS_MAX = 1_000
"""Its variants and its pictures are far fewer; a file of one handle alone must not fill the memory."""
_VARIANT_FIELDS = ("option1_value", "option2_value", "option3_value", "sku", "price", "barcode")


@dataclass(frozen=True, slots=True)
class Seen:
    """The SKUs of the file so far, and the line each stands on: two products with one SKU would overwrite each other."""

    first_line: Callable[[str, int], int]

    def note(self, sku: str, cells: Cells) -> None:
        line = self.first_line(sku, cells.row.line)
        if line != cells.row.line:
            cells.fault("sku", f"the SKU {quoted(sku)} already stands on line {line}", "Give every variant a SKU of its own.")


def read_product(rows: Sequence[Row], header: Header, currency: str, seen: Seen, findings: Findings) -> Product | None:
    faults_before = findings.fault_count
    cells = [Cells(row, header, findings) for row in rows]
    if len(rows) > PRODUCT_ROWS_MAX:
        cells[-1].fault("handle", f"its product has more than {PRODUCT_ROWS_MAX:,} rows", "Give each product a handle of its own.")
        return None
    title = _title(cells)
    variant_cells = [each for each in cells if any(each.row[field] for field in _VARIANT_FIELDS)] or cells[:1]
    if len(variant_cells) > PRODUCT_VARIANTS_MAX:
        remedy = "Split it into several products."
        variant_cells[-1].fault("handle", f"it has {len(variant_cells)} variants, the limit is {PRODUCT_VARIANTS_MAX}", remedy)
        return None
    options = read_options(cells, variant_cells)
    variants = tuple(_variant(each, options, seen) for each in variant_cells)
    images = read_images(cells)
    if findings.fault_count > faults_before:
        return None
    first = _first(cells)
    return _build(
        cells[0],
        {
            "handle": rows[0]["handle"],
            "title": title,
            "description": first["body"],
            "vendor": first["vendor"],
            "category": first["google_category"] or first["category"],
            "product_type": first["product_type"],
            "tags": _tags(first["tags"]),
            "condition": first["condition"],
            "currency": currency,
            "option_names": options.names,
            "variants": variants,
            "images": images,
        },
    )


def _title(cells: Sequence[Cells]) -> str:
    titled = [each for each in cells if each.row["title"]]
    if not titled:
        cells[0].fault("title", "the product has no title", "Write it into the first row of the product.")
        return ""
    title = titled[0].text("title")
    for other in titled[1:]:
        if other.row["title"] != titled[0].row["title"]:
            problem = f"the handle {quoted(other.row['handle'])} already has the title {quoted(title)} on line {titled[0].row.line}"
            other.fault("title", problem, "Give this product a handle of its own, or leave the title blank in the rows after the first.")
    return title


def _first(cells: Sequence[Cells]) -> Mapping[str, str]:
    """What describes the whole product stands in any one of its rows, usually the first."""
    fields = ("body", "vendor", "google_category", "category", "product_type", "tags", "condition")
    return {field: next((each.text(field) for each in cells if each.row[field]), "") for field in fields}


def _tags(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag.strip() for tag in text.split(",") if tag.strip()))


def _variant(cells: Cells, options: Options, seen: Seen) -> Variant:
    values = options.values(cells)
    sku = cells.text("sku").removeprefix("'") or derive(cells.row["handle"], values.values())
    seen.note(sku, cells)
    return Variant(
        sku=sku,
        options=values,
        price=cells.price(),
        quantity=cells.quantity(),
        weight_grams=cells.weight_grams(),
        barcode=cells.barcode(),
        image_url=cells.url("variant_image") or None,
    )


def _build(cells: Cells, fields: Mapping[str, object]) -> Product | None:
    """The contract has the last word; what it refuses and no cell was blamed for is told in its own words."""
    try:
        return Product.model_validate(fields)
    except ValidationError as fault:
        first = fault.errors(include_input=False)[0]
        cells.fault("handle", f"{'.'.join(map(str, first['loc']))}: {first['msg']}", "Correct that part of the product.")
        return None
