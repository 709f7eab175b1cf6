"""Pictures: from wherever the seller keeps them to eBay's picture service."""

from ebay_worker.handlers.seller import Seller
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure
from hawker.contracts.listings import Image
from hawker.contracts.words import Result


async def upload(command: ExecuteTask, seller: Seller) -> Result | Failure:
    """Safe to repeat: a picture that no listing uses shows nowhere and expires, and eBay has no way to look for one."""
    picture = await seller.pictures.fetch(Image.model_validate(command.input["image"]).url)
    if isinstance(picture, Failure):
        return picture
    uploaded = await seller.ebay.upload_image(picture)
    return uploaded if isinstance(uploaded, Failure) else {"url": uploaded.image_url}
