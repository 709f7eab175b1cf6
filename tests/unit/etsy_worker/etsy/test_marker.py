from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from etsy_worker.etsy import marker

MARKER = marker.of("demo", "main", "blue-mug")


def test_a_marker_names_one_product_of_one_account() -> None:
    others = [("demo", "main", "blue-mug-2"), ("demo", "other", "blue-mug"), ("else", "main", "blue-mug")]
    assert MARKER not in {marker.of(*other) for other in others}
    assert marker.of("demo", "main", "blue-mug") == MARKER


def test_a_marker_holds_only_what_etsy_takes_and_gives_back_unchanged() -> None:
    assert all(sign.isascii() and (sign.isalnum() or sign == " ") for sign in MARKER)


def test_two_products_with_one_title_and_text_are_told_apart() -> None:
    texts = [marker.put("A mug.", marker.of("demo", "main", handle)) for handle in ("mug-1", "mug-10", "mug-2")]
    assert all(one != other for one, other in pairwise(texts))
    assert [marker.is_in(text, marker.of("demo", "main", "mug-1")) for text in texts] == [True, False, False]


def test_removing_gives_back_the_sellers_words() -> None:
    assert marker.removed(marker.put("A mug.\n\n- blue", MARKER)) == "A mug.\n\n- blue"
    assert marker.removed("A mug.") is None


def test_etsys_html_entities_do_not_reach_a_buyer() -> None:
    assert marker.removed(marker.put("Potter&#39;s mug &amp; saucer", MARKER)) == "Potter's mug & saucer"


def test_a_blank_after_the_marker_does_not_hide_it() -> None:
    assert marker.removed(marker.put("A mug.", MARKER) + "\n") == "A mug."


@given(st.text(alphabet=st.characters(exclude_characters="&")))
def test_whatever_the_text_only_the_line_goes(description: str) -> None:
    assert marker.removed(marker.put(description.rstrip(), MARKER)) == description.rstrip()
