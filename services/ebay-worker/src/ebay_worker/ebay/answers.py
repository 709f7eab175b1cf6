"""What eBay answers, as far as we read it. Whatever else an answer holds passes by."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

FIXED_PRICE = "FIXED_PRICE"
PUBLISHED = "PUBLISHED"


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class Parameter(_Answer):
    name: str = ""
    value: str = ""


class Complaint(_Answer):
    """One entry of `errors` or `warnings`."""

    error_id: int = 0
    message: str = ""
    long_message: str = ""
    parameters: tuple[Parameter, ...] = ()

    @property
    def text(self) -> str:
        return self.long_message or self.message

    def parameter(self, name: str) -> str | None:
        return next((one.value for one in self.parameters if one.name.lower() == name.lower()), None)


class Complaints(_Answer):
    errors: tuple[Complaint, ...] = ()


class Put(_Answer):
    """After a full replace. eBay says 201 for what is new, and 200 or 204 for what was there."""

    created: bool


class CreatedOffer(_Answer):
    offer_id: str = Field(min_length=1)


class ListingDetails(_Answer):
    listing_id: str | None = None


class Offer(BaseModel):
    """An offer with all its fields, to be compared with the one we want."""

    model_config = ConfigDict(frozen=True, extra="allow", alias_generator=to_camel)

    offer_id: str = Field(min_length=1)
    sku: str = ""
    marketplace_id: str = ""
    format: str = ""
    status: str = ""
    listing: ListingDetails | None = None

    @property
    def published_listing_id(self) -> str | None:
        return self.listing.listing_id if self.status == PUBLISHED and self.listing else None

    @property
    def fields(self) -> Mapping[str, JsonValue]:
        return self.model_dump(mode="json", by_alias=True)


class Offers(_Answer):
    offers: tuple[Offer, ...] = ()


class Publication(_Answer):
    listing_id: str = Field(min_length=1)
    warnings: tuple[Complaint, ...] = ()


class Image(_Answer):
    image_url: str = Field(min_length=1)


class Grant(BaseModel):
    """The token endpoint speaks with underscores."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    access_token: str = Field(min_length=1, repr=False)
    expires_in: float = Field(gt=0)


class Refusal(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    error: str = ""
    error_description: str = ""
