"""What every handler acts through: one seller, as eBay and our own rooms see them."""

from dataclasses import dataclass

from ebay_worker.ebay.client import Ebay
from ebay_worker.ebay.terms import Defaults, Profile
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.listings import Product
from hawker.worker.links import Links
from hawker.worker.pictures import Pictures


@dataclass(frozen=True, slots=True)
class Seller:
    ebay: Ebay
    profile: Profile
    defaults: Defaults
    links: Links
    pictures: Pictures
    site_url: str | None = None
    """Where listings are shown, if not on the marketplace's own site."""


def product_of(command: ExecuteTask) -> Product:
    return Product.model_validate(command.input["product"])


def rejected(reason: str) -> Failure:
    return Failure(kind=FailureKind.REJECTED, reason=reason[:1000])
