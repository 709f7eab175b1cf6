"""A cell to a value. What cannot be read becomes a fault and an absent value, so that one pass finds all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from hawker.cli.shopify.columns import Header
from hawker.cli.shopify.faults import Fault, Findings, quoted
from hawker.cli.shopify.rows import Row

CHARS_MAX: Mapping[str, int] = {"handle": 255, "sku": 100, "body": 100_000, "image_src": 2000, "variant_image": 2000}
CHARS_MAX_OTHERWISE = 1000
GRAMS: Mapping[str, Decimal] = {"g": Decimal(1), "kg": Decimal(1000), "lb": Decimal("453.59237"), "oz": Decimal("28.349523")}

_MONEY = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?")
_WHOLE = re.compile(r"-?[0-9]{1,9}(\.0+)?")
_MEASURE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_SHORTENED = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cells:
    """One row, read field by field."""

    row: Row
    header: Header
    findings: Findings

    def text(self, field: str) -> str:
        value = self.row[field]
        chars_max = CHARS_MAX.get(field, CHARS_MAX_OTHERWISE)
        if len(value) > chars_max:
            self.fault(field, f"it has {len(value):,} characters, the limit is {chars_max:,}", "Shorten it.")
            return value[:chars_max]
        return value

    def price(self) -> Decimal | None:
        """None where there is none: then the marketplace says that it needs one."""
        value = self.row["price"]
        if not value or _MONEY.fullmatch(value):
            return Decimal(value) if value else None
        self.fault("price", f"{quoted(value)} is no price", "Write a number with a point and no currency sign, such as 1299.90.")
        return None

    def quantity(self) -> int:
        """Blank means one where Shopify does not count this stock, none where it does. Shopify counts below zero; a marketplace cannot."""
        value = self.row["quantity"]
        if not value:
            return 0 if self.row["tracker"] else 1
        if not _WHOLE.fullmatch(value):
            self.fault("quantity", f"{quoted(value)} is no number of pieces", "Write a whole number, such as 12.")
            return 0
        return max(0, int(Decimal(value)))

    def weight_grams(self) -> int | None:
        """Shopify writes 0 where nobody weighed the product: absent. `Variant Weight Unit` is only how Shopify shows the grams."""
        grams = self._measure("grams")
        if not grams:
            grams = self._measure("weight") * self._unit()
        return round(grams) or None

    def position(self) -> int | None:
        value = self.row["image_position"]
        if not value:
            return None
        if not _WHOLE.fullmatch(value) or int(Decimal(value)) < 1:
            self.fault(
                "image_position", f"{quoted(value)} is no position", "Write 1 for the first picture, 2 for the second, or leave it blank."
            )
            return None
        return int(Decimal(value))

    def barcode(self) -> str:
        value = self.text("barcode").removeprefix("'")  # Spreadsheets are told to keep digits with this sign.
        if _SHORTENED.fullmatch(value):
            remedy = "Format the column as text in the spreadsheet and enter the digits again."
            self.fault("barcode", f"a spreadsheet has shortened it to {quoted(value)}", remedy)
        return value

    def url(self, field: str) -> str:
        value = self.text(field)
        if value and not value.lower().startswith(("https://", "http://")):
            self.fault(field, f"{quoted(value)} is no address of a picture", "Write a whole address that begins with https://.")
            return ""
        return value

    def fault(self, field: str, problem: str, remedy: str) -> None:
        self.findings.fault(Fault(self.row.line, self.header.name(field), problem, remedy, self.row["handle"]))

    def _measure(self, field: str) -> Decimal:
        value = self.row[field]
        if not value or _MEASURE.fullmatch(value):
            return Decimal(value or 0)
        self.fault(field, f"{quoted(value)} is no weight", "Write a number with a point and without a unit, such as 250.")
        return Decimal(0)

    def _unit(self) -> Decimal:
        unit = self.row["weight_unit"].casefold()
        if unit and unit not in GRAMS and self.row["weight"]:
            self.fault("weight_unit", f"{quoted(unit)} is no unit of weight", f"Write one of {', '.join(GRAMS)}.")
        return GRAMS.get(unit, Decimal(1))
