"""The page of guarantees names tests: each is there, and every row of the failure table and every operation has some."""

import ast
import re
from collections.abc import Iterator

import pytest

from ebay_worker.handlers import HANDLERS as EBAY
from etsy_worker.handlers import HANDLERS as ETSY
from plugin_bridge.handlers import HANDLERS as FLEA
from tests.support import tidy

PAGE = (tidy.ROOT / "docs/guides/guarantees.md").read_text(encoding="utf-8")
NAME = re.compile(r"`(test_\w+)`")


def rows() -> Iterator[list[str]]:
    """Cells of all tables of the page, without heads and rulers."""
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and not set(line) <= set("|- "):
            yield cells


def named_in_the_source() -> set[str]:
    return {
        node.name
        for source in tidy.sources()
        if source.is_test
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def test_every_test_that_the_page_names_is_there() -> None:
    assert set(NAME.findall(PAGE)) - named_in_the_source() == set()


@pytest.mark.parametrize("number", [*map(str, range(1, 16)), "10b"])
def test_every_row_of_the_failure_table_has_a_test(number: str) -> None:
    [row] = [cells for cells in rows() if cells[0] == number]
    assert NAME.findall(" ".join(row))


def test_every_promise_has_a_test() -> None:
    promises = PAGE.partition("## What Hawker promises")[2].partition("\n## ")[0].splitlines()
    told = [line for line in promises if line.startswith("| ") and not line.startswith("| promise")]
    assert len(told) > 10
    assert [line for line in told if not NAME.findall(line)] == []


def test_every_operation_says_how_its_repeat_is_recognised() -> None:
    said = {name for cells in rows() for name in re.findall(r"`((?:ebay|etsy|flea)\.\w+)`", cells[0])}
    assert said == {*EBAY, *ETSY, *FLEA}
