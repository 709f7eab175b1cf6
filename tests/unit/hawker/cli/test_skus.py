"""A SKU made up where a seller gave none: the same every time, and never that of another variant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawker.cli.shopify.skus import SKU_CHARS_MAX, derive


@pytest.mark.parametrize(
    ("handle", "values", "expected"),
    [
        ("ocean-blue-shirt", (), "ocean-blue-shirt"),
        ("classic-varsity-top", ("Small",), "classic-varsity-top-small-023523"),
        ("classic-varsity-top", ("Large",), "classic-varsity-top-large-d00626"),
        ("töpfe", (), "t-pfe-"),
        ("h" * 60, (), "h" * 43 + "-"),
        ("鉢", ("大",), ""),
    ],
)
def test_it_is_the_same_for_ever(handle: str, values: tuple[str, ...], expected: str) -> None:
    assert derive(handle, values).startswith(expected)
    assert derive(handle, values) == derive(handle, values)


CHOICES = st.tuples(st.text(min_size=1, max_size=70), st.lists(st.text(min_size=1, max_size=20), max_size=3))


@given(one=CHOICES, other=CHOICES)
def test_two_variants_never_have_one(one: tuple[str, list[str]], other: tuple[str, list[str]]) -> None:
    assert (derive(*one) == derive(*other)) == (one == other)


@given(choice=CHOICES)
def test_every_marketplace_takes_it(choice: tuple[str, list[str]]) -> None:
    sku = derive(*choice)
    assert 1 <= len(sku) <= SKU_CHARS_MAX
    assert sku.replace("-", "").isascii()
    assert sku.replace("-", "").isalnum()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a", ["S M"]), ("a", ["S/M"])),
        (("a", ["b", "c"]), ("a", ["b-c"])),
        (("a-b", ["c"]), ("a", ["b-c"])),
        (("a", ["Small"]), ("a", ["small"])),
    ],
)
def test_what_reads_alike_is_told_apart(one: tuple[str, list[str]], other: tuple[str, list[str]]) -> None:
    assert derive(*one) != derive(*other)
