"""The stand-in eBay's table of contents: each operation of the documents, and the function that answers it."""

from collections.abc import Callable, Sequence

from sandbox.calls import Answer, Call, JsonObject
from sandbox.ebay import bulk, errors, items, locations, media, oauth, offers, pages, publishing
from sandbox.ebay.state import Market, Offer, Seller
from sandbox.faults import TOKEN, Fault, FaultKind
from sandbox.gallery import Gallery
from sandbox.pace import Allowance
from sandbox.pages import image
from sandbox.sites import Reads, Route, anyone
from sandbox.tokens import AccessTokens

type Act = Callable[[Market, Seller, Call], Answer]

INVENTORY = "/sell/inventory/v1"
MEDIA = "/commerce/media/v1_beta"
ANALYTICS = "/developer/analytics/v1_beta"

ITEM = f"{INVENTORY}/inventory_item/{{sku}}"
GROUP = f"{INVENTORY}/inventory_item_group/{{inventoryItemGroupKey}}"
OFFER = f"{INVENTORY}/offer/{{offerId}}"
LOCATION = f"{INVENTORY}/location/{{merchantLocationKey}}"

SELLER_ROUTES: Sequence[tuple[str, str, str, Act, Reads]] = (
    ("PUT", ITEM, "createOrReplaceInventoryItem", items.put, Reads.JSON),
    ("GET", ITEM, "getInventoryItem", items.get, Reads.NOTHING),
    ("DELETE", ITEM, "deleteInventoryItem", items.delete, Reads.NOTHING),
    ("GET", f"{INVENTORY}/inventory_item", "getInventoryItems", items.get_page, Reads.NOTHING),
    ("PUT", GROUP, "createOrReplaceInventoryItemGroup", items.put_group, Reads.JSON),
    ("GET", GROUP, "getInventoryItemGroup", items.get_group, Reads.NOTHING),
    ("DELETE", GROUP, "deleteInventoryItemGroup", items.delete_group, Reads.NOTHING),
    (
        "POST",
        f"{INVENTORY}/offer/publish_by_inventory_item_group",
        "publishOfferByInventoryItemGroup",
        publishing.publish_group,
        Reads.JSON,
    ),
    (
        "POST",
        f"{INVENTORY}/offer/withdraw_by_inventory_item_group",
        "withdrawOfferByInventoryItemGroup",
        publishing.withdraw_group,
        Reads.JSON,
    ),
    ("POST", f"{INVENTORY}/offer", "createOffer", offers.create, Reads.JSON),
    ("GET", f"{INVENTORY}/offer", "getOffers", offers.get_page, Reads.NOTHING),
    ("GET", OFFER, "getOffer", offers.get, Reads.NOTHING),
    ("PUT", OFFER, "updateOffer", offers.update, Reads.JSON),
    ("DELETE", OFFER, "deleteOffer", offers.delete, Reads.NOTHING),
    ("POST", f"{OFFER}/publish", "publishOffer", publishing.publish, Reads.NOTHING),
    ("POST", f"{OFFER}/withdraw", "withdrawOffer", publishing.withdraw, Reads.NOTHING),
    ("POST", f"{INVENTORY}/bulk_create_or_replace_inventory_item", "bulkCreateOrReplaceInventoryItem", bulk.put_items, Reads.JSON),
    ("POST", f"{INVENTORY}/bulk_get_inventory_item", "bulkGetInventoryItem", bulk.get_items, Reads.JSON),
    ("POST", f"{INVENTORY}/bulk_create_offer", "bulkCreateOffer", bulk.create_offers, Reads.JSON),
    ("POST", f"{INVENTORY}/bulk_publish_offer", "bulkPublishOffer", bulk.publish_offers, Reads.JSON),
    ("POST", f"{INVENTORY}/bulk_update_price_quantity", "bulkUpdatePriceQuantity", bulk.update_price_quantity, Reads.JSON),
    ("POST", LOCATION, "createInventoryLocation", locations.create, Reads.JSON),
    ("GET", LOCATION, "getInventoryLocation", locations.get, Reads.NOTHING),
)


class Ebay:
    """The site: its state and its routes."""

    name = "ebay"

    def __init__(self, token_lifetime_seconds: float) -> None:
        self.market = Market()
        self.gallery = Gallery()
        self.tokens = AccessTokens(token_lifetime_seconds)
        self.calls = 0

    @property
    def routes(self) -> Sequence[Route]:
        return (
            *(
                Route(method, path, operation, self._for_seller(act), self._holder, reads)
                for method, path, operation, act, reads in SELLER_ROUTES
            ),
            Route(
                "POST",
                f"{MEDIA}/image/create_image_from_file",
                "createImageFromFile",
                self._media(media.create_from_file),
                self._holder,
                Reads.PARTS,
            ),
            Route(
                "POST",
                f"{MEDIA}/image/create_image_from_url",
                "createImageFromUrl",
                self._media(media.create_from_url),
                self._holder,
                Reads.JSON,
            ),
            Route("GET", f"{MEDIA}/image/{{image_id}}", "getImage", self._media(media.get), self._holder),
            Route(
                "GET", f"{ANALYTICS}/rate_limit/", "getRateLimits", lambda call: locations.get_rate_limits(self.calls, call), self._holder
            ),
            Route("POST", "/identity/v1/oauth2/token", TOKEN, lambda call: oauth.grant(self.tokens, call), oauth.asking, Reads.FORM),
            Route("GET", "/itm/{listing_id}", "page", lambda call: pages.listing_page(self.market, call), anyone, counted=False),
            Route("GET", "/images/{digest}", "picture", lambda call: image(self.gallery, call), anyone, counted=False),
        )

    def refuse(self, fault: Fault, call: Call) -> Answer:
        match fault.kind:
            case FaultKind.THROTTLE:
                return errors.too_many_requests(fault.retry_after_seconds)
            case FaultKind.INVALID_TOKEN if call.form:
                return oauth.invalid_grant()
            case FaultKind.INVALID_TOKEN:
                self.tokens.revoke(oauth.bearer(call))
                return errors.invalid_token()
            case _:
                return errors.system_error()

    def server_error(self) -> Answer:
        return errors.system_error()

    def throttled(self, retry_after_seconds: float) -> Answer:
        return errors.too_many_requests(retry_after_seconds)

    def unreadable(self) -> Answer:
        return errors.bad_request()

    def dress(self, answer: Answer, _allowance: Allowance) -> Answer:
        """Limits are told in an operation of their own, not in headers."""
        self.calls += 1
        return answer

    def listings(self) -> Sequence[JsonObject]:
        offers: dict[str, list[Offer]] = {}
        for seller in self.market.sellers.values():
            for offer in seller.offers.values():
                offers.setdefault(offer.listing_id or "", []).append(offer)
        return [pages.describe(self.market, listing, tuple(offers.get(listing.listing_id, ()))) for listing in self.market.live_listings()]

    def live(self) -> int:
        return len(self.market.live_listings())

    def duplicates(self) -> int:
        return self.market.duplicates()

    def reset(self) -> None:
        self.market.clear()
        self.calls = 0

    def _holder(self, call: Call) -> str | Answer:
        return oauth.holder(self.tokens, call)

    def _for_seller(self, act: Act) -> Callable[[Call], Answer]:
        return lambda call: act(self.market, self.market.seller(call.account), call)

    def _media(self, act: Callable[[Market, Gallery, Seller, Call], Answer]) -> Callable[[Call], Answer]:
        return lambda call: act(self.market, self.gallery, self.market.seller(call.account), call)
