"""The listing that a product has now, kept where later work finds it."""

from typing import cast

from ebay_worker.handlers.seller import Seller
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure
from hawker.contracts.listings import Listing
from hawker.contracts.words import Result


async def save(command: ExecuteTask, seller: Seller) -> Result | Failure:
    """Safe to repeat: the same listing again changes nothing."""
    listing = Listing.model_validate(command.input)
    handle = cast("str", command.input["handle"])
    await seller.links.save(command.tenant_id, command.marketplace, command.account_id, handle, listing)
    return listing.model_dump(mode="json")
