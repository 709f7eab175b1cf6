"""What was read lies in the spool in order, and the products of it are a sequence like any other."""

import pytest

from hawker.cli.shopify.spool import Spool
from tests.support.stories import product


def spooled(*handles: str, without: tuple[str, ...] = ()) -> list[str]:
    spool = Spool()
    for number, handle in enumerate(handles, start=1):
        spool.put_product(number, product(handle))
    return [each.handle for each in spool.products(without)]


def test_rows_come_back_by_product_each_with_its_line() -> None:
    spool = Spool()
    rows = [("pot", 2), ("cup", 3), ("pot", 4)]
    for handle, line in rows:
        spool.put_row(spool.begin(handle, line)[0], line, {"handle": handle})
    found = [(number, [line for line, _ in lines]) for number, lines in spool.rows(10)]
    assert found == [(1, [2, 4]), (2, [3])]
    assert spool.begin("pot", 9) == (1, 2)


def test_no_more_rows_of_a_product_are_held_than_asked_for() -> None:
    spool = Spool()
    for line in range(2, 7):
        spool.put_row(spool.begin("pot", line)[0], line, {})
    assert [len(lines) for _, lines in spool.rows(3)] == [3]


def test_a_sku_has_the_line_on_which_it_stood_first() -> None:
    spool = Spool()
    assert [spool.first_line("P-1", line) for line in (2, 3, 3)] == [2, 2, 2]


def test_products_come_as_they_were_put_but_for_those_left_out() -> None:
    assert spooled("a", "b", "c", without=("b",)) == ["a", "c"]


def test_products_are_a_sequence() -> None:
    spool = Spool()
    for number in range(1, 4):
        spool.put_product(number, product(f"p{number}"))
    products = spool.products(())
    assert (len(products), products[0], products[-1]) == (3, product("p1"), product("p3"))
    assert products[1:] == [product("p2"), product("p3")]
    assert list(products) == list(products)
    for beyond in (3, -4):
        with pytest.raises(IndexError):
            products[beyond]
