"""Offers: what an item costs, where, and under which policies. eBay keeps one for each SKU, marketplace and format."""

from typing import cast

from ebay_worker.ebay.answers import Offer
from ebay_worker.ebay.client import AlreadyThere
from ebay_worker.ebay.mapping import differs, replacement
from ebay_worker.handlers.seller import Seller
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.words import Result


async def create(command: ExecuteTask, seller: Seller) -> Result | Failure:
    """Safe to repeat: eBay refuses a second offer, and then the one that is there is ours to adopt. In doubt we look before we ask."""
    wanted = cast("Result", command.input["offer"])
    if command.look_first:
        there = await seller.ebay.find_offer(cast("str", wanted["sku"]), seller.profile.marketplace_id)
        if there is not None:
            return there if isinstance(there, Failure) else await _adopt(there, wanted, seller)
    created = await seller.ebay.create_offer(wanted)
    match created:
        case Failure():
            return created
        case AlreadyThere(offer_id):
            existing = await _existing(offer_id, wanted, seller)
            return existing if isinstance(existing, Failure) else await _adopt(existing, wanted, seller)
        case _:
            return {"offer_id": created.offer_id, "created": True}


async def _existing(offer_id: str | None, wanted: Result, seller: Seller) -> Offer | Failure:
    """The list of a SKU's offers may lag behind the refusal that names one."""
    found = await seller.ebay.find_offer(cast("str", wanted["sku"]), seller.profile.marketplace_id)
    if found is None and offer_id is not None:
        found = await seller.ebay.offer(offer_id)
    return found or Failure(kind=FailureKind.TRANSIENT, reason="eBay says that the offer exists, but does not show it yet.")


async def _adopt(there: Offer, wanted: Result, seller: Seller) -> Result | Failure:
    """The offer is made to say what we want it to say."""
    if differs(there.fields, wanted):
        updated = await seller.ebay.update_offer(there.offer_id, replacement(wanted))
        if isinstance(updated, Failure):
            return updated
    return {"offer_id": there.offer_id, "created": False}
