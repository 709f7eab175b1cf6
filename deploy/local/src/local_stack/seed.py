"""Connects the demo seller: an account at each marketplace, and a browser. It does what an installation's own operators would do."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import JsonValue, SecretStr

from hawker.contracts.words import Marketplace
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from hawker.worker.accounts import Account, Accounts, Tokens
from hawker.worker.sealing import KeyRing

TENANT = "demo"
ACCOUNT = "main"
EBAY_PROFILE: Mapping[str, JsonValue] = {
    "marketplace_id": "EBAY_US",
    "currency": "USD",
    "language": "en-US",
    "merchant_location_key": "main",
    "payment_policy_id": "6196932000",
    "return_policy_id": "6196933000",
    "fulfillment_policy_id": "6196931000",
}
ETSY_PROFILE: Mapping[str, JsonValue] = {"shipping_profile_id": 1001, "return_policy_id": 2001, "readiness_state_id": 3001}
_ETSY_KEY = "sandbox-key"
_ETSY_API_KEY = "sandbox-key:sandbox-secret"


class SeedError(Exception):
    """A service's own command refused; its text says which and why."""


@dataclass(frozen=True, slots=True)
class Seller:
    tenant: str = TENANT
    account: str = ACCOUNT


@dataclass(frozen=True, slots=True)
class Device:
    """The browser's way in: made once, and its token is never shown again."""

    device_id: str
    token: str


NO_DEVICE = Device("", "")
"""For programs that are no browser."""


def connect_accounts(seller: Seller, *, dsn: str, keys: str, etsy_url: str) -> None:
    """Doing it again is right only for a marketplace that forgot everything: Etsy takes a refresh token once."""
    ebay = Account(seller.tenant, Marketplace.EBAY, seller.account, EBAY_PROFILE)
    etsy_token, shop_id = _join_etsy(etsy_url, seller)
    etsy = Account(seller.tenant, Marketplace.ETSY, seller.account, {**ETSY_PROFILE, "shop_id": shop_id})
    flea = Account(seller.tenant, Marketplace.FLEA, seller.account)
    accounts = [(ebay, f"ebay-refresh-{_name(seller)}"), (etsy, etsy_token), (flea, "the browser has its own session")]
    asyncio.run(_put(PostgresSettings(dsn=SecretStr(dsn)), KeyRing.parse(keys), accounts))


async def _put(settings: PostgresSettings, keys: KeyRing, accounts: list[tuple[Account, str]]) -> None:
    async with await open_pool(settings) as pool:
        store = Accounts(pool, keys)
        for account, refresh_token in accounts:
            await store.put(account, Tokens(refresh_token=SecretStr(refresh_token)))


def _join_etsy(url: str, seller: Seller) -> tuple[str, int]:
    """The account's refresh token and shop, asked as one asks the real Etsy after a seller said yes."""
    form = {"grant_type": "refresh_token", "client_id": _ETSY_KEY, "refresh_token": f"1.etsy-refresh-{_name(seller)}-1"}
    grant = httpx.post(f"{url}/v3/public/oauth/token", data=form, trust_env=False).raise_for_status().json()
    headers = {"x-api-key": _ETSY_API_KEY, "authorization": f"Bearer {grant['access_token']}"}
    me = httpx.get(f"{url}/v3/application/users/me", headers=headers, trust_env=False).raise_for_status().json()
    return grant["refresh_token"], me["shop_id"]


def _name(seller: Seller) -> str:
    """Two tenants may both call an account `main`; at the marketplace they are two sellers."""
    return f"{seller.tenant}-{seller.account}"


def device(file: Path, seller: Seller, *, dsn: str) -> Device:
    """The one in the file, else a new one, paired through the bridge's own command."""
    if not file.exists():
        text = _pair(seller, dsn)
        file.touch(mode=0o600)
        file.write_text(text)
    found = json.loads(file.read_text())
    return Device(found["device_id"], found["token"])


def _pair(seller: Seller, dsn: str) -> str:
    who = ["--tenant", seller.tenant, "--account", seller.account, "--marketplace", "flea"]
    command = [sys.executable, "-m", "plugin_bridge", "devices", "pair", *who]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | {"HAWKER_POSTGRES_DSN": dsn})
    if done.returncode != 0:
        raise SeedError(f"the browser could not be paired: {done.stderr.strip()}")
    return done.stdout
