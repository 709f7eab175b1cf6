"""A listing's pictures, one at a time: Etsy mixes up pictures that arrive together."""

from etsy_worker.etsy.answers import ListingImage
from etsy_worker.handlers.shop import Shop
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure
from hawker.contracts.listings import Image
from hawker.contracts.words import Model, Result


class Input(Model):
    listing_id: str
    image: Image


async def upload(command: ExecuteTask, shop: Shop) -> Result | Failure:
    """Safe to repeat: a picture that stands at this place already is taken as this one."""
    wanted = Input.model_validate(command.input)
    there = await shop.etsy.images(wanted.listing_id)
    if isinstance(there, Failure):
        return there
    for image in there.results:
        if image.rank == wanted.image.position:
            return _result(image)
    return await _upload(shop, wanted)


async def _upload(shop: Shop, wanted: Input) -> Result | Failure:
    picture = await shop.pictures.fetch(wanted.image.url)
    if isinstance(picture, Failure):
        return picture
    image = await shop.etsy.upload_image(wanted.listing_id, picture, rank=wanted.image.position, alt=wanted.image.alt)
    return image if isinstance(image, Failure) else _result(image)


def _result(image: ListingImage) -> Result:
    return {"image_id": str(image.listing_image_id), "rank": image.rank}
