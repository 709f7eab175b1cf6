"""The rules of flea: who is there, what a form must bring, and what stands there afterwards."""

import re

import pytest
from multidict import CIMultiDict, MultiDict

from sandbox.calls import Answer, Call, Part, at, objects_at
from sandbox.flea import listings, pages, sessions
from sandbox.flea.state import Market
from sandbox.gallery import Gallery

SECRET = "secret"
JPEG = b"\xff\xd8\xff\xe0 a picture"
FORM = {
    "handle": "ocean-shirt",
    "title": "Ocean shirt",
    "description": "Blue.",
    "price": "19.90",
    "quantity": "3",
    "sku": "shirt",
    "variants": '[{"sku": "shirt", "options": {"Size": "S"}, "price": "19.90", "quantity": 3}]',
}


class Visit:
    """A browser at a fresh flea: it keeps its cookie."""

    def __init__(self, market: Market | None = None, user: str = "anna") -> None:
        self.market = market or Market()
        self.gallery = Gallery()
        self.user = user
        self.cookie = ""

    def log_in(self, password: str = SECRET) -> Answer:
        form = {"user": [self.user], "password": [password]}
        answer = sessions.log_in(self.market, Call(account=sessions.asking(Call(form=form)), form=form))
        if "Set-Cookie" in answer.headers:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
        return answer

    def call(self, form: dict[str, str] | None = None, query: dict[str, str] | None = None, **params: str) -> Call:
        return Call(
            account=self.user,
            params=params,
            query=MultiDict(query or {}),
            headers=CIMultiDict(Cookie=f"theme=dark; {sessions.COOKIE}={self.cookie}"),
            form={name: [value] for name, value in (form or {}).items()},
        )

    def create(self, **changes: str) -> Answer:
        return listings.create(self.market, self.call({**FORM, **changes}))

    def created(self, **changes: str) -> str:
        answer = self.create(**changes)
        assert answer.status == 201, answer.body
        return str(at(answer.body, "listing_id"))

    def add_photo(self, listing_id: str, position: str = "1", content: bytes = JPEG) -> Answer:
        parts = {"photo": Part(content, "shirt.jpg"), "position": Part(position.encode())}
        return listings.add_photo(self.market, self.gallery, Call(account=self.user, params={"listing_id": listing_id}, parts=parts))

    def mine(self, handle: str) -> list[str]:
        answer = listings.mine(self.market, self.call(query={"handle": handle}))
        return [str(listing["listing_id"]) for listing in objects_at(answer.body, "listings")]


def test_a_log_in_gives_a_session_that_scripts_cannot_read() -> None:
    visit = Visit()
    answer = visit.log_in()
    assert (answer.status, answer.headers["Location"]) == (303, "/sell")
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert sessions.on_page(visit.market, visit.call()) == "anna"


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_wrong_password_gives_no_session(password: str) -> None:
    visit = Visit()
    assert visit.log_in(password).status == 401
    assert not visit.market.sessions


def test_whoever_is_logged_out_is_sent_to_the_log_in_and_data_says_401() -> None:
    visit = Visit()
    page, data = sessions.on_page(visit.market, visit.call()), sessions.on_data(visit.market, visit.call())
    assert isinstance(page, Answer)
    assert isinstance(data, Answer)
    assert (page.status, page.headers["Location"], data.status) == (303, "/login", 401)


def test_a_session_ends_with_its_log_out() -> None:
    visit = Visit()
    visit.log_in()
    sessions.log_out(visit.market, visit.call())
    assert isinstance(sessions.on_page(visit.market, visit.call()), Answer)


def test_a_form_brings_the_token_that_its_page_was_given() -> None:
    visit = Visit()
    visit.log_in()
    session = sessions.session(visit.market, visit.call())
    assert session is not None
    page = pages.sell(session)
    assert isinstance(page.body, bytes)
    found = re.search(rb'name="csrf" value="([^"]+)"', page.body)
    assert found is not None
    assert sessions.with_form(visit.market, visit.call({"csrf": found[1].decode()})) == "anna"


def test_a_form_without_its_token_or_with_anothers_is_forbidden() -> None:
    visit, other = Visit(), Visit()
    visit.log_in()
    other.log_in()
    stolen = next(iter(other.market.sessions.values())).csrf + "x"
    for form in ({}, {"csrf": stolen}):
        refusal = sessions.with_form(visit.market, visit.call(form))
        assert isinstance(refusal, Answer)
        assert refusal.status == 403


