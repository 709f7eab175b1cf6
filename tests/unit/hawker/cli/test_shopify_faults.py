"""What is wrong with a file: told all at once, with line, column and what to do; and no bytes whatsoever break the reader."""

import gzip
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hawker.cli.shopify import Catalogue, Unreadable, decoding, read, reading
from hawker.cli.shopify.faults import FAULTS_MAX
from hawker.cli.shopify.products import PRODUCT_ROWS_MAX

HEAD = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Barcode,Image Src,Image Position"


def unreadable(content: bytes) -> tuple[int, str | None, str, str]:
    """The one fault of a file that cannot be read at all."""
    found = read(content)
    assert isinstance(found, Unreadable)
    (fault,) = found.faults
    return fault.line, fault.column, fault.problem, fault.remedy


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b" \n\r\n", "empty"),
        (b'{"products": []}', "JSON"),
        (b"\xef\xbb\xbf [1]", "JSON"),
        (b"<!doctype html><html>", "HTML"),
        (b"PK\x03\x04rest of a workbook", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel workbook"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "picture"),
        (gzip.compress(b"Handle,Title", mtime=0), "gzip"),
        ("Handle,Title,Variant Price\npot,Pot,5".encode("utf-16"), "UTF-16"),
        ("Handle,Title,Variant Price\npot,Pot,5".encode("utf-16-le"), "UTF-16"),
        (b"Handle,Title\npot,\x00Pot" + b"x" * 100, "binary"),
        (b"Handle,Title,Variant Price\n", "no products below"),
    ],
)
def test_what_is_no_csv_is_called_by_its_name(content: bytes, problem: str) -> None:
    line, _, said, remedy = unreadable(content)
    assert problem in said
    assert remedy
    assert line == 0


def test_a_wrong_encoding_is_told_with_its_line_column_and_letter() -> None:
    content = "Handle,Title,Variant Price\npot,Pot,5\ncup,Café,6\n".encode("cp1252")
    line, column, problem, remedy = unreadable(content)
    assert (line, column) == (3, "Title")
    assert "'é'" in problem
    assert "iconv" in remedy


def test_ten_thousand_columns_are_too_many() -> None:
    content = b",".join(b"Column %d" % number for number in range(10_000)) + b"\n" + b"," * 9_999
    line, _, problem, _ = unreadable(content)
    assert (line, problem) == (1, "it has 10,000 columns, the limit is 256")


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_other_separators_are_named(separator: str, name: str) -> None:
    assert name in unreadable(separator.join(["Handle", "Title", "Variant Price"]).encode())[2]


def test_a_text_that_is_no_table_is_told_by_what_it_begins_with() -> None:
    line, _, problem, remedy = unreadable(b"Dear Sir,\nplease find attached\n")
    assert (line, "'Dear Sir'" in problem) == (1, True)
    assert "Handle, Title" in remedy


def test_all_missing_headings_are_told_at_once_with_the_likely_one() -> None:
    found = read(b"Handel,Titel,Price of it\npot,Pot,5\nHandle,Title\n".replace(b"Price of it", b"Variant Price"))
    assert isinstance(found, Unreadable)
    assert [(fault.line, fault.column, fault.remedy.split("?")[0]) for fault in found.faults] == [
        (1, "Handle", "Did you mean it by 'Handel'"),
        (1, "Title", "Did you mean it by 'Titel'"),
    ]


def test_a_heading_that_comes_twice_is_a_fault() -> None:
    assert "two columns" in unreadable(b"Handle,Title,Variant Price,title\npot,Pot,5,Top")[2]


def test_a_heading_almost_right_is_noted() -> None:
    found = read(b"Handle,Title,Variant Price,Variant SKUs\npot,Pot,5,P-1\n")
    assert isinstance(found, Catalogue)
    assert "'Variant SKUs' is not read" in found.notes[0].text


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        (b'Handle,Title,Variant Price\npot,"Pot,5\ncup,Cup,6\n', 2, "never closed"),
        (b'Handle,Title,Variant Price\npot,"Pot"s,5\ncup,Cup,6\n', 2, "where none may be"),
        (b"Handle,Title,Variant Price\npot," + b"x" * 200_000 + b",5\n", 2, "longer than 131,072 characters"),
        (b"Handle,Title,Variant Price\npot,Pot," + b"," * 2_000_000 + b"\n", 2, "longer than 1,048,576 characters"),
    ],
    ids=["open quote", "stray quote", "endless cell", "endless line"],
)
def test_a_broken_grid_is_told_by_the_line_its_row_begins_on(content: bytes, line: int, problem: str) -> None:
    found = unreadable(content)
    assert found[0] == line
    assert problem in found[2]


