"""A seller's description: HTML stays, what is active goes, what is too long is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebay_worker.ebay.texts import description, plain_text, safe_html


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ("<p>A <b>blue</b> mug.</p>", "<p>A <b>blue</b> mug.</p>"),
        ("Tom & Jerry < 5", "Tom &amp; Jerry &lt; 5"),
        ("a<br>b<br/>c", "a<br>b<br>c"),
        ("a<script>alert(1)</script>b", "ab"),
        ("a<script>never closed", "a"),
        ("<form><input type=text><p>gone</p></form>kept", "kept"),
        ('<p onclick="x()" style="a" title="t">p</p>', '<p title="t">p</p>'),
        ('<a href="https://x.example">x</a>', '<a href="https://x.example">x</a>'),
        ('<a href=" JAVA\tscript:x()">x</a>', "<a>x</a>"),
        ('<img src="data:image/png;base64,xx" alt="a">', '<img alt="a">'),
        ("a<!-- note -->b", "ab"),
        ("", ""),
    ],
)
def test_html_is_kept_without_anything_active(html: str, safe: str) -> None:
    assert safe_html(html) == safe


def test_plain_text_is_what_a_reader_sees() -> None:
    assert plain_text("<p>Tom &amp; Jerry</p><p>mug</p><style>p{}</style>") == "Tom & Jerry mug"


def test_without_a_description_the_title_stands_in() -> None:
    assert description("<script>x</script>", otherwise="Blue mug", characters_max=4000) == "Blue mug"


def test_what_is_too_long_becomes_text_cut_at_a_word() -> None:
    cut = description(f"<p>{'word ' * 30}</p>", otherwise="", characters_max=42)
    assert cut == "word word word word word word word word…"


@given(st.text(max_size=300), st.integers(10, 80))
def test_whatever_comes_the_limit_holds_and_nothing_active_is_left(html: str, characters_max: int) -> None:
    text = description(f"{html}<script>x</script>", otherwise="title", characters_max=characters_max)
    assert 0 < len(text) <= characters_max
    assert "<script" not in text
