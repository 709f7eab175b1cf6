"""Who is there: the log-in, the session's cookie, and the csrf token that every form must bring back."""

from http import HTTPStatus
from http.cookies import SimpleCookie

from sandbox.calls import Answer, Call
from sandbox.flea import pages
from sandbox.flea.state import Market, Session

COOKIE = "flea_session"
WRONG_PASSWORD = "wrong"  # noqa: S105 - the one password that is nobody's
CSRF_FIELD = "csrf"


def log_in(market: Market, call: Call) -> Answer:
    """Everybody has an account here, and any password but `wrong` opens it."""
    if not call.account or call.field("password") in {"", WRONG_PASSWORD}:
        return pages.log_in(HTTPStatus.UNAUTHORIZED, "User and password do not match.")
    cookie = f"{COOKIE}={market.log_in(call.account)}; Path=/; HttpOnly; SameSite=Lax"
    return Answer(HTTPStatus.SEE_OTHER, headers={"Location": "/sell", "Set-Cookie": cookie})


def log_out(market: Market, call: Call) -> Answer:
    end(market, call)
    return Answer(HTTPStatus.SEE_OTHER, headers={"Location": "/"})


def end(market: Market, call: Call) -> None:
    market.sessions.pop(_cookie(call), None)


def asking(call: Call) -> str:
    """The user that a log-in names."""
    return call.field("user")


def session(market: Market, call: Call) -> Session | None:
    return market.sessions.get(_cookie(call))


def visitor(market: Market, call: Call) -> str | Answer:
    """Anyone; a seller where one is logged in."""
    there = session(market, call)
    return "" if there is None else there.user


def on_page(market: Market, call: Call) -> str | Answer:
    """A page sends whoever is logged out to the log-in."""
    there = session(market, call)
    return to_log_in() if there is None else there.user


def on_data(market: Market, call: Call) -> str | Answer:
    there = session(market, call)
    return Answer(HTTPStatus.UNAUTHORIZED, {"errors": {"session": "log in first"}}) if there is None else there.user


def with_form(market: Market, call: Call) -> str | Answer:
    """A form that does not bring its session's token back was not sent from flea's own page."""
    there = session(market, call)
    if there is None:
        return to_log_in()
    if call.field(CSRF_FIELD) != there.csrf:
        return Answer(HTTPStatus.FORBIDDEN, {"errors": {CSRF_FIELD: "does not belong to this session"}})
    return there.user


def to_log_in() -> Answer:
    return Answer(HTTPStatus.SEE_OTHER, headers={"Location": "/login"})


def _cookie(call: Call) -> str:
    found = SimpleCookie(call.headers.get("Cookie", "")).get(COOKIE)
    return "" if found is None else found.value
