"""What is read out of flea's pages."""

import pytest

from plugin_bridge.flea.pages import csrf_token


@pytest.mark.parametrize(
    ("page", "token"),
    [
        ('<form><input type="hidden" name="csrf" value="abc"></form>', "abc"),
        ("<form><input value='a&amp;b' name=csrf></form>", "a&b"),
        ('<input name="csrf" value="first"><input name="csrf" value="second">', "first"),
        ("<form><input name=handle value=x></form>", None),
        ("not a page", None),
    ],
)
def test_the_csrf_token_is_the_one_of_the_first_form(page: str, token: str | None) -> None:
    assert csrf_token(page) == token
