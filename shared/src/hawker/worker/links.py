"""Which listing a product already has: an index by the seller's handle. The journal has it all; this can be rebuilt from it."""

from hawker.contracts.listings import Listing
from hawker.contracts.words import Marketplace
from hawker.postgres import queries
from hawker.postgres.pool import Pool

SQL = queries.load("hawker.worker", "links.sql")


class Links:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def find(self, tenant_id: str, marketplace: Marketplace, account_id: str, handle: str) -> str | None:
        """The listing's id at the marketplace."""
        found: str | None = await self._pool.fetchval(SQL["find_link"], tenant_id, marketplace, account_id, handle)
        return found

    async def save(self, tenant_id: str, marketplace: Marketplace, account_id: str, handle: str, listing: Listing) -> None:
        """The latest listing stays; saving it again changes nothing."""
        place = (tenant_id, marketplace, account_id, handle)
        await self._pool.execute(SQL["save_link"], *place, listing.listing_id, listing.url, list(listing.skus))
