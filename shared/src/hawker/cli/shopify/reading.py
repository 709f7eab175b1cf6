"""The whole file: decode, read the headings, gather rows by handle, make products. What it returns says all that is wrong at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from hawker.cli.shopify.columns import Header, read_header
from hawker.cli.shopify.decoding import decode
from hawker.cli.shopify.faults import Fault, Findings, Note
from hawker.cli.shopify.products import Seen, read_product
from hawker.cli.shopify.rows import ROWS_MAX, Line, Row, lines, read_row
from hawker.contracts.listings import Product

FILE_BYTES_MAX = 32 * 1024 * 1024
"""Shopify itself takes 15 MB."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No product can be trusted: it is no such file, or its headings or quotes are wrong."""

    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """`products` have no fault; `left_out` are the handles of those that have. `faults` are the first ones of `fault_count`."""

    products: tuple[Product, ...]
    faults: tuple[Fault, ...]
    fault_count: int
    left_out: tuple[str, ...]
    notes: tuple[Note, ...]
    row_count: int


def read(content: bytes, *, currency: str = "USD") -> Catalogue | Unreadable:
    """`currency` is what the prices are in: the file itself does not say."""
    if len(content) > FILE_BYTES_MAX:
        problem = f"the file has more than {FILE_BYTES_MAX // 1024 // 1024} MiB"
        return Unreadable((Fault(0, None, problem, "Export the products in parts and submit each part."),))
    text = decode(content)
    if isinstance(text, Fault):
        return Unreadable((text,))
    findings = Findings()
    rest = lines(text)
    header = _header(next(rest, None), findings)
    if not isinstance(header, Header):
        return Unreadable(header)
    rows = _gather(rest, header, findings)
    return rows if isinstance(rows, Unreadable) else _catalogue(rows, header, currency, findings)


def _header(first: Line | Fault | None, findings: Findings) -> Header | tuple[Fault, ...]:
    if first is None:
        return (Fault(0, None, "the file is empty", "Export the products from Shopify again."),)
    return (first,) if isinstance(first, Fault) else read_header(first[1], findings)


type Rows = dict[str, list[Row]]


def _gather(rest: Iterable[Line | Fault], header: Header, findings: Findings) -> Rows | Unreadable:
    rows: Rows = {}
    previous = ""
    for count, line in enumerate(rest, start=1):
        if isinstance(line, Fault):
            return Unreadable((line,))
        if count > ROWS_MAX:
            return Unreadable((Fault(line[0], None, f"the file has more than {ROWS_MAX:,} rows", "Submit it in parts."),))
        row = read_row(*line, header, findings)
        if row is not None:
            _note_apart(row, rows, previous, findings)
            previous = row["handle"]
            rows.setdefault(previous, []).append(row)
    return rows


def _note_apart(row: Row, rows: Rows, previous: str, findings: Findings) -> None:
    handle = row["handle"]
    if handle != previous and handle in rows:
        findings.note(row.line, f"{handle}: joined with its rows from line {rows[handle][0].line} on")


def _catalogue(rows: Rows, header: Header, currency: str, findings: Findings) -> Catalogue | Unreadable:
    if not rows and not findings.fault_count:
        return Unreadable((Fault(0, None, "there are headings, but no products below them", "Export the products from Shopify again."),))
    seen = Seen({})
    products = [read_product(each, header, currency, seen, findings) for each in rows.values()]
    return Catalogue(
        products=tuple(product for product in products if product is not None and product.handle not in findings.handles),
        faults=tuple(sorted(findings.faults, key=lambda fault: fault.line)),
        fault_count=findings.fault_count,
        left_out=tuple(findings.handles),
        notes=tuple(findings.notes),
        row_count=sum(map(len, rows.values())),
    )
