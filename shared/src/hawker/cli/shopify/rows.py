"""Text to rows: which line, which fields. It judges the grid, never what a cell says."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from hawker.cli.shopify.columns import Header
from hawker.cli.shopify.faults import Fault, Findings, quoted

ROWS_MAX = 2_000_000
"""The largest batch there can be, with twenty variants or pictures to a product."""
LINE_CHARS_MAX = 1024 * 1024
"""A line of commas alone is many times its size in memory once it is cells."""


@dataclass(frozen=True, slots=True)
class Row:
    """`cells` holds what is not blank, by field; `line` is where the row begins."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, field: str) -> str:
        return self.cells.get(field, "")


type Line = tuple[int, Sequence[str]]


def lines(text: TextIO) -> Iterator[Line | Fault]:
    """Every row that is not blank, with the line it begins on. A fault is the last thing told: after a wrong quote nothing can be trusted."""
    reader = csv.reader(_bounded(text), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell and not cell.isspace() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as fault:
        yield _broken(line, str(fault))


def _bounded(text: TextIO) -> Iterator[str]:
    while line := text.readline(LINE_CHARS_MAX + 1):
        if len(line) > LINE_CHARS_MAX:
            raise csv.Error("line too long")
        yield line


def _broken(line: int, fault: str) -> Fault:
    if "line too long" in fault:
        return Fault(
            line, None, f"the line is longer than {LINE_CHARS_MAX:,} characters", "No product CSV has such lines; export it again."
        )
    if "field larger" in fault:
        return Fault(
            line,
            None,
            f"a cell is longer than {csv.field_size_limit():,} characters",
            "Shorten it; often a quote is missing at a cell's end.",
        )
    if "unexpected end" in fault:
        return Fault(
            line, None, "a quote is opened in this row and never closed", 'Close it; a quote inside a quoted text is written twice: "".'
        )
    return Fault(line, None, "a quote stands where none may be", 'Put the whole cell in quotes and write each quote inside it twice: "".')


def read_row(line: int, cells: Sequence[str], header: Header, findings: Findings) -> Row | None:
    """None, with a fault, for a row that no product can claim."""
    row = Row(line, {field: cells[index].strip() for index, field in header.places.items() if index < len(cells) and cells[index].strip()})
    handle = row["handle"]
    if not handle:
        remedy = "Write the handle of the product it belongs to into every row."
        findings.fault(Fault(line, header.name("handle"), "this row has no handle", remedy))
        return None
    surplus = [cell for cell in cells[header.width :] if cell.strip()]
    if surplus:
        problem = f"the row has {len(cells)} cells, the first line names {header.width}; the first surplus one is {quoted(surplus[0])}"
        findings.fault(Fault(line, None, problem, "Put a text that holds a comma in quotes.", handle))
    return row
