"""The small rooms that all stand-ins share: pace, tokens, gallery, multipart, pictures."""

import io

import pytest
from PIL import Image

from sandbox import gallery
from sandbox.gallery import Gallery, picture_type
from sandbox.multipart import parts_of
from sandbox.pace import Pace
from sandbox.pictures import draw
from sandbox.tokens import AccessTokens


def test_a_second_holds_so_many_calls_of_each_caller() -> None:
    pace = Pace(2)
    assert [pace.take("main", 10.0 + part).exceeded for part in (0.0, 0.5, 0.9)] == [False, False, True]
    assert not pace.take("other", 10.95).exceeded
    assert not pace.take("main", 11.0).exceeded


def test_without_a_limit_everything_passes() -> None:
    pace = Pace(None)
    assert not any(pace.take("main", 1.0).exceeded for _ in range(100))


def test_a_token_belongs_to_its_account_until_it_ends_or_is_revoked() -> None:
    tokens = AccessTokens(10)
    first, second = (tokens.issue("t-", account, now=0) for account in ("main", "other"))
    assert (tokens.holder(first, 9.9), tokens.holder(second, 9.9), tokens.holder(first, 10)) == ("main", "other", None)
    tokens.revoke(first)
    assert (tokens.holder(first, 0), tokens.holder(second, 0)) == (None, "other")


def test_the_gallery_keeps_one_picture_once_and_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "GALLERY_BYTES_MAX", 10)
    pictures = Gallery()
    first, again = pictures.put(b"12345"), pictures.put(b"12345")
    assert first == again
    second = pictures.put(b"67890")
    assert (pictures.get(first), pictures.get(second)) == (b"12345", b"67890")
    pictures.put(b"x")
    assert (pictures.get(first), pictures.get(second)) == (None, b"67890")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (draw("a.jpg", "image/jpeg"), "image/jpeg"),
        (draw("a.png", "image/png"), "image/png"),
        (b"RIFF....WEBPVP8", "image/webp"),
        (b"text", None),
        (b"", None),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(content: bytes, media_type: str | None) -> None:
    assert picture_type(content) == media_type


def test_a_picture_follows_from_its_path_alone() -> None:
    draw.cache_clear()
    first = draw("shop/shirt.jpg", "image/jpeg")
    draw.cache_clear()
    assert draw("shop/shirt.jpg", "image/jpeg") == first
    assert draw("shop/hat.jpg", "image/jpeg") != first
    assert Image.open(io.BytesIO(first)).size == (480, 360)


BODY = b'--X\r\nContent-Disposition: form-data; name="rank"\r\n\r\n2\r\n--X\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\nab\r\n\r\ncd\r\n--X--\r\n'


def test_parts_come_by_name_with_their_bytes_untouched() -> None:
    parts = parts_of(BODY, "X")
    assert (parts["rank"].text, parts["rank"].filename) == ("2", "")
    assert (parts["image"].content, parts["image"].filename) == (b"ab\r\n\r\ncd", "a.jpg")


@pytest.mark.parametrize(
    ("body", "boundary"), [(BODY, "Y"), (BODY, ""), (BODY[:-10], "X"), (b"", "X"), (b"--X\r\n\r\nnameless\r\n--X--", "X")]
)
def test_a_body_that_breaks_its_boundary_is_refused(body: bytes, boundary: str) -> None:
    with pytest.raises(ValueError, match=r"boundary|name"):
        parts_of(body, boundary)
