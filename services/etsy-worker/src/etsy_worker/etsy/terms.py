"""What a listing takes from its shop and from the seller's defaults, not from the product."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from hawker.contracts.listings import Product
from hawker.contracts.words import Model

type EtsyId = Annotated[int, Field(ge=1)]


class Profile(Model):
    """An account's profile. `currency`, where known, is what the shop sells in: Etsy's prices carry none."""

    shop_id: EtsyId
    shipping_profile_id: EtsyId
    return_policy_id: EtsyId | None = None
    readiness_state_id: EtsyId | None = None
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")] | None = None


class Defaults(Model):
    """What a product does not say. `taxonomy` maps a product type or category, in lower case, to Etsy's number for it.

    `when_made` is free text here: Etsy renames the newest period every January.
    """

    taxonomy_id: EtsyId
    who_made: Literal["i_did", "someone_else", "collective"] = "i_did"
    when_made: str = "made_to_order"
    is_supply: bool = False
    should_auto_renew: bool = False
    taxonomy: Mapping[str, EtsyId] = Field(default_factory=dict)

    def taxonomy_id_of(self, product: Product) -> int:
        words = (product.category.strip().lower(), product.product_type.strip().lower())
        return next((self.taxonomy[word] for word in words if word in self.taxonomy), self.taxonomy_id)