def row(**cells: str) -> str:
    """A good row, but for what is named."""
    good = {"Handle": "pot", "Title": "Pot", "Variant SKU": "P-1", "Variant Price": "5"}
    return ",".join({**good, **cells}.get(name, "") for name in HEAD.split(","))


FAULTS = [
    ("Variant Price", "12,50", "is no price"),
    ("Variant Price", "$5", "is no price"),
    ("Variant Price", "-1", "is no price"),
    ("Variant Price", "NaN", "is no price"),
    ("Variant Price", "1e3", "is no price"),
    ("Variant Price", "\u0665", "is no price"),
    ("Variant Price", "9999999999", "is no price"),
    ("Variant Inventory Qty", "many", "is no number of pieces"),
    ("Variant Inventory Qty", "1.5", "is no number of pieces"),
    ("Variant Grams", "1 kg", "is no weight"),
    ("Variant Grams", "-5", "is no weight"),
    ("Variant Barcode", "4.00638E+12", "shortened"),
    ("Image Position", "0", "is no position"),
    ("Image Position", "first", "is no position"),
    ("Image Src", "pot.jpg", "is no address"),
    ("Image Src", "file:///etc/passwd", "is no address"),
    ("Option1 Value", "Big", "belongs to no option"),
    ("Title", "", "has no title"),
    ("Title", "x" * 1001, "1,001 characters"),
    ("Handle", "x" * 256, "255"),
    ("Variant SKU", "x" * 101, "101 characters"),
]


@pytest.mark.parametrize(("column", "value", "problem"), FAULTS)
def test_a_bad_cell_is_told_with_its_line_its_column_and_what_to_do(column: str, value: str, problem: str) -> None:
    text = f'"{value}"' if "," in value else value
    found = read(f"{HEAD}\n{row(Handle='other', **{'Variant SKU': 'O-1'})}\n{row(**{column: text})}\n".encode())
    assert isinstance(found, Catalogue)
    (fault,) = found.faults
    assert fault.line == 3
    assert fault.column in {column, "Option1 Name"}
    assert problem in fault.problem
    assert fault.remedy
    assert [product.handle for product in found.products] == ["other"]
    assert len(found.left_out) == 1


@pytest.mark.parametrize(
    ("rows", "line", "column", "problem"),
    [
        (["pot,Pot,Size,S,P-1,,,5", "pot,,,S,P-2,,,5"], 3, "Option1 Value", "line 2 already offers 'Size S'"),
        (["pot,Pot,Size,S,P-1,,,5", "pot,,,,P-2,,,5"], 3, "Option1 Value", "says nothing of 'Size'"),
        (["pot,Pot,,,P-1,,,5", "pot,,,,P-2,,,5"], 3, "Option1 Name", "nothing tells them apart"),
        (["pot,Pot,,,P-1,,,5", "cup,Cup,,,P-1,,,5"], 3, "Variant SKU", "already stands on line 2"),
        (["pot,Pot,,,P-1,,,5", "pot,Cup,,,,,,"], 3, "Title", "already has the title 'Pot' on line 2"),
        (["pot,Pot,,,P-1,,,5", ",Cup,,,C-1,,,5"], 3, "Handle", "no handle"),
        (["pot,Pot,,,P-1,,,5,,,,surplus"], 2, None, "12 cells, the first line names 11"),
        (["pot,,,,P-1,,,5"], 2, "Title", "no title"),
    ],
)
def test_rows_that_do_not_fit_together_are_told(rows: list[str], line: int, column: str | None, problem: str) -> None:
    found = read("\n".join([HEAD, *rows]).encode())
    assert isinstance(found, Catalogue)
    (fault,) = found.faults
    assert (fault.line, fault.column) == (line, column)
    assert problem in fault.problem


