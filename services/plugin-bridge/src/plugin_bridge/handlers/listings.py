"""Listings on flea: created, published, remembered. Create and publish look first and adopt what is there; to remember twice changes nothing."""

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.listings import Listing
from hawker.contracts.words import Result
from hawker.postgres.pool import UNREACHABLE
from plugin_bridge.flea.pages import PUBLISHED, Created
from plugin_bridge.handlers.account import FleaAccount
from plugin_bridge.handlers.inputs import OfCreate, OfPublish, OfSave, read


async def create(command: ExecuteTask, account: FleaAccount) -> Result | Failure:
    """A seller's handle names one listing: the one that is there is the one we want, whoever made it."""
    asked = read(OfCreate, command)
    found = await account.site.mine(asked.handle)
    if isinstance(found, Failure):
        return found
    listing = found[0] if found else await _create(asked, account)
    return listing if isinstance(listing, Failure) else {"listing_id": listing.listing_id}


async def publish(command: ExecuteTask, account: FleaAccount) -> Result | Failure:
    asked = read(OfPublish, command)
    form = await account.site.form()
    if isinstance(form, Failure):
        return form
    seen = await account.site.listing(asked.listing_id)
    if isinstance(seen, Failure):
        return seen
    listing = seen if seen.status == PUBLISHED else await account.site.publish(form, asked.listing_id)
    return listing if isinstance(listing, Failure) else {"listing_id": listing.listing_id, "url": listing.url}


async def save(command: ExecuteTask, account: FleaAccount) -> Result | Failure:
    asked = read(OfSave, command)
    listing = Listing(listing_id=asked.listing_id, url=asked.url, skus=asked.skus)
    try:
        await account.links.save(command.tenant_id, command.marketplace, command.account_id, asked.handle, listing)
    except UNREACHABLE as fault:
        return Failure(kind=FailureKind.TRANSIENT, reason="The listing cannot be remembered right now.", code=type(fault).__name__)
    return listing.model_dump(mode="json")


async def _create(asked: OfCreate, account: FleaAccount) -> Created | Failure:
    form = await account.site.form()
    return form if isinstance(form, Failure) else await account.site.create(form, asked.form)
