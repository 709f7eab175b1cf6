"""A product before it meets eBay: is anything missing, and what is it in eBay's words. Both only compute, so doing them again is free."""

from ebay_worker.ebay import mapping, validation
from ebay_worker.handlers.seller import Seller, product_of, rejected
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure
from hawker.contracts.words import Result


async def validate(command: ExecuteTask, seller: Seller) -> Result | Failure:
    """All faults at once, so that the seller mends them at once."""
    product = product_of(command)
    found = validation.faults(product, seller.profile, seller.defaults)
    if found:
        return rejected(f"eBay cannot list {product.title.strip() or product.handle!r}: {'; '.join(found)}.")
    return {"variants": len(product.variants), "images": len(product.images)}


async def map_(command: ExecuteTask, seller: Seller) -> Result | Failure:
    return mapping.plan(product_of(command), seller.profile, seller.defaults)
