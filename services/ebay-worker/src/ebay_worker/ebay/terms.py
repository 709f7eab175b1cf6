"""Who a seller is at eBay, and what sellers leave out. Data only."""

from collections.abc import Mapping

from pydantic import Field

from hawker.contracts.words import Model


class Profile(Model):
    """A connected account's own settings, as the seller has them at eBay."""

    marketplace_id: str
    currency: str
    language: str
    merchant_location_key: str
    payment_policy_id: str
    return_policy_id: str
    fulfillment_policy_id: str

    @property
    def locale(self) -> str:
        """`en_US`, where headers say `en-US`."""
        return self.language.replace("-", "_")


class Defaults(Model):
    """What a product has that does not say otherwise.

    `categories` gives the eBay category for a product's own type or category, in lower case.
    """

    category_id: str | None = None
    categories: Mapping[str, str] = Field(default_factory=dict)
    condition: str = "NEW"
    brand: str = "Unbranded"
    weight_grams: int | None = Field(default=None, gt=0)
    aspects: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
