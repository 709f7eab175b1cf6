"""Connects the demo seller at the stand-in marketplaces, where that was not done yet. Runs in the eBay worker's image; real accounts come from OAuth."""

import asyncio

from pydantic import SecretStr

from hawker.contracts.failures import Failure
from hawker.contracts.words import Marketplace
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from hawker.worker.accounts import Account, Accounts, Tokens
from hawker.worker.sealing import KeyRing
from hawker.worker.settings import CredentialSettings

EBAY = Account(
    "demo",
    Marketplace.EBAY,
    "main",
    {
        "marketplace_id": "EBAY_US",
        "currency": "USD",
        "language": "en-US",
        "merchant_location_key": "main",
        "payment_policy_id": "6196932000",
        "return_policy_id": "6196933000",
        "fulfillment_policy_id": "6196931000",
    },
)
ETSY = Account(
    "demo",
    Marketplace.ETSY,
    "main",
    {"shop_id": 8_413_312_446, "shipping_profile_id": 1001, "return_policy_id": 2001, "readiness_state_id": 3001},
)
REFRESH_TOKENS = ((EBAY, "ebay-refresh-demo-main"), (ETSY, "1.etsy-refresh-demo-main-1"))


async def main() -> None:
    async with await open_pool(PostgresSettings()) as pool:
        accounts = Accounts(pool, KeyRing.parse(CredentialSettings().keys.get_secret_value()))
        for account, token in REFRESH_TOKENS:
            if isinstance(await accounts.find(*account.place), Failure):
                await accounts.put(account, Tokens(refresh_token=SecretStr(token)))


if __name__ == "__main__":
    asyncio.run(main())
