"""What a person sees at flea: the front page, the log-in, the form to sell, a listing, and the page that asks whether they are one."""

from html import escape
from http import HTTPStatus

from sandbox.calls import Answer, Call, at, text_at
from sandbox.flea.listings import PUBLISHED
from sandbox.flea.state import Listing, Market, Session
from sandbox.pages import page, photos

BRAND = "flea: everything once more"
FRONT_LISTINGS_MAX = 50


def front(market: Market, _call: Call) -> Answer:
    newest = [listing for listing in reversed(market.listings.values()) if listing.status == PUBLISHED][:FRONT_LISTINGS_MAX]
    rows = "".join(
        f'<li><a href="/listings/{listing.listing_id}">{escape(listing.title)}</a> {escape(listing.price)}</li>' for listing in newest
    )
    return page(HTTPStatus.OK, "New on flea", f'<ul>{rows}</ul><p><a href="/sell">Sell something</a></p>', brand=BRAND)


def log_in(status: int = HTTPStatus.OK, problem: str = "") -> Answer:
    body = f"""<p><b>{escape(problem)}</b></p><form method="post" action="/login">
<label for="user">User</label><input id="user" name="user" autocomplete="username" required>
<label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required>
<button>Log in</button></form>"""
    return page(status, "Log in", body, brand=BRAND)


FIELDS = (
    ("handle", "Your own name for it", "text"),
    ("title", "Title", "text"),
    ("category", "Category", "text"),
    ("condition", "Condition", "text"),
    ("price", "Price", "text"),
    ("quantity", "Quantity", "number"),
    ("sku", "SKU", "text"),
)


def sell(session: Session) -> Answer:
    inputs = "".join(f'<label for="{name}">{label}</label><input id="{name}" name="{name}" type="{kind}">' for name, label, kind in FIELDS)
    body = f"""<p>You are {escape(session.user)}.</p><form method="post" action="/sell">
<input type="hidden" name="csrf" value="{escape(session.csrf)}">{inputs}
<label for="description">Description</label><textarea id="description" name="description" rows="6"></textarea>
<label for="variants">Variants (JSON)</label><textarea id="variants" name="variants">[]</textarea>
<button>Save as draft</button></form>"""
    return page(HTTPStatus.OK, "Sell something", body, brand=BRAND)


def listing(market: Market, call: Call) -> Answer:
    found = market.listings.get(call.params["listing_id"])
    if found is None or found.status != PUBLISHED:
        return page(HTTPStatus.NOT_FOUND, "No such listing", "<p>It may be sold.</p>", brand=BRAND)
    urls = [f"/images/{photo.digest}" for photo in found.photos]
    body = f"{photos(urls)}<p><b>{escape(found.price)}</b>, {found.quantity} there, sold by {escape(found.seller)}</p>{_variants(found)}"
    return page(HTTPStatus.OK, found.title, f"{body}<p>{escape(found.description)}</p>", brand=BRAND)


def challenge() -> Answer:
    """No machine is meant to get past it."""
    body = "<p>Tick the box and show us three bicycles.</p><form><label><input type=checkbox> I am a person</label></form>"
    return page(HTTPStatus.FORBIDDEN, "Security challenge", body, brand=BRAND)


def trouble() -> Answer:
    return page(HTTPStatus.INTERNAL_SERVER_ERROR, "Something broke", "<p>We are looking for the spanner.</p>", brand=BRAND)


def unreadable() -> Answer:
    return page(HTTPStatus.BAD_REQUEST, "We cannot read this form", "<p>Go back and try again.</p>", brand=BRAND)


def slow_down(retry_after_seconds: float) -> Answer:
    shown = page(HTTPStatus.TOO_MANY_REQUESTS, "Slow down", "<p>Too many clicks.</p>", brand=BRAND)
    return Answer(shown.status, shown.body, {"Retry-After": f"{retry_after_seconds:g}"}, shown.content_type)


def _variants(found: Listing) -> str:
    rows = "".join(
        f"<tr><td>{escape(text_at(variant, 'sku'))}</td><td>{escape(_options(at(variant, 'options')))}</td><td>{escape(text_at(variant, 'price'))}</td></tr>"
        for variant in found.variants
    )
    return f"<table><tr><th>SKU</th><th>Variant</th><th>Price</th></tr>{rows}</table>" if rows else ""


def _options(options: object) -> str:
    return ", ".join(f"{name}: {value}" for name, value in options.items()) if isinstance(options, dict) else ""
