"""Joins the worker's parts: settings to the adapter, the adapter to the handlers, the handlers to the runner. Holds no behaviour of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from pydantic import ValidationError

from ebay_worker.ebay.auth import App, token_source
from ebay_worker.ebay.client import Ebay
from ebay_worker.ebay.terms import Defaults, Profile
from ebay_worker.handlers import HANDLERS
from ebay_worker.handlers.seller import Seller
from ebay_worker.settings import EbaySettings, load_defaults
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.topics import Lane
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from hawker.worker.accounts import Account, Accounts
from hawker.worker.handler import Worker
from hawker.worker.http import http_client
from hawker.worker.links import Links
from hawker.worker.pictures import Pictures, open_pictures
from hawker.worker.runner import run as run_worker
from hawker.worker.sealing import KeyRing
from hawker.worker.settings import CredentialSettings, MarketplaceSettings, WorkerSettings

NAME = "ebay-worker"


@dataclass(frozen=True, slots=True)
class Settings:
    ebay: EbaySettings
    kafka: KafkaSettings
    postgres: PostgresSettings
    credentials: CredentialSettings
    marketplace: MarketplaceSettings
    limits: WorkerSettings

    @classmethod
    def from_environment(cls) -> "Settings":
        """Raises pydantic.ValidationError."""
        return cls(EbaySettings(), KafkaSettings(), PostgresSettings(), CredentialSettings(), MarketplaceSettings(), WorkerSettings())


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Works until `stop` is set; then lets what runs end."""
    async with worker(settings) as joined:
        await run_worker(joined, settings.kafka, settings.limits, stop)


@asynccontextmanager
async def worker(settings: Settings) -> AsyncIterator[Worker[Seller]]:
    """Everything but the log: what the runner runs."""
    defaults = load_defaults(settings.marketplace.defaults_file)
    keys = KeyRing.parse(settings.credentials.keys.get_secret_value())
    calls_max = settings.limits.in_flight_max
    async with (
        await open_pool(settings.postgres) as pool,
        http_client(settings.ebay.api_url, connections_max=calls_max) as api,
        http_client(settings.ebay.media_url, connections_max=calls_max) as media,
        open_pictures(settings.marketplace.pictures_base_url) as pictures,
    ):
        accounts = Accounts(pool, keys)
        connect = Connect(accounts, api, media, settings.ebay.app, defaults, Links(pool), pictures, settings.ebay.site_url)
        yield Worker(NAME, Lane.EBAY, HANDLERS, connect)
        await accounts.settle()


@dataclass(frozen=True, slots=True)
class Connect:
    """From a command to its account's seller."""

    accounts: Accounts
    api: httpx.AsyncClient
    media: httpx.AsyncClient
    app: App
    defaults: Defaults
    links: Links
    pictures: Pictures
    site_url: str | None

    async def __call__(self, command: ExecuteTask) -> Seller | Failure:
        account = await self.accounts.find(command.tenant_id, command.marketplace, command.account_id)
        if isinstance(account, Failure):
            return account
        profile = _profile(account)
        if isinstance(profile, Failure):
            return profile
        token = token_source(self.accounts, account, self.api, self.app)
        ebay = Ebay(self.api, self.media, token, profile.language)
        return Seller(ebay, profile, self.defaults, self.links, self.pictures, self.site_url)


def _profile(account: Account) -> Profile | Failure:
    try:
        return Profile.model_validate(account.profile)
    except ValidationError as fault:
        lacking = ", ".join(dict.fromkeys(str(error["loc"][0]) for error in fault.errors()))
        return Failure(
            kind=FailureKind.UNAUTHORISED, reason=f"The eBay account {account.account_id!r} lacks settings: {lacking}; connect it again."
        )
