"""What stands at flea: sellers' listings with their photos, and who is logged in. No HTTP here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from pydantic import JsonValue

from sandbox.calls import JsonObject
from sandbox.sites import counted_beyond_first

FIRST_LISTING = 5001


@dataclass(frozen=True, slots=True)
class Photo:
    position: int
    digest: str


@dataclass(frozen=True, slots=True)
class Listing:
    listing_id: str
    seller: str
    handle: str
    title: str
    description: str
    category: str
    condition: str
    price: str
    quantity: int
    sku: str
    variants: Sequence[JsonValue]
    photos: tuple[Photo, ...] = ()
    status: str = "draft"


@dataclass(frozen=True, slots=True)
class Session:
    """`csrf` is put into each form of this session, and comes back with it."""

    user: str
    csrf: str


@dataclass(slots=True)
class Market:
    listings: dict[str, Listing] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    listing_numbers: Iterator[int] = field(default_factory=lambda: count(FIRST_LISTING))
    session_numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def log_in(self, user: str) -> str:
        """The cookie's value. Numbered, not drawn: this is a stand-in."""
        number = next(self.session_numbers)
        self.sessions[f"session-{number}"] = Session(user, f"csrf-{number}-{user}")
        return f"session-{number}"

    def add(self, listing: Listing) -> Listing:
        listing = replace(listing, listing_id=str(next(self.listing_numbers)))
        self.listings[listing.listing_id] = listing
        return listing

    def change(self, listing: Listing) -> Listing:
        self.listings[listing.listing_id] = listing
        return listing

    def of(self, seller: str, handle: str | None) -> tuple[Listing, ...]:
        return tuple(listing for listing in self.listings.values() if listing.seller == seller and handle in {None, listing.handle})

    def duplicates(self) -> int:
        """Listings of one seller with one handle, and photos of one listing at one position, each beyond the first."""
        handles = [(listing.seller, listing.handle) for listing in self.listings.values()]
        photos = [(listing.listing_id, photo.position) for listing in self.listings.values() for photo in listing.photos]
        return counted_beyond_first(handles) + counted_beyond_first(photos)

    def clear(self) -> None:
        """Who is logged in stays so."""
        self.listings.clear()


def described(listing: Listing) -> JsonObject:
    photos: list[JsonValue] = [{"position": photo.position, "digest": photo.digest} for photo in listing.photos]
    return {
        "listing_id": listing.listing_id,
        "account": listing.seller,
        "handle": listing.handle,
        "state": listing.status,
        "title": listing.title,
        "description": listing.description,
        "category": listing.category,
        "condition": listing.condition,
        "price": listing.price,
        "quantity": listing.quantity,
        "sku": listing.sku,
        "variants": [*listing.variants],
        "photos": photos,
    }
