"""What stands at the stand-in eBay: sellers with items, groups and offers, and the listings made of them. No HTTP here."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from pydantic import JsonValue

from sandbox.calls import JsonObject, text_at
from sandbox.sites import counted_beyond_first

FIRST_OFFER = 8_000_000_011
FIRST_LISTING = 110_000_000_001


@dataclass(frozen=True, slots=True)
class Item:
    sku: str
    data: JsonObject
    locale: str


@dataclass(frozen=True, slots=True)
class Offer:
    """`listing_id` is there while the offer is published."""

    offer_id: str
    data: JsonObject
    listing_id: str | None = None

    @property
    def sku(self) -> str:
        return text_at(self.data, "sku")

    @property
    def marketplace_id(self) -> str:
        return text_at(self.data, "marketplaceId")

    @property
    def key(self) -> tuple[str, str, str]:
        """There is one offer for each of these."""
        return (self.sku, self.marketplace_id, text_at(self.data, "format"))

    def revised(self, changes: Mapping[str, JsonValue]) -> "Offer":
        return replace(self, data={**self.data, **changes})


@dataclass(frozen=True, slots=True)
class Listing:
    listing_id: str
    account: str
    marketplace_id: str
    group_key: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """`source` is its address where it came by one, and else the digest of its content."""

    source: str
    uploaded_at: float


@dataclass(slots=True)
class Seller:
    account: str
    items: dict[str, Item] = field(default_factory=dict)
    groups: dict[str, JsonObject] = field(default_factory=dict)
    group_of: dict[str, str] = field(default_factory=dict)
    """SKU to the group it is a member of."""
    offers: dict[str, Offer] = field(default_factory=dict)
    offers_of: dict[str, list[str]] = field(default_factory=dict)
    """SKU to its offers' ids."""
    locations: dict[str, JsonObject] = field(default_factory=dict)

    def offers_for(self, sku: str) -> tuple[Offer, ...]:
        return tuple(self.offers[offer_id] for offer_id in self.offers_of.get(sku, ()))

    def keep(self, offer: Offer) -> None:
        if offer.offer_id not in self.offers:
            self.offers_of.setdefault(offer.sku, []).append(offer.offer_id)
        self.offers[offer.offer_id] = offer

    def drop(self, offer: Offer) -> None:
        del self.offers[offer.offer_id]
        self.offers_of[offer.sku].remove(offer.offer_id)


@dataclass(slots=True)
class Market:
    """All sellers. Ids are numbered from the same start each time, so that a run repeats."""

    sellers: dict[str, Seller] = field(default_factory=dict)
    listings: dict[str, Listing] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict)
    offer_numbers: Iterator[int] = field(default_factory=lambda: count(FIRST_OFFER))
    listing_numbers: Iterator[int] = field(default_factory=lambda: count(FIRST_LISTING))

    def seller(self, account: str) -> Seller:
        return self.sellers.setdefault(account, Seller(account))

    def list_offers(self, seller: Seller, offers: Iterable[Offer], marketplace_id: str, group_key: str = "") -> Listing:
        """A new listing is live, and these offers are it."""
        listing = Listing(str(next(self.listing_numbers)), seller.account, marketplace_id, group_key)
        self.listings[listing.listing_id] = listing
        self.join(seller, offers, listing.listing_id)
        return listing

    def join(self, seller: Seller, offers: Iterable[Offer], listing_id: str) -> None:
        for offer in offers:
            seller.keep(replace(offer, listing_id=listing_id))

    def end(self, listing_id: str) -> None:
        """The listing ends; its offers stay, unpublished."""
        listing = self.listings[listing_id] = replace(self.listings[listing_id], ended=True)
        seller = self.seller(listing.account)
        for offer in [offer for offer in seller.offers.values() if offer.listing_id == listing_id]:
            seller.keep(replace(offer, listing_id=None))

    def live_listings(self) -> tuple[Listing, ...]:
        return tuple(listing for listing in self.listings.values() if not listing.ended)

    def offers_in(self, listing: Listing) -> tuple[Offer, ...]:
        offers = self.seller(listing.account).offers.values()
        return tuple(offer for offer in offers if offer.listing_id == listing.listing_id)

    def duplicates(self) -> int:
        """Offers of one key, and live listings that sell one SKU on one marketplace: each beyond the first."""
        offers = [(seller.account, offer) for seller in self.sellers.values() for offer in seller.offers.values()]
        keys = [(account, *offer.key) for account, offer in offers]
        live = {(account, offer.sku, offer.marketplace_id, offer.listing_id) for account, offer in offers if offer.listing_id}
        return counted_beyond_first(keys) + counted_beyond_first([place[:3] for place in live])

    def clear(self) -> None:
        self.sellers.clear()
        self.listings.clear()
        self.images.clear()