def test_more_variants_than_a_product_may_have_are_told() -> None:
    rows = [f"pot,{'Pot' if not number else ''},{'Size' if not number else ''},{number},P-{number},,,5" for number in range(101)]
    found = read("\n".join([HEAD, *rows]).encode())
    assert isinstance(found, Catalogue)
    assert "101 variants, the limit is 100" in found.faults[0].problem


def test_all_faults_are_told_at_once_in_the_order_of_lines() -> None:
    found = read(
        f"{HEAD}\n{row(**{'Variant Price': 'x', 'Variant Grams': 'y'})}\n{row(Handle='cup', Title='', **{'Variant SKU': 'C-1'})}\n".encode()
    )
    assert isinstance(found, Catalogue)
    assert [(fault.line, fault.column) for fault in found.faults] == [(2, "Variant Price"), (2, "Variant Grams"), (3, "Title")]
    assert found.left_out == ("pot", "cup")


def test_faults_beyond_the_limit_are_counted() -> None:
    rows = [row(Handle=f"pot-{number}", **{"Variant SKU": f"P-{number}", "Variant Price": "x"}) for number in range(FAULTS_MAX + 50)]
    found = read("\n".join([HEAD, *rows]).encode())
    assert isinstance(found, Catalogue)
    assert (len(found.faults), found.fault_count, len(found.left_out)) == (FAULTS_MAX, FAULTS_MAX + 50, FAULTS_MAX + 50)


def test_a_file_too_big_is_refused_by_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FILE_BYTES_MAX", 1024 * 1024)
    assert "more than 1 MiB" in unreadable(b"Handle,Title\n" + b"x" * reading.FILE_BYTES_MAX)[2]


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS_MAX", 2_000)
    assert "more than 2,000 rows" in unreadable(b"Handle,Title,Variant Price\n" + b"p,P,1\n" * 2_001)[2]


def test_a_product_of_too_many_rows_is_told_and_not_held() -> None:
    found = read(f"{HEAD}\n{row()}\n".encode() + b"pot,,,,,,,,,https://p.example/1.jpg,1\n" * PRODUCT_ROWS_MAX)
    assert isinstance(found, Catalogue)
    assert "more than 1,000 rows" in found.faults[0].problem


def peak_bytes_of(content: bytes) -> int:
    tracemalloc.start()
    read(content)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak_bytes


def test_lines_of_commas_alone_do_not_fill_the_memory() -> None:
    content = b"Handle,Title,Variant Price\n" + b"".join(b"," * 1_000_000 + b"\n" for _ in range(8))
    assert peak_bytes_of(content) < 16 * 1_000_000 + len(content)


def test_ten_times_the_products_take_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "BLOCK_BYTES", 64 * 1024)
    few, many = (
        "\n".join([HEAD, *(row(Handle=f"pot-{n}", Title="x" * 500, **{"Variant SKU": f"P-{n}"}) for n in range(count))]).encode()
        for count in (200, 2_000)
    )
    assert peak_bytes_of(many) < peak_bytes_of(few) + 200_000


@given(content=st.binary(max_size=400))
@example(content=b"\xef\xbb\xbf")
@example(content=b'"')
@example(content=b"\r")
def test_no_bytes_break_the_reader(content: bytes) -> None:
    found = read(content)
    assert isinstance(found, Unreadable)
    assert all(fault.problem and fault.remedy for fault in found.faults)


CELLS = st.text(alphabet=st.sampled_from('ab1.,"\n\r;= \t-<é€\u2028'), max_size=8) | st.sampled_from(
    ["pot", "cup", "Size", "S", "5", "https://p.example/1.jpg", "Default Title"]
)


@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=13), max_size=8))
def test_whatever_the_cells_say_a_fault_or_a_product_comes_of_them(rows: list[list[str]]) -> None:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in cells) for cells in rows]
    found = read("\n".join([HEAD, *quoted]).encode())
    if isinstance(found, Catalogue):
        handles = [product.handle for product in found.products]
        assert len(set(handles)) == len(handles)
        assert not set(handles) & set(found.left_out)
        assert found.products or found.faults
        assert all(fault.line > 0 and fault.problem and fault.remedy for fault in found.faults)


@given(content=st.text(max_size=200).map(lambda text: (HEAD + "\n" + text).encode("utf-8", "replace")))
def test_whatever_follows_the_headings_is_read_or_told(content: bytes) -> None:
    assert isinstance(read(content), Catalogue | Unreadable)
