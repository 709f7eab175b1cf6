"""A batch is cut into messages that the log takes: in order, whole, and as few as may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_gateway.chunks import cut, measure
from api_gateway.problems import Problem
from hawker.contracts.listings import Product, Variant


def product(handle: str, length: int = 0) -> Product:
    return Product(handle=handle, title="t", description="x" * length, variants=(Variant(sku="s"),))


@given(st.lists(st.integers(0, 2000), max_size=60), st.integers(1, 10))
def test_every_product_travels_once_in_its_order_and_within_the_limits(lengths: list[int], items_max: int) -> None:
    products = [product(f"p{n}", length) for n, length in enumerate(lengths)]
    chunks = list(cut(products, items_max=items_max, bytes_max=5000))
    assert [one for chunk in chunks for one in chunk] == products
    for chunk in chunks:
        assert 1 <= len(chunk) <= items_max
        assert sum(measure(one, 0) for one in chunk) <= 5000


def test_a_chunk_is_filled_before_the_next_begins() -> None:
    assert [len(chunk) for chunk in cut([product(f"p{n}") for n in range(7)], items_max=3)] == [3, 3, 1]


def test_a_product_too_large_alone_is_named_with_its_place() -> None:
    with pytest.raises(Problem) as refused:
        list(cut([product("small"), product("huge", 6000)], bytes_max=5000))
    assert refused.value.status == 413
    assert "products.1 ('huge')" in refused.value.detail
