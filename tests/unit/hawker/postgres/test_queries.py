"""Named blocks of SQL."""

import pytest

from hawker.postgres.queries import load, parse


def test_blocks_are_found_by_name_and_keep_their_comments() -> None:
    blocks = parse("-- about the file\n\n-- name: first\n-- why\nselect 1;\n\n-- name: second\nselect 2;\n")
    assert blocks == {"first": "-- why\nselect 1;", "second": "select 2;"}


def test_two_blocks_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="first"):
        parse("-- name: first\nselect 1;\n-- name: first\nselect 2;")


def test_files_lie_beside_their_python() -> None:
    assert "advance" in load("hawker.postgres", "checkpoint.sql")
