"""The eBay worker's handlers, its real adapter and its real database, in front of the stand-in eBay."""

import os
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from ebay_worker import wiring
from ebay_worker.handlers.seller import Seller
from ebay_worker.settings import EbaySettings
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.facts import TaskSpec
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.listings import Image, Product, Variant
from hawker.contracts.outcomes import TaskFailed, TaskSucceeded
from hawker.contracts.words import Marketplace, Result
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from hawker.worker.accounts import Account, Accounts, Tokens
from hawker.worker.attempt import attempt
from hawker.worker.handler import Worker
from hawker.worker.sealing import KeyRing
from hawker.worker.settings import CredentialSettings, MarketplaceSettings, WorkerSettings
from orchestrator.plans.ebay import publish
from sandbox.faults import Fault
from sandbox.testing import Sandbox, running_sandbox

PROFILE = {
    "marketplace_id": "EBAY_US",
    "currency": "USD",
    "language": "en-US",
    "merchant_location_key": "home",
    "payment_policy_id": "1",
    "return_policy_id": "2",
    "fulfillment_policy_id": "3",
}
DEFAULTS = Path(__file__).parents[3] / "deploy" / "local" / "defaults" / "ebay.toml"
ATTEMPTS_MAX = 5


def mug(*, images: int = 1, variants: int = 1, price: str = "9.50") -> Product:
    names = ("Colour",) if variants > 1 else ()
    return Product(
        handle="blue-mug",
        title="Blue mug",
        description="<p>A mug.</p>",
        option_names=names,
        variants=tuple(
            Variant(sku=f"mug-{n}", price=Decimal(price), quantity=3, options={"Colour": f"blue {n}"} if names else {})
            for n in range(variants)
        ),
        images=tuple(Image(url=f"https://cdn.example/mug-{n}.jpg", position=n + 1) for n in range(images)),
    )


@dataclass
class Job:
    """Carries a product through its plan as the orchestrator would, one task after another."""

    worker: Worker[Seller]
    product: Product
    results: dict[str, Result] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    async def publish(self, *, times_each: int = 1) -> "Job":
        for position, task in enumerate(publish(self.product)):
            for _ in range(times_each):
                await self.until_done(position, task)
        return self

    async def until_done(self, position: int, task: TaskSpec) -> None:
        """Attempts until one succeeds, each looking first where the one before left a doubt."""
        doubt = False
        for _ in range(ATTEMPTS_MAX):
            told = await self.attempt(position, task, look_first=doubt)
            if isinstance(told, TaskSucceeded):
                self.results[task.name] = told.result
                return
            self.failures.append(told.failure)
            doubt = doubt or told.failure.kind is FailureKind.UNKNOWN
            assert told.failure.kind in {FailureKind.UNKNOWN, FailureKind.TRANSIENT, FailureKind.THROTTLED}, told.failure
        raise AssertionError(f"{task.name} never succeeded: {self.failures[-1]}")

    async def attempt(self, position: int, task: TaskSpec, *, look_first: bool = False) -> TaskSucceeded | TaskFailed:
        self.attempts[task.name] = self.attempts.get(task.name, 0) + 1
        now = datetime.now(UTC)
        command = ExecuteTask(
            tenant_id="demo",
            account_id="main",
            marketplace=Marketplace.EBAY,
            job_id="job-1",
            position=position,
            attempt=self.attempts[task.name],
            kind=task.kind,
            operation=task.operation,
            input={name: self._pick(path) for name, path in task.picks.items()},
            look_first=look_first,
            dispatched_at=now,
            timeout_seconds=20,
            deadline=now + timedelta(seconds=30),
        )
        return await attempt(self.worker, command)

    def _pick(self, path: str | tuple[str, ...]) -> Any:  # Any: JSON out of results
        if isinstance(path, tuple):
            return [self._pick(one) for one in path]
        root, *rest = path.split(".")
        node: Any = self.product.model_dump(mode="json") if root == "product" else self.results[root]
        for step in rest:
            node = node[int(step)] if isinstance(node, list) else node[step]
        return node


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def worker(sandbox: Sandbox, database: str) -> AsyncIterator[Worker[Seller]]:
    credentials = CredentialSettings(keys=SecretStr(f"test:{b64encode(os.urandom(32)).decode()}"))
    settings = wiring.Settings(
        ebay=EbaySettings(
            api_url=sandbox.url("ebay"),
            media_url=sandbox.url("ebay"),
            client_id="sandbox-client",
            client_secret=SecretStr("sandbox-secret"),
        ),
        kafka=KafkaSettings(bootstrap="unused"),
        postgres=PostgresSettings(dsn=SecretStr(database)),
        credentials=credentials,
        marketplace=MarketplaceSettings(defaults_file=DEFAULTS, pictures_base_url=sandbox.url("pictures")),
        limits=WorkerSettings(),
    )
    async with await open_pool(settings.postgres) as pool:
        accounts = Accounts(pool, KeyRing.parse(credentials.keys.get_secret_value()))
        account = Account("demo", Marketplace.EBAY, "main", PROFILE)
        await accounts.put(account, Tokens(refresh_token=SecretStr("ebay-refresh-main")))
    async with wiring.worker(settings) as worker:
        yield worker


def plan_fault(sandbox: Sandbox, operation: str, kind: str, **more: Any) -> None:  # Any: a fault's own fields
    assert sandbox.faults.plan(Fault.model_validate({"marketplace": "ebay", "operation": operation, "kind": kind, **more}))


def effects(sandbox: Sandbox) -> Mapping[str, int]:
    return dict(sandbox.desks["ebay"].counts.effects_by_operation)
