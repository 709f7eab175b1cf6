"""Tokens, pictures, locations, limits and pages of the stand-in eBay."""

import base64

import pytest
from multidict import CIMultiDict

from sandbox.calls import Answer, Call, JsonObject, Part, at
from sandbox.ebay import locations, media, oauth, pages
from sandbox.gallery import Gallery
from sandbox.tokens import AccessTokens
from tests.unit.sandbox.ebay.selling import BASE_URL, Selling, error_of

JPEG = b"\xff\xd8\xff\xe0 a picture"
BASIC = "Basic " + base64.b64encode(b"sandbox-client:sandbox-secret").decode()


def ask(tokens: AccessTokens, authorization: str = BASIC, **form: str) -> Answer:
    call = Call(headers=CIMultiDict(Authorization=authorization), form={name: [value] for name, value in form.items()})
    account = oauth.asking(call)
    return oauth.grant(tokens, Call(now=call.now, account=account, headers=call.headers, form=call.form))


def test_a_refresh_token_gives_access_to_the_account_it_names_and_stays_good() -> None:
    tokens = AccessTokens(7200)
    for _ in range(2):
        answer = ask(tokens, grant_type="refresh_token", refresh_token="ebay-refresh-main")
        assert (answer.status, at(answer.body, "expires_in"), at(answer.body, "refresh_token")) == (200, 7200, None)
        assert tokens.holder(str(at(answer.body, "access_token")), now=7199) == "main"


def test_an_access_token_ends() -> None:
    tokens = AccessTokens(10)
    token = at(ask(tokens, grant_type="refresh_token", refresh_token="ebay-refresh-main").body, "access_token")
    call = Call(now=10, headers=CIMultiDict(Authorization=f"Bearer {token}"))
    refusal = oauth.holder(tokens, call)
    assert isinstance(refusal, Answer)
    assert (refusal.status, error_of(refusal)) == (401, 1001)


def test_an_application_gets_a_token_of_its_own() -> None:
    tokens = AccessTokens(7200)
    answer = ask(tokens, grant_type="client_credentials")
    assert at(answer.body, "token_type") == "Application Access Token"


@pytest.mark.parametrize(
    ("authorization", "form", "status", "error"),
    [
        ("", {"grant_type": "client_credentials"}, 401, "invalid_client"),
        ("Basic nonsense", {"grant_type": "client_credentials"}, 401, "invalid_client"),
        (BASIC, {"grant_type": "password"}, 400, "unsupported_grant_type"),
        (BASIC, {"grant_type": "refresh_token", "refresh_token": "of-somebody-else"}, 400, "invalid_grant"),
    ],
)
def test_a_token_is_refused_in_oauths_own_words(authorization: str, form: dict[str, str], status: int, error: str) -> None:
    answer = ask(AccessTokens(7200), authorization, **form)
    assert (answer.status, at(answer.body, "error")) == (status, error)


def upload(selling: Selling, gallery: Gallery, content: bytes) -> Answer:
    call = Call(base_url=BASE_URL, parts={"image": Part(content, "shirt.jpg")})
    return media.create_from_file(selling.market, gallery, selling.seller, call)


def test_an_uploaded_picture_is_read_by_its_location() -> None:
    selling, gallery = Selling(), Gallery()
    created = upload(selling, gallery, JPEG)
    assert created.status == 201
    image_id = created.headers["Location"].rsplit("/", 1)[1]
    found = media.get(selling.market, gallery, selling.seller, Call(base_url=BASE_URL, params={"image_id": image_id}))
    assert at(found.body, "imageUrl") == at(created.body, "imageUrl")


def test_the_same_picture_twice_is_two_images_of_one_content() -> None:
    selling, gallery = Selling(), Gallery()
    first, second = upload(selling, gallery, JPEG), upload(selling, gallery, JPEG)
    assert first.headers["Location"] != second.headers["Location"]
    assert at(first.body, "imageUrl") == at(second.body, "imageUrl")


@pytest.mark.parametrize(("content", "error_id"), [(b"text", 190203), (JPEG + bytes(media.IMAGE_BYTES_MAX), 190201)])
def test_what_is_no_picture_or_too_large_is_refused(content: bytes, error_id: int) -> None:
    selling = Selling()
    assert error_of(upload(selling, Gallery(), content)) == error_id
    assert not selling.market.images


def test_a_picture_by_address_needs_a_secure_one() -> None:
    selling, gallery = Selling(), Gallery()
    secure, plain = (Call(body={"imageUrl": f"{scheme}://pictures.test/1.jpg"}) for scheme in ("https", "http"))
    assert media.create_from_url(selling.market, gallery, selling.seller, secure).status == 201
    assert error_of(media.create_from_url(selling.market, gallery, selling.seller, plain)) == 190204


def test_an_image_that_is_not_there_is_not_found() -> None:
    selling = Selling()
    answer = media.get(selling.market, Gallery(), selling.seller, Call(params={"image_id": "v1-1"}))
    assert (answer.status, error_of(answer)) == (404, 190200)


def test_a_location_is_created_once() -> None:
    selling = Selling()
    body: JsonObject = {"location": {"address": {"country": "US", "postalCode": "95125"}}}
    answers = [selling.do(locations.create, body, merchantLocationKey="main") for _ in range(2)]
    assert [answer.status for answer in answers] == [204, 409]
    assert at(selling.do(locations.get, merchantLocationKey="main").body, "merchantLocationStatus") == "ENABLED"
    assert selling.do(locations.get, merchantLocationKey="other").status == 404
    assert error_of(selling.do(locations.create, {}, merchantLocationKey="third")) == 25801


def test_the_rate_limits_count_down() -> None:
    answer = locations.get_rate_limits(7, Call(now=86_400.0 * 365))
    rate = at(answer.body, "rateLimits")
    assert isinstance(rate, list)
    assert "'count': 7" in str(rate)
    assert "'reset': '1971-01-02T00:00:00.000Z'" in str(rate)


def test_a_listings_page_shows_what_it_sells_and_whether_it_ended() -> None:
    selling = Selling()
    selling.put_item(title="A <b>shirt</b>")
    selling.publish(selling.offer_of("shirt"))
    (listing,) = selling.market.live_listings()
    page = pages.listing_page(selling.market, Call(params={"listing_id": listing.listing_id}))
    assert isinstance(page.body, bytes)
    assert b"A &lt;b&gt;shirt&lt;/b&gt;" in page.body
    assert b"has ended" not in page.body
    selling.market.end(listing.listing_id)
    ended = pages.listing_page(selling.market, Call(params={"listing_id": listing.listing_id}))
    assert isinstance(ended.body, bytes)
    assert b"has ended" in ended.body


def test_a_page_that_is_not_there_is_not_found() -> None:
    assert pages.listing_page(Selling().market, Call(params={"listing_id": "1"})).status == 404
