"""Flea's table of contents: each page and form, who may use it, and the function that answers."""

from collections.abc import Callable, Sequence

from sandbox.calls import Answer, Call, JsonObject
from sandbox.faults import Fault, FaultKind
from sandbox.flea import listings, pages, sessions
from sandbox.flea.state import Market, described
from sandbox.gallery import Gallery
from sandbox.pace import Allowance
from sandbox.pages import image
from sandbox.sites import Reads, Route, anyone

type Act = Callable[[Market, Call], Answer]
type Identify = Callable[[Market, Call], str | Answer]

OPERATIONS: Sequence[tuple[str, str, str, Identify, Act, Reads]] = (
    ("POST", "/logout", "logout", sessions.on_page, sessions.log_out, Reads.NOTHING),
    ("GET", "/api/mine", "find_listing", sessions.on_data, listings.mine, Reads.NOTHING),
    ("GET", "/api/listings/{listing_id}", "get_listing", sessions.visitor, listings.get, Reads.NOTHING),
    ("POST", "/sell", "create_listing", sessions.with_form, listings.create, Reads.FORM),
    ("POST", "/listings/{listing_id}/publish", "publish", sessions.with_form, listings.publish, Reads.FORM),
    ("POST", "/listings/{listing_id}/unpublish", "unpublish", sessions.with_form, listings.unpublish, Reads.FORM),
    ("POST", "/listings/{listing_id}/delete", "delete_listing", sessions.with_form, listings.delete, Reads.FORM),
)


class Flea:
    """The site: its state and its routes."""

    name = "flea"

    def __init__(self) -> None:
        self.market = Market()
        self.gallery = Gallery()

    @property
    def routes(self) -> Sequence[Route]:
        return (
            *(
                Route(method, path, name, self._bound(act), self._bound(identify), reads)
                for method, path, name, identify, act, reads in OPERATIONS
            ),
            Route("GET", "/login", "login_page", lambda _call: pages.log_in(), anyone, counted=False),
            Route("POST", "/login", "login", lambda call: sessions.log_in(self.market, call), sessions.asking, Reads.FORM),
            Route("GET", "/sell", "sell_form", self._sell_form, self._bound(sessions.on_page)),
            Route("POST", "/listings/{listing_id}/photos", "upload_photo", self._add_photo, self._bound(sessions.with_form), Reads.PARTS),
            Route("GET", "/listings/{listing_id}", "page", lambda call: pages.listing(self.market, call), anyone, counted=False),
            Route("GET", "/images/{digest}", "picture", lambda call: image(self.gallery, call), anyone, counted=False),
            Route("GET", "/", "front", lambda call: pages.front(self.market, call), anyone, counted=False),
        )

    def refuse(self, fault: Fault, call: Call) -> Answer:
        match fault.kind:
            case FaultKind.THROTTLE:
                return pages.slow_down(fault.retry_after_seconds)
            case FaultKind.INVALID_TOKEN:
                sessions.end(self.market, call)
                return sessions.to_log_in()
            case FaultKind.CHALLENGE:
                return pages.challenge()
            case _:
                return pages.trouble()

    def server_error(self) -> Answer:
        return pages.trouble()

    def throttled(self, retry_after_seconds: float) -> Answer:
        return pages.slow_down(retry_after_seconds)

    def unreadable(self) -> Answer:
        return pages.unreadable()

    def dress(self, answer: Answer, _allowance: Allowance) -> Answer:
        return answer

    def listings(self) -> Sequence[JsonObject]:
        return [described(listing) for listing in self.market.listings.values()]

    def live(self) -> int:
        return sum(listing.status == listings.PUBLISHED for listing in self.market.listings.values())

    def duplicates(self) -> int:
        return self.market.duplicates()

    def reset(self) -> None:
        self.market.clear()

    def _sell_form(self, call: Call) -> Answer:
        session = sessions.session(self.market, call)
        return sessions.to_log_in() if session is None else pages.sell(session)

    def _add_photo(self, call: Call) -> Answer:
        return listings.add_photo(self.market, self.gallery, call)

    def _bound[T](self, function: Callable[[Market, Call], T]) -> Callable[[Call], T]:
        return lambda call: function(self.market, call)
