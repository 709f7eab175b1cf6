"""The judge itself: it lets right exchanges pass and sees the faults that the documents as they are would let through."""

import pytest
from werkzeug.datastructures import Headers

from tests.contract import documents
from tests.contract.documents import Answered, Asked, Document

JSON = {"content-type": "application/json", "content-language": "en-US", "authorization": "Bearer token"}
ITEM = b'{"product": {"title": "Mug", "aspects": {"Brand": ["Unbranded"]}, "imageUrls": []}, "condition": "NEW"}'


def put(body: bytes, headers: dict[str, str] = JSON) -> Asked:
    return Asked("PUT", "http://127.0.0.1:1/sell/inventory/v1/inventory_item/MUG1", headers, body)


def answer(status: int, body: bytes | None = None) -> Answered:
    return Answered(status, Headers({"content-type": "application/json"} if body else {}), body)


def test_a_right_exchange_has_no_faults() -> None:
    assert documents.ebay_inventory().faults(put(ITEM), answer(204)) == []
    assert documents.ebay_inventory().faults(put(ITEM), answer(201, b'{"warnings": []}')) == []


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (put(ITEM.replace(b'["Unbranded"]', b'"Unbranded"')), "aspects"),
        (put(ITEM.replace(b"title", b"titel")), "titel"),
        (put(ITEM, {"content-type": "application/json", "authorization": "Bearer token"}), "Content-Language"),
        (put(ITEM, {"content-type": "application/json", "content-language": "en-US"}), "Security"),
        (put(b""), "body"),
    ],
    ids=["aspects without a list", "an unknown field", "no language", "no token", "no body"],
)
def test_a_wrong_request_is_seen(asked: Asked, says: str) -> None:
    assert says in "".join(documents.ebay_inventory().faults(asked))


def test_a_wrong_answer_is_seen() -> None:
    publish = Asked("POST", "https://x/sell/inventory/v1/offer/7/publish", JSON)
    assert documents.ebay_inventory().faults(publish, answer(200, b'{"listingId": "110"}')) == []
    assert "110" in "".join(documents.ebay_inventory().faults(publish, answer(200, b'{"listingId": 110}')))


def test_an_operation_is_known_by_its_path() -> None:
    assert documents.ebay_inventory().operation(put(ITEM)) == "createOrReplaceInventoryItem"


@pytest.mark.parametrize("load", [documents.ebay_inventory, documents.ebay_media, documents.ebay_analytics, documents.etsy])
def test_every_document_loads(load: object) -> None:
    assert callable(load)
    assert isinstance(load(), Document)


def test_etsy_forms_are_judged() -> None:
    headers = {"content-type": "application/x-www-form-urlencoded", "x-api-key": "key:secret", "authorization": "Bearer 1.token"}
    form = b"quantity=1&title=Mug&description=A+mug&price=9.5&who_made=i_did&when_made=made_to_order&taxonomy_id=1&shipping_profile_id=2"
    asked = Asked("POST", "https://x/v3/application/shops/1/listings", headers, form)
    assert documents.etsy().faults(asked) == []
    assert documents.etsy().faults(Asked("POST", asked.url, headers, form.replace(b"title=Mug&", b"")))
    assert documents.etsy().faults(Asked("POST", asked.url, headers, form.replace(b"i_did", b"my_cat")))
    assert documents.etsy().faults(Asked("POST", asked.url, {k: v for k, v in headers.items() if k != "x-api-key"}, form))
