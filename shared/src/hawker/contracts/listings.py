"""What a seller lists: a product with its variants and pictures, independent of any marketplace."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from hawker.contracts.limits import PRODUCT_IMAGES_MAX, PRODUCT_VARIANTS_MAX
from hawker.contracts.words import Model

type Text = Annotated[str, StringConstraints(max_length=1000)]


class Image(Model):
    """A picture, by its address. `position` counts from 1 and orders the pictures of a listing."""

    url: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    position: int = Field(ge=1)
    alt: Text = ""


class Variant(Model):
    """One thing that can be bought. `options` holds one value per option name of the product.

    `price` is in `currency` of the product; absent where the export had none, and then a marketplace refuses it.
    """

    sku: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    options: dict[str, Text] = Field(default_factory=dict)
    price: Decimal | None = Field(default=None, ge=0)
    quantity: int = Field(default=0, ge=0)
    weight_grams: int | None = Field(default=None, ge=0)
    barcode: Text = ""
    image_url: str | None = None


class Product(Model):
    """One product as its seller describes it. `handle` is the seller's own stable name for it."""

    handle: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    title: Text
    description: Annotated[str, StringConstraints(max_length=100_000)] = ""
    vendor: Text = ""
    category: Text = ""
    product_type: Text = ""
    tags: tuple[Text, ...] = ()
    condition: Text = ""
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")] = "USD"
    option_names: tuple[Text, ...] = ()
    variants: tuple[Variant, ...] = Field(min_length=1, max_length=PRODUCT_VARIANTS_MAX)
    images: tuple[Image, ...] = Field(default=(), max_length=PRODUCT_IMAGES_MAX)


class Listing(Model):
    """A product as it stands on a marketplace."""

    listing_id: str
    url: str = ""
    skus: tuple[str, ...] = ()
