"""What a handler acts through: one account's shop at Etsy, its terms, and what we remember of it."""

from dataclasses import dataclass
from typing import Protocol

from etsy_worker.etsy.client import Etsy
from etsy_worker.etsy.terms import Defaults, Profile
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.listings import Listing, Product
from hawker.contracts.words import Marketplace
from hawker.worker.pictures import Picture


class Links(Protocol):
    """Which listing a product already has: hawker.worker.links."""

    async def find(self, tenant_id: str, marketplace: Marketplace, account_id: str, handle: str) -> str | None: ...

    async def save(self, tenant_id: str, marketplace: Marketplace, account_id: str, handle: str, listing: Listing) -> None: ...


class Pictures(Protocol):
    """Where product pictures come from: hawker.worker.pictures."""

    async def fetch(self, url: str) -> Picture | Failure: ...


@dataclass(frozen=True, slots=True)
class Shop:
    etsy: Etsy
    profile: Profile
    defaults: Defaults
    links: Links
    pictures: Pictures

    async def linked(self, command: ExecuteTask, handle: str) -> str | None:
        return await self.links.find(command.tenant_id, Marketplace.ETSY, command.account_id, handle)

    async def link(self, command: ExecuteTask, handle: str, listing: Listing) -> None:
        await self.links.save(command.tenant_id, Marketplace.ETSY, command.account_id, handle, listing)


def product_of(command: ExecuteTask) -> Product:
    return Product.model_validate(command.input["product"])


def rejected(reason: str) -> Failure:
    return Failure(kind=FailureKind.REJECTED, reason=reason[:1000])
