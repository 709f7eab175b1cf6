"""Which listing a product has, on a real PostgreSQL."""

from pydantic import SecretStr

from hawker.contracts.listings import Listing
from hawker.contracts.words import Marketplace
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from hawker.worker.links import Links

FIRST = Listing(listing_id="110", url="https://shop.example/110", skus=("a", "b"))


async def test_a_saved_link_is_found_by_its_own_seller_alone(database: str) -> None:
    async with await open_pool(PostgresSettings(dsn=SecretStr(database))) as pool:
        links = Links(pool)
        await links.save("demo", Marketplace.EBAY, "main", "mug", FIRST)
        assert await links.find("demo", Marketplace.EBAY, "main", "mug") == "110"
        for place in (("other", Marketplace.EBAY, "main"), ("demo", Marketplace.ETSY, "main"), ("demo", Marketplace.EBAY, "second")):
            assert await links.find(*place, "mug") is None


async def test_saving_again_changes_nothing_and_a_newer_listing_wins(database: str) -> None:
    async with await open_pool(PostgresSettings(dsn=SecretStr(database))) as pool:
        links = Links(pool)
        await links.save("demo", Marketplace.EBAY, "main", "mug", FIRST)
        saved_at = await pool.fetchval("select saved_at from listing_links")
        await links.save("demo", Marketplace.EBAY, "main", "mug", FIRST)
        assert await pool.fetchval("select saved_at from listing_links") == saved_at
        await links.save("demo", Marketplace.EBAY, "main", "mug", Listing(listing_id="111"))
        assert await links.find("demo", Marketplace.EBAY, "main", "mug") == "111"
        assert await pool.fetchval("select count(*) from listing_links") == 1
