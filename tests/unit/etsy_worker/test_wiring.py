from typing import override

import httpx
import pytest
from pydantic import JsonValue

from etsy_worker.handlers.shop import Shop
from etsy_worker.wiring import Connect
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.words import Marketplace
from hawker.worker.accounts import Account, Accounts
from tests.unit.etsy_worker.examples import DEFAULTS
from tests.unit.etsy_worker.memory_etsy import APP
from tests.unit.etsy_worker.street import MemoryLinks, MemoryPictures, command

COMMAND = command("etsy.activate", listing_id="1000")


class Known(Accounts):
    """Accounts that need no database."""

    def __init__(self, found: dict[str, JsonValue] | Failure) -> None:
        self.found = found

    @override
    async def find(self, tenant_id: str, marketplace: Marketplace, account_id: str) -> Account | Failure:
        return self.found if isinstance(self.found, Failure) else Account(tenant_id, marketplace, account_id, self.found)


async def connect(found: dict[str, JsonValue] | Failure) -> Shop | Failure:
    async with httpx.AsyncClient() as http:
        return await Connect(Known(found), http, APP, DEFAULTS, MemoryLinks(), MemoryPictures())(COMMAND)


async def test_a_command_reaches_its_accounts_shop() -> None:
    shop = await connect({"shop_id": 7001, "shipping_profile_id": 11})
    assert isinstance(shop, Shop)
    assert (shop.etsy.shop_id, shop.profile.shipping_profile_id) == (7001, 11)


async def test_an_account_that_is_not_connected_is_told() -> None:
    missing = Failure(kind=FailureKind.UNAUTHORISED, reason="The etsy account 'main' is not connected.")
    assert await connect(missing) == missing


@pytest.mark.parametrize(
    ("profile", "lacking"),
    [
        ({}, "shop_id, shipping_profile_id"),
        ({"shop_id": 7001}, "shipping_profile_id"),
        ({"shop_id": "x", "shipping_profile_id": 1}, "shop_id"),
    ],
)
async def test_an_account_without_a_shops_settings_names_what_it_lacks(profile: dict[str, JsonValue], lacking: str) -> None:
    failure = await connect(profile)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.UNAUTHORISED
    assert f"lacks settings: {lacking};" in failure.reason
