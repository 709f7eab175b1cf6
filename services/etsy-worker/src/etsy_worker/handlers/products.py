"""What is done with the product alone: refuse what Etsy would refuse, and say the rest in Etsy's words. Calls nobody."""

from etsy_worker.etsy import mapping, validation
from etsy_worker.handlers.shop import Shop, product_of, rejected
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure
from hawker.contracts.words import Result


async def validate(command: ExecuteTask, shop: Shop) -> Result | Failure:
    """Safe to repeat: pure. All faults at once, so that a seller mends a product once."""
    product = product_of(command)
    if faults := validation.faults(product, shop.profile):
        return rejected(validation.as_reason(faults))
    return {"notes": list(validation.notes(product))}


async def map_(command: ExecuteTask, shop: Shop) -> Result | Failure:
    """Safe to repeat: pure."""
    product = product_of(command)
    return {"draft": mapping.draft(product, shop.profile, shop.defaults), "inventory": mapping.inventory(product, shop.profile)}
