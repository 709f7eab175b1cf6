"""A listing's variants, prices and quantities, replaced as a whole: Etsy knows no smaller change."""

from etsy_worker.etsy import comparison
from etsy_worker.handlers.shop import Shop
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure
from hawker.contracts.words import Model, Result


class Input(Model):
    listing_id: str
    inventory: Result


async def put(command: ExecuteTask, shop: Shop) -> Result | Failure:
    """Safe to repeat: a full replacement, and left out where nothing differs."""
    wanted = Input.model_validate(command.input)
    there = await shop.etsy.inventory(wanted.listing_id)
    if isinstance(there, Failure):
        return there
    if there is not None and comparison.is_as_wanted(there, wanted.inventory):
        return {"changed": False}
    written = await shop.etsy.put_inventory(wanted.listing_id, wanted.inventory)
    return written if isinstance(written, Failure) else {"changed": True}
