"""What is done with the product alone: refuse what Etsy would refuse, and say the rest in Etsy's words. Calls nobody."""

from etsy_worker.etsy import limits, mapping
from etsy_worker.handlers.shop import Shop
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.listings import Product
from hawker.contracts.words import Result


async def validate(command: ExecuteTask, shop: Shop) -> Result | Failure:
    """Safe to repeat: pure. All faults at once, so that a seller mends a product once."""
    product = _product(command)
    if faults := limits.faults(product, shop.profile):
        return Failure(kind=FailureKind.REJECTED, reason=limits.as_reason(faults))
    return {"notes": list(limits.notes(product))}


async def map_(command: ExecuteTask, shop: Shop) -> Result | Failure:
    """Safe to repeat: pure."""
    product = _product(command)
    return {"draft": mapping.draft(product, shop.profile, shop.defaults), "inventory": mapping.inventory(product, shop.profile)}


def _product(command: ExecuteTask) -> Product:
    return Product.model_validate(command.input["product"])