def test_a_form_becomes_a_draft_that_its_seller_finds_by_handle() -> None:
    visit = Visit()
    listing_id = visit.created()
    assert (visit.mine("ocean-shirt"), visit.mine("hat")) == ([listing_id], [])
    assert Visit(visit.market, "bert").mine("ocean-shirt") == []


def test_a_form_sent_twice_is_two_listings_and_a_duplicate() -> None:
    visit = Visit()
    visit.created()
    Visit(visit.market, "bert").created()
    assert visit.market.duplicates() == 0
    visit.created()
    assert visit.market.duplicates() == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("handle", ""),
        ("title", " "),
        ("title", "t" * 141),
        ("description", "d" * 20_001),
        ("price", "0"),
        ("price", "0.00"),
        ("price", "1.999"),
        ("price", "cheap"),
        ("quantity", "0"),
        ("quantity", "two"),
        ("variants", "{"),
        ("variants", "{}"),
    ],
)
def test_a_form_that_is_wrong_says_which_field(name: str, value: str) -> None:
    visit = Visit()
    answer = visit.create(**{name: value})
    assert (answer.status, answer.effect) == (422, False)
    errors = at(answer.body, "errors")
    assert isinstance(errors, dict)
    assert set(errors) == {name}
    assert not visit.market.listings


def test_photos_stand_in_the_order_of_their_positions() -> None:
    visit = Visit()
    listing_id = visit.created()
    for position in ("2", "1"):
        assert visit.add_photo(listing_id, position).status == 201
    shown = listings.get(visit.market, visit.call(listing_id=listing_id))
    assert [photo["position"] for photo in objects_at(shown.body, "photos")] == [1, 2]


def test_a_second_photo_at_one_position_counts_as_a_duplicate() -> None:
    visit = Visit()
    listing_id = visit.created()
    for _ in range(2):
        visit.add_photo(listing_id)
    assert visit.market.duplicates() == 1


@pytest.mark.parametrize(("position", "content"), [("0", JPEG), ("x", JPEG), ("1", b"text"), ("1", JPEG + bytes(listings.PHOTO_BYTES_MAX))])
def test_a_photo_that_cannot_be_is_refused(position: str, content: bytes) -> None:
    visit = Visit()
    assert visit.add_photo(visit.created(), position, content).status == 422


def test_a_listing_takes_ten_photos() -> None:
    visit = Visit()
    listing_id = visit.created()
    statuses = [visit.add_photo(listing_id, str(position)).status for position in range(1, 12)]
    assert statuses == [201] * 10 + [422]


def test_publishing_again_changes_nothing() -> None:
    visit = Visit()
    listing_id = visit.created()
    answers = [listings.publish(visit.market, visit.call(listing_id=listing_id)) for _ in range(2)]
    assert [(answer.status, answer.effect) for answer in answers] == [(200, True), (200, False)]
    assert answers[0].body == answers[1].body


def test_a_draft_is_seen_by_its_seller_alone_until_it_is_published() -> None:
    visit = Visit()
    other = Visit(visit.market, "bert")
    listing_id = visit.created()
    call = visit.call(listing_id=listing_id)
    assert listings.get(visit.market, other.call(listing_id=listing_id)).status == 404
    assert pages.listing(visit.market, call).status == 404
    listings.publish(visit.market, call)
    assert listings.get(visit.market, other.call(listing_id=listing_id)).status == 200
    assert pages.listing(visit.market, call).status == 200
    listings.unpublish(visit.market, call)
    assert pages.listing(visit.market, call).status == 404


def test_nobody_touches_the_listing_of_another() -> None:
    visit = Visit()
    call = Visit(visit.market, "bert").call(listing_id=visit.created())
    for act in (listings.publish, listings.unpublish, listings.delete):
        assert act(visit.market, call).status == 404
    assert len(visit.market.listings) == 1


def test_a_deleted_listing_is_gone() -> None:
    visit = Visit()
    call = visit.call(listing_id=visit.created())
    assert [listings.delete(visit.market, call).status for _ in range(2)] == [204, 404]


def test_a_page_shows_words_as_words_and_never_as_html() -> None:
    visit = Visit()
    listing_id = visit.created(title="<script>alert(1)</script>", description="<b>bold</b>")
    call = visit.call(listing_id=listing_id)
    listings.publish(visit.market, call)
    for page in (pages.listing(visit.market, call), pages.front(visit.market, call)):
        assert isinstance(page.body, bytes)
        assert b"<script>" not in page.body
        assert b"<b>bold" not in page.body


def test_the_challenge_is_a_page_that_says_so() -> None:
    page = pages.challenge()
    assert isinstance(page.body, bytes)
    assert (page.status, page.content_type, b"challenge" in page.body[:2000].lower()) == (403, "text/html", True)
