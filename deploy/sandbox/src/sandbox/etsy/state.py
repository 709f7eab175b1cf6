"""What stands at the stand-in Etsy: shops with listings, their pictures and inventory. No HTTP here."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from pydantic import JsonValue

from sandbox.calls import JsonObject, digits, objects_at, text_at

FIRST_NUMBER = 1_000_000_001
CURRENCY = "USD"
DIVISOR = 100


def user_of(account: str) -> int:
    """An account's user id follows from its name."""
    return 100_000_000 + zlib.crc32(account.encode())


def shop_of(account: str) -> int:
    return 5_000_000_000 + zlib.crc32(account.encode())


@dataclass(frozen=True, slots=True)
class Picture:
    """`asked_rank` is where its upload wanted it; where it stands is its place in the listing."""

    image_id: int
    digest: str
    asked_rank: int
    alt_text: str
    created: int


@dataclass(slots=True)
class Listing:
    """`fields` are the document's own words; what is derived (quantity, price, state) has names of its own."""

    listing_id: int
    account: str
    fields: JsonObject
    quantity: int
    price: float
    created: int
    updated: int
    state: str = "draft"
    pictures: list[Picture] = field(default_factory=list)
    inventory: JsonObject = field(default_factory=dict)
    fees_paid: int = 0
    """How often publishing or renewing cost its seller the listing fee."""

    @property
    def title(self) -> str:
        return text_at(self.fields, "title")

    @property
    def skus(self) -> tuple[str, ...]:
        return tuple(sku for product in objects_at(self.inventory, "products") if (sku := text_at(product, "sku")))

    @property
    def is_physical(self) -> bool:
        return self.fields.get("type", "physical") != "download"


@dataclass(slots=True)
class Market:
    """All shops' listings. Ids are numbered from the same start each time, so that a run repeats."""

    listings: dict[int, Listing] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(FIRST_NUMBER))

    def find(self, listing_id: str) -> Listing | None:
        number = digits(listing_id)
        return None if number is None else self.listings.get(number)

    def of(self, account: str) -> tuple[Listing, ...]:
        """Newest first."""
        return tuple(listing for listing in reversed(self.listings.values()) if listing.account == account)

    def duplicates(self) -> int:
        """Listings beyond the first of one product, and pictures beyond the first that asked for one rank.

        Two listings are of one product when they share a SKU; one that has no SKU yet, when they share the title.
        """
        return _repeated_listings(list(self.listings.values())) + sum(_repeated_pictures(listing) for listing in self.listings.values())

    def clear(self) -> None:
        self.listings.clear()


def money(price: float) -> JsonObject:
    return {"amount": round(price * DIVISOR), "divisor": DIVISOR, "currency_code": CURRENCY}


def amount(value: JsonValue) -> float | None:
    """A JSON number; its true and false are none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _repeated_listings(listings: list[Listing]) -> int:
    skus: set[tuple[str, str]] = set()
    titles: set[tuple[str, str]] = set()
    titles_without_sku: set[tuple[str, str]] = set()
    repeated = 0
    for listing in listings:
        own, title = {(listing.account, sku) for sku in listing.skus}, (listing.account, listing.title)
        repeated += bool(own & skus) or title in (titles_without_sku if own else titles)
        skus |= own
        titles.add(title)
        if not own:
            titles_without_sku.add(title)
    return repeated


def _repeated_pictures(listing: Listing) -> int:
    ranks = [picture.asked_rank for picture in listing.pictures]
    return len(ranks) - len(set(ranks))
