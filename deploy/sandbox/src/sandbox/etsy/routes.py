"""The stand-in Etsy's table of contents: each operation of the document, its scope, and the function that answers it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sandbox.calls import Answer, Call, JsonObject
from sandbox.etsy import errors, inventory, listings, oauth, pages, pictures
from sandbox.etsy.state import Market
from sandbox.faults import TOKEN, Fault, FaultKind
from sandbox.gallery import Gallery
from sandbox.pace import Allowance
from sandbox.pages import image
from sandbox.sites import Reads, Route, anyone
from sandbox.tokens import AccessTokens

type Act = Callable[[Market, Call], Answer]

API = "/v3/application"
LISTING = f"{API}/listings/{{listing_id}}"
SHOP_LISTINGS = f"{API}/shops/{{shop_id}}/listings"
SHOP_LISTING = f"{SHOP_LISTINGS}/{{listing_id}}"
CALLS_PER_DAY = 100_000

KEY_ALONE = ""
OPERATIONS: Sequence[tuple[str, str, str, str, Act, Reads]] = (
    ("POST", SHOP_LISTINGS, "createDraftListing", "listings_w", listings.create_draft, Reads.FORM),
    ("GET", SHOP_LISTINGS, "getListingsByShop", "listings_r", listings.get_page, Reads.NOTHING),
    ("GET", f"{API}/listings/batch", "getListingsByListingIds", KEY_ALONE, listings.get_batch, Reads.NOTHING),
    (
        "GET",
        f"{API}/listings/batch/inventory",
        "getListingsInventoryByListingIds",
        "listings_r",
        listings.get_batch_inventory,
        Reads.NOTHING,
    ),
    ("GET", LISTING, "getListing", KEY_ALONE, listings.get, Reads.NOTHING),
    ("PATCH", SHOP_LISTING, "updateListing", "listings_w", listings.update, Reads.FORM),
    ("DELETE", LISTING, "deleteListing", "listings_d", listings.delete, Reads.NOTHING),
    ("GET", f"{LISTING}/inventory", "getListingInventory", "listings_r", inventory.get, Reads.NOTHING),
    ("PUT", f"{LISTING}/inventory", "updateListingInventory", "listings_w", inventory.put, Reads.JSON),
    ("GET", f"{LISTING}/images", "getListingImages", KEY_ALONE, pictures.get_all, Reads.NOTHING),
    ("DELETE", f"{SHOP_LISTING}/images/{{listing_image_id}}", "deleteListingImage", "listings_w", pictures.delete, Reads.NOTHING),
)


class Etsy:
    """The site: its state and its routes."""

    name = "etsy"

    def __init__(self, token_lifetime_seconds: float) -> None:
        self.market = Market()
        self.gallery = Gallery()
        self.grants = oauth.Grants(AccessTokens(token_lifetime_seconds))
        self.calls = 0

    @property
    def routes(self) -> Sequence[Route]:
        return (
            *(
                Route(method, path, name, self._on_market(act), self._holder(scope), reads)
                for method, path, name, scope, act, reads in OPERATIONS
            ),
            Route("POST", f"{SHOP_LISTING}/images", "uploadListingImage", self._upload, self._holder("listings_w"), Reads.PARTS),
            Route("GET", f"{API}/users/me", "getMe", oauth.me, self._holder("shops_r")),
            Route("GET", f"{API}/openapi-ping", "ping", oauth.ping, self._holder(KEY_ALONE)),
            Route(
                "POST",
                f"{API}/scopes",
                "tokenScopes",
                lambda call: oauth.token_scopes(self.grants, call),
                self._holder(KEY_ALONE),
                Reads.FORM,
            ),
            Route("POST", "/v3/public/oauth/token", TOKEN, lambda call: oauth.grant(self.grants, call), oauth.asking, Reads.FORM),
            Route("GET", "/listing/{listing_id}", "page", lambda call: pages.listing_page(self.market, call), anyone, counted=False),
            Route("GET", "/images/{digest}", "picture", lambda call: image(self.gallery, call), anyone, counted=False),
        )

    def refuse(self, fault: Fault, call: Call) -> Answer:
        match fault.kind:
            case FaultKind.THROTTLE:
                return errors.too_many_requests(fault.retry_after_seconds)
            case FaultKind.INVALID_TOKEN if "grant_type" in call.form:
                return oauth.invalid_grant("refresh_token is revoked")
            case FaultKind.INVALID_TOKEN:
                self.grants.tokens.revoke(oauth.bearer(call))
                return oauth.invalid_token()
            case _:
                return errors.server_error()

    def server_error(self) -> Answer:
        return errors.server_error()

    def throttled(self, retry_after_seconds: float) -> Answer:
        return errors.too_many_requests(retry_after_seconds)

    def unreadable(self) -> Answer:
        return errors.bad("The request body could not be read.")

    def dress(self, answer: Answer, allowance: Allowance) -> Answer:
        """Every answer tells what is left of the second and of the day."""
        self.calls += 1
        quota = {
            "x-limit-per-second": str(allowance.limit_per_second),
            "x-remaining-this-second": str(max(0, allowance.remaining)),
            "x-limit-per-day": str(CALLS_PER_DAY),
            "x-remaining-today": str(max(0, CALLS_PER_DAY - self.calls)),
        }
        return replace(answer, headers={**answer.headers, **quota})

    def listings(self) -> Sequence[JsonObject]:
        return [pages.describe(listing) for listing in self.market.listings.values()]

    def live(self) -> int:
        return sum(listing.state == "active" for listing in self.market.listings.values())

    def duplicates(self) -> int:
        return self.market.duplicates()

    def reset(self) -> None:
        self.market.clear()
        self.calls = 0

    def _holder(self, scope: str) -> Callable[[Call], str | Answer]:
        if scope == KEY_ALONE:
            return lambda call: oauth.any_app(self.grants, call)
        return lambda call: oauth.holder(self.grants, call, scope)

    def _on_market(self, act: Act) -> Callable[[Call], Answer]:
        return lambda call: act(self.market, call)

    def _upload(self, call: Call) -> Answer:
        return pictures.upload(self.market, self.gallery, call)
