"""The command line and the catalogues given to it: any bytes, any words; an answer with a line and a remedy, an exit status, never a traceback."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawker.cli.catalogue import load
from hawker.cli.exits import Exit
from hawker.cli.shopify import Catalogue
from hawker.contracts.codec import encode
from tests.fuzz import hostile
from tests.fuzz.profile import FACTOR, IS_LONG, fuzz
from tests.unit.hawker.cli.stage import BATCH, JOB, Stage, page

HEADINGS = (
    *("Handle", "Title", "Body (HTML)", "Variant Price", "Variant SKU", "Variant Grams", "Variant Inventory Qty", "Image Src"),
    *("Image Position", "Option1 Name", "Option1 Value", "Variant Barcode", "Tags", "handle", "Titel", "", "Variant price "),
)
CELLS = (
    "pot",
    "Pot",
    "12.50",
    "-1",
    "1e400",
    "NaN",
    "9" * 400,
    "3",
    "https://p.example/1.jpg",
    "javascript:alert(1)",
    "1,5",
    '"',
    "=1+1",
    " ",
)
ROWS_MANY = 10_000 * (FACTOR if IS_LONG else 1)

cells = st.one_of(st.sampled_from(CELLS), hostile.words, st.sampled_from(["x" * 200_000, "a\nb\r\nc", 'a "quoted" one']))
grids = st.lists(st.lists(cells, max_size=10), max_size=12)
endings = st.sampled_from(["\n", "\r\n", "\r"])
encodings = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-7"])


@st.composite
def catalogues(draw: st.DrawFn) -> bytes:
    """A CSV that is one, nearly one, or none."""
    if draw(st.integers(0, 4)) == 0:
        return draw(st.one_of(hostile.blobs, st.binary(max_size=500)))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=draw(endings), quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])))
    required = ["Handle", "Title", "Variant Price"]
    writer.writerow([*(required if draw(st.integers(0, 4)) else []), *draw(st.lists(st.sampled_from(HEADINGS), max_size=8))])
    writer.writerows(draw(grids))
    content = text.getvalue().encode(draw(encodings), errors="replace")
    cut = draw(st.integers(0, 3))
    return content[: -cut or None] + draw(st.sampled_from([b"", b"\x00", b"\xff", b'"', b'"\n']))


@fuzz(60)
@given(content=catalogues())
def test_any_file_is_a_catalogue_or_says_where_it_is_wrong(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "products.csv"
    file.write_bytes(content)
    found = load(file, currency="EUR")
    assert all(fault.problem and fault.remedy and fault.line >= 0 for fault in found.faults)
    if isinstance(found, Catalogue):
        for product in found.products:
            encode(product)
    else:
        assert found.faults


@fuzz(20)
@given(content=catalogues(), skips=st.booleans(), as_json=st.booleans())
def test_submitting_any_file_ends_with_a_word_and_a_status(content: bytes, tmp_path: Path, *, skips: bool, as_json: bool) -> None:
    file = tmp_path / "products.csv"
    file.write_bytes(content)
    words = [*(["--skip-bad-rows"] if skips else []), *(["--json"] if as_json else [])]
    result = Stage(tmp_path).run("submit", str(file), "--marketplace", "ebay", *words)
    assert result.exit_code in {status.value for status in Exit}
    assert result.output


def test_a_file_of_very_many_rows_is_read_and_its_one_fault_found(tmp_path: Path) -> None:
    file = tmp_path / "big.csv"
    with file.open("w") as rows:
        rows.write("Handle,Title,Variant Price\n")
        rows.writelines(f"pot-{number},Pot {number},9.50\n" for number in range(ROWS_MANY - 1))
        rows.write("pot-last,Pot,nine\n")
    found = load(file, currency="EUR")
    assert isinstance(found, Catalogue)
    assert len(found.products) == ROWS_MANY - 1
    ((line, column),) = [(fault.line, fault.column) for fault in found.faults]
    assert (line, column) == (ROWS_MANY + 1, "Variant Price")


VERBS = ("submit", "batches", "batch", "jobs", "job", "tasks", "cancel", "pause", "resume", "retry", "dead-letters", "doctor", "nonsense")
OPTIONS = (
    "--marketplace",
    "--status",
    "--limit",
    "--json",
    "--batch",
    "--job",
    "--account",
    "--currency",
    "--key",
    "--priority",
    "--reason",
)
arguments = st.one_of(
    st.sampled_from(OPTIONS),
    st.sampled_from(["ebay", "failed", "job-1", "batch-1", "-", "--", "0", "1", "999999999999", "\udcff.csv", "list", "show", "redrive"]),
    hostile.words.map(lambda word: word.replace("\x00", "")),
)


@fuzz(60)
@given(verb=st.sampled_from(VERBS), said=st.lists(arguments, max_size=5))
def test_any_words_end_with_a_status_and_no_traceback(verb: str, said: list[str], tmp_path: Path) -> None:
    stage = Stage(tmp_path, answers={"GET /v1/batches": page(BATCH), "GET /v1/jobs": page(JOB)})
    if verb == "doctor":  # It looks at this machine; its words are what is tried here.
        said = ["--nonsense", *said]
    result = stage.run(verb, *said)
    assert result.exit_code in {status.value for status in Exit}


@pytest.mark.parametrize(
    "verb", [["submit", "\udcff.csv", "--marketplace", "ebay"], ["job", "\udcff"], ["cancel", "\udcff"], ["batch", "\udcff"]]
)
def test_a_word_that_is_no_text_is_told_and_not_tripped_over(verb: list[str], tmp_path: Path) -> None:
    """A shell hands bytes on as they are."""
    assert Stage(tmp_path).run(*verb).exit_code in {status.value for status in Exit}


@pytest.mark.parametrize("key", ["é", "a b", "\udcff", "x" * 10_000, "\r\nX: 1", ""])
def test_a_key_that_no_header_holds_is_a_usage_error_or_a_refusal(key: str, tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    result = stage.run("submit", stage.csv("pot,Pot,5"), "--marketplace", "ebay", "--key", key)
    assert result.exit_code in {status.value for status in Exit} - {Exit.DONE}
