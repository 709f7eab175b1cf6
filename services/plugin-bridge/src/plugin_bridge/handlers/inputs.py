"""What a command's input holds, by its models. A plan that sends something else is a broken invariant, and stops the attempt."""

from pydantic import BaseModel, Field, JsonValue

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.listings import Image, Product


class OfProduct(BaseModel):
    product: Product


class OfCreate(BaseModel):
    handle: str
    form: dict[str, JsonValue]


class OfPhoto(BaseModel):
    listing_id: str
    image: Image


class OfPublish(BaseModel):
    listing_id: str


class OfSave(BaseModel):
    handle: str
    listing_id: str
    url: str
    skus: tuple[str, ...] = Field(default=())


def read[M: BaseModel](model: type[M], command: ExecuteTask) -> M:
    """Raises pydantic.ValidationError, which the runner turns into a failed attempt."""
    return model.model_validate(command.input)
