import pytest

from hawker.worker.markup import plain


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("A mug.", "A mug."),
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("<ul><li>Red</li><li>Blue</li></ul>", "- Red\n- Blue"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<p>Sizes:</p><ul><li>S</li><li>L</li></ul><p>Done.</p>", "Sizes:\n\n- S\n- L\n\nDone."),
        ("Salt &amp; pepper &lt;3", "Salt & pepper <3"),
        ("<style>p {color: red}</style><script>alert(1)</script>Mug", "Mug"),
        ("  much \n\n white   space ", "much\n\nwhite space"),
        ("<p>never closed <b>bold", "never closed bold"),
        ("3 < 4 and 5 > 2", "3 < 4 and 5 > 2"),
        ("</script>still there", "still there"),
        ("", ""),
    ],
)
def test_markup_becomes_what_a_reader_sees(markup: str, text: str) -> None:
    assert plain(markup) == text
