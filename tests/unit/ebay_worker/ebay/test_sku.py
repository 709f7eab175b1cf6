"""Keys for eBay: always letters and digits, never too long, the same name the same key, another name another."""

from hypothesis import given
from hypothesis import strategies as st

from ebay_worker.ebay.sku import key_for

names = st.text(min_size=1, max_size=255)


def test_a_name_that_fits_stays() -> None:
    assert key_for("MUG1") == "MUG1"
    assert key_for("A" * 50) == "A" * 50


def test_a_name_that_does_not_fit_keeps_what_it_can_and_stays_the_same_for_ever() -> None:
    assert key_for("tee-red-m") == "teeredmxfc4a4847fdc70e47"
    assert key_for("A" * 51) == "A" * 33 + "x" + key_for("A" * 51)[-16:]


@given(names)
def test_every_key_is_one_that_ebay_takes(name: str) -> None:
    key = key_for(name)
    assert 1 <= len(key) <= 50
    assert key.isascii()
    assert key.isalnum()


@given(names, names)
def test_two_names_have_two_keys(one: str, other: str) -> None:
    assert (key_for(one) == key_for(other)) == (one == other)
