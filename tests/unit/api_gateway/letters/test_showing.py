"""A letter shown: JSON as JSON, other bytes as base64, and nothing that looks like a secret."""

import base64
import json

import pytest

from api_gateway.letters import showing
from api_gateway.letters.letter import Raw
from hawker.contracts.topics import Topics
from tests.unit.api_gateway.shelf import Shelf

ORIGIN = "hawker.requests/0/1"
SECRET = "v3ry-s3cret"


def shown(value: bytes | None = b"{}", key: bytes | None = b"demo", headers: tuple[tuple[str, bytes], ...] = ()) -> dict[str, object]:
    letter = Shelf().put(ORIGIN, value=value, key=key)
    return showing.whole(letter, Raw(key, headers, value), Topics()).model_dump(mode="json")


def test_json_is_shown_as_json() -> None:
    found = shown(b'{"tenant_id": "demo", "n": [1, 2.5, null, "\xc3\xa9"]}')
    assert (found["value"], found["value_base64"]) == ({"tenant_id": "demo", "n": [1, 2.5, None, "é"]}, None)


@pytest.mark.parametrize("value", [b"\xff\x00", b"plain words", b'{"cut": "in the mid', b"", b"[NaN]"])
def test_what_is_no_json_is_shown_as_base64(value: bytes) -> None:
    found = shown(value)
    assert (found["value"], base64.b64decode(str(found["value_base64"]))) == (None, value)


def test_a_letter_without_a_value_has_none_in_either_form() -> None:
    found = shown(None)
    assert (found["value"], found["value_base64"], found["kept_bytes"]) == (None, None, 0)


@pytest.mark.parametrize(
    "value",
    [
        json.dumps({"account": {"access_token": SECRET, "list": [{"password": SECRET}]}}).encode(),
        json.dumps({"text": f"Bearer {SECRET}"}).encode(),
        f"POST / Authorization: Bearer {SECRET}".encode(),
        b"\xff\xfe refresh_token=" + SECRET.encode(),
        b'{"cut": 1, "client_secret": "' + SECRET.encode(),
    ],
)
def test_what_looks_like_a_secret_is_not_shown(value: bytes) -> None:
    found = shown(value, headers=(("authorization", SECRET.encode()), ("x", f"Bearer {SECRET}".encode())))
    raw = base64.b64decode(str(found["value_base64"] or ""))
    assert SECRET not in json.dumps(found) + raw.decode("latin-1")


def test_headers_are_shown_in_their_order_and_as_often_as_they_came() -> None:
    found = shown(headers=(("a", b"1"), ("a", b"\xff"), ("b", b"")))
    assert found["headers"] == [
        {"name": "a", "value": "1", "base64": None},
        {"name": "a", "value": None, "base64": "/w=="},
        {"name": "b", "value": "", "base64": None},
    ]


def test_a_key_that_is_no_text_is_shown_as_base64() -> None:
    found = shown(key=b"\xff")
    assert (found["key"], found["key_base64"]) == (None, "/w==")


def test_a_letter_that_would_be_refused_says_so_beforehand() -> None:
    letter = Shelf().put("hawker.commands.ebay/0/1")
    assert "command" in (showing.listed(letter, Topics()).stays or "")
    assert showing.listed(Shelf().put(ORIGIN), Topics()).stays is None
