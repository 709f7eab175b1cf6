"""The last two steps: publish the draft, for which Etsy charges the seller, and remember where it stands."""

from etsy_worker.etsy import answers, marker
from etsy_worker.handlers.shop import Shop, rejected
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.listings import Listing
from hawker.contracts.words import Model, Result

ACTIVE = "active"
MAY_BE_ACTIVATED = frozenset({"draft", "inactive"})
"""Any other state would be renewed, which costs a fee that nobody asked for."""


class Activation(Model):
    listing_id: str


class Saving(Model):
    handle: str
    listing_id: str
    url: str
    skus: tuple[str, ...]


async def activate(command: ExecuteTask, shop: Shop) -> Result | Failure:
    """Safe to repeat: reads the state first, and leaves alone what is active."""
    wanted = Activation.model_validate(command.input)
    listing = await shop.etsy.listing(wanted.listing_id)
    if isinstance(listing, Failure):
        return listing
    if listing is None:
        return rejected("The draft is no longer in the Etsy shop; somebody deleted it. Publish the product again.")
    if listing.state == ACTIVE:
        return {"url": listing.url}
    if listing.state not in MAY_BE_ACTIVATED:
        return rejected(
            f"The listing is {listing.state.replace('_', ' ')} at Etsy. Publishing it again costs a fee: renew it in the Etsy shop if you want that."
        )
    return await _activate(shop, listing)


async def save(command: ExecuteTask, shop: Shop) -> Result | Failure:
    """Safe to repeat: the same row again."""
    saving = Saving.model_validate(command.input)
    await shop.link(command, saving.handle, Listing(listing_id=saving.listing_id, url=saving.url, skus=saving.skus))
    return {"listing_id": saving.listing_id, "url": saving.url, "skus": list(saving.skus)}


async def _activate(shop: Shop, listing: answers.Listing) -> Result | Failure:
    description = marker.removed(listing.description)
    fields: Result = {} if description is None else {"description": description}
    published = await shop.etsy.activate(str(listing.listing_id), fields)
    if isinstance(published, Failure):
        return published
    if published.state != ACTIVE:
        return Failure(kind=FailureKind.UNKNOWN, reason=f"Etsy answered that the listing is {published.state[:50]}, not active.")
    return {"url": published.url}
