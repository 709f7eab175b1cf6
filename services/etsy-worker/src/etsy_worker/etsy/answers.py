"""What Etsy answers, as far as we read it. Frozen; fields that we do not read are ignored."""

from decimal import Decimal

from pydantic import Field

from hawker.contracts.words import Model


class Listing(Model):
    listing_id: int
    state: str
    title: str = ""
    description: str = ""
    url: str = ""


class ListingPage(Model):
    results: tuple[Listing, ...]


class ListingImage(Model):
    listing_image_id: int
    rank: int


class ListingImages(Model):
    results: tuple[ListingImage, ...]


class Money(Model):
    amount: int
    divisor: int = Field(ge=1)

    @property
    def value(self) -> Decimal:
        return Decimal(self.amount) / self.divisor


class Offering(Model):
    price: Money
    quantity: int
    is_enabled: bool = True
    is_deleted: bool = False
    readiness_state_id: int | None = None


class PropertyValue(Model):
    property_id: int
    property_name: str | None = None
    values: tuple[str, ...] = ()


class InventoryProduct(Model):
    sku: str = ""
    is_deleted: bool = False
    property_values: tuple[PropertyValue, ...] = ()
    offerings: tuple[Offering, ...] = ()


class Inventory(Model):
    products: tuple[InventoryProduct, ...] = ()
    price_on_property: tuple[int, ...] = ()
    quantity_on_property: tuple[int, ...] = ()
    sku_on_property: tuple[int, ...] = ()


class Grant(Model):
    """What the token endpoint hands out; the refresh token is a new one every time."""

    access_token: str = Field(min_length=1, repr=False)
    refresh_token: str = Field(min_length=1, repr=False)
    expires_in: int = Field(ge=0)
