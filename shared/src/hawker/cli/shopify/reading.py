"""The whole file: check the bytes, read the headings, gather rows by handle, make products. What it returns says all that is wrong at once."""

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from hawker.cli.shopify.columns import Header, read_header
from hawker.cli.shopify.decoding import check
from hawker.cli.shopify.faults import Fault, Findings, Note
from hawker.cli.shopify.products import PRODUCT_ROWS_MAX, Seen, read_product
from hawker.cli.shopify.rows import ROWS_MAX, Line, Row, lines, read_row
from hawker.cli.shopify.spool import Spool
from hawker.contracts.listings import Product

FILE_BYTES_MAX = 1024 * 1024 * 1024
"""Shopify itself takes 15 MB; the largest batch there can be is about 100 MB."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No product can be trusted: it is no such file, or its headings or quotes are wrong."""

    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """`products` have no fault; `left_out` are the handles of those that have. `faults` are the first ones of `fault_count`."""

    products: Sequence[Product]
    faults: tuple[Fault, ...]
    fault_count: int
    left_out: tuple[str, ...]
    notes: tuple[Note, ...]
    row_count: int


def read(content: bytes, *, currency: str = "USD") -> Catalogue | Unreadable:
    """`currency` is what the prices are in: the file itself does not say."""
    return read_file(io.BytesIO(content), currency=currency)


def read_file(file: BinaryIO, *, currency: str = "USD") -> Catalogue | Unreadable:
    """The same of an open file, which is read twice and never held whole."""
    if file.seek(0, os.SEEK_END) > FILE_BYTES_MAX:
        problem = f"the file has more than {FILE_BYTES_MAX // 1024 // 1024} MiB"
        return Unreadable((Fault(0, None, problem, "Export the products in parts and submit each part."),))
    fault = check(file)
    if fault is not None:
        return Unreadable((fault,))
    file.seek(0)
    return _read_text(lines(io.TextIOWrapper(file, encoding="utf-8-sig", newline="")), currency)


def _read_text(rest: Iterator[Line | Fault], currency: str) -> Catalogue | Unreadable:
    findings, spool = Findings(), Spool()
    header = _header(next(rest, None), findings)
    if not isinstance(header, Header):
        return Unreadable(header)
    fault = _gather(rest, header, findings, spool)
    return Unreadable((fault,)) if fault is not None else _catalogue(spool, header, currency, findings)


def _header(first: Line | Fault | None, findings: Findings) -> Header | tuple[Fault, ...]:
    if first is None:
        return (Fault(0, None, "the file is empty", "Export the products from Shopify again."),)
    return (first,) if isinstance(first, Fault) else read_header(first[1], findings)


def _gather(rest: Iterable[Line | Fault], header: Header, findings: Findings, spool: Spool) -> Fault | None:
    previous, number = "", 0
    for count, line in enumerate(rest, start=1):
        if isinstance(line, Fault):
            return line
        if count > ROWS_MAX:
            return Fault(line[0], None, f"the file has more than {ROWS_MAX:,} rows", "Submit it in parts.")
        row = read_row(*line, header, findings)
        if row is not None:
            if row["handle"] != previous:
                previous, number = row["handle"], _begin(row, spool, findings)
            spool.put_row(number, row.line, row.cells)
    return None


def _begin(row: Row, spool: Spool, findings: Findings) -> int:
    number, first_line = spool.begin(row["handle"], row.line)
    if first_line != row.line:
        findings.note(row.line, f"{row['handle']}: joined with its rows from line {first_line} on")
    return number


def _catalogue(spool: Spool, header: Header, currency: str, findings: Findings) -> Catalogue | Unreadable:
    if not spool.row_count and not findings.fault_count:
        return Unreadable((Fault(0, None, "there are headings, but no products below them", "Export the products from Shopify again."),))
    seen = Seen(spool.first_line)
    for number, rows in spool.rows(PRODUCT_ROWS_MAX + 1):
        product = read_product([Row(line, cells) for line, cells in rows], header, currency, seen, findings)
        if product is not None:
            spool.put_product(number, product)
    return Catalogue(
        products=spool.products(without=tuple(findings.handles)),
        faults=tuple(sorted(findings.faults, key=lambda fault: fault.line)),
        fault_count=findings.fault_count,
        left_out=tuple(findings.handles),
        notes=tuple(findings.notes),
        row_count=spool.row_count,
    )
