"""Cursors name a place; pages end where there is no more."""

import pytest

from api_gateway import paging
from api_gateway.problems import Problem


@pytest.mark.parametrize("cursor", [(0, 0), (7, 3), ((1 << 62) - 1, 12)])
def test_a_cursor_comes_back_as_it_was(cursor: paging.Cursor) -> None:
    assert paging.read(paging.write(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "x", "é", "MQ", "LTEuMA", "MS4xLjE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OS4w"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Problem):
        paging.read(text)


def test_the_last_page_has_no_next_one() -> None:
    whole = paging.page([3, 2, 1], 3, lambda row: (row, 0), str, {})
    assert (whole.items, whole.next_cursor) == (["3", "2", "1"], None)


def test_the_next_page_begins_after_the_last_row_shown() -> None:
    first = paging.page([3, 2, 1], 2, lambda row: (row, 0), str, {"all": 3})
    assert first.items == ["3", "2"]
    assert first.next_cursor is not None
    assert paging.read(first.next_cursor) == (2, 0)
    assert first.totals == {"all": 3}
