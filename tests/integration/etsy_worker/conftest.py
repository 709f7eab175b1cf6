"""The Etsy worker with its real rooms: a database, connections to the stand-in Etsy and to the picture host. Only the log is missing."""

from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue, SecretStr

from etsy_worker.handlers.shop import Shop
from etsy_worker.settings import EtsySettings
from etsy_worker.wiring import Settings, worker
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.facts import TaskSpec
from hawker.contracts.failures import FailureKind
from hawker.contracts.listings import Product
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
from orchestrator.plans import etsy as plans
from sandbox.etsy.state import shop_of
from sandbox.testing import Sandbox, SandboxSettings, running_sandbox

KEYS = f"test:{b64encode(b'k' * 32).decode()}"
DEFAULTS_FILE = Path(__file__).parents[3] / "deploy/local/defaults/etsy.toml"
PROFILE: Mapping[str, JsonValue] = {
    "shop_id": shop_of("main"),
    "shipping_profile_id": 11,
    "return_policy_id": 12,
    "readiness_state_id": 13,
    "currency": "USD",
}
ROUNDS_MAX = 4


@dataclass
class Street:
    """Tasks are handed to the worker as the orchestrator hands them: by the plan, one attempt after the other."""

    sandbox: Sandbox
    settings: Settings
    worker: Worker[Shop]
    failures: list[tuple[str, FailureKind]] = field(default_factory=list)
    """Every failed attempt so far: the task's name and why."""

    async def publish(self, product: Product, *, job_id: str = "job-1", times: int = 1) -> Mapping[str, Any]:  # Any: results
        """All tasks of the plan, each carried out `times` times; gives the product and the results by name."""
        known: dict[str, Any] = {"product": product.model_dump(mode="json")}
        for position, spec in enumerate(plans.publish(product)):
            results = [await self.succeed(spec, known, position=position, job_id=job_id) for _ in range(times)]
            known[spec.name] = results[-1]
        return known

    async def succeed(self, spec: TaskSpec, known: Mapping[str, Any], *, position: int, job_id: str) -> Result:  # Any: results
        """Tries as often as a job would, and looks first once an attempt ended in doubt."""
        in_doubt, reason = False, ""
        for number in range(1, ROUNDS_MAX + 1):
            told = await self.ask(command(spec, known, position=position, job_id=job_id, attempt=number, look_first=in_doubt))
            if isinstance(told, TaskSucceeded):
                return told.result
            self.failures.append((spec.name, told.failure.kind))
            in_doubt, reason = in_doubt or told.failure.kind is FailureKind.UNKNOWN, told.failure.reason
        raise AssertionError(f"{spec.name} failed {ROUNDS_MAX} times: {reason}")

    async def ask(self, asked: ExecuteTask) -> TaskSucceeded | TaskFailed:
        return await attempt(self.worker, asked)

    def counted(self) -> Mapping[str, Any]:  # Any: numbers, and numbers by operation
        desk = self.sandbox.desks["etsy"]
        return {**desk.counts.report(), "listings": desk.site.live(), "duplicates": desk.site.duplicates()}

    def standing(self) -> list[Any]:  # Any: JSON
        return list(self.sandbox.desks["etsy"].site.listings())


def command(
    spec: TaskSpec, known: Mapping[str, Any], *, position: int = 0, job_id: str = "job-1", attempt: int = 1, look_first: bool = False
) -> ExecuteTask:
    now = datetime.now(UTC)
    return ExecuteTask(
        tenant_id="demo",
        account_id="main",
        marketplace=Marketplace.ETSY,
        job_id=job_id,
        position=position,
        attempt=attempt,
        kind=spec.kind,
        operation=spec.operation,
        input={key: picked(known, path) for key, path in spec.picks.items()},
        look_first=look_first,
        dispatched_at=now,
        timeout_seconds=spec.timeout_seconds,
        deadline=now + timedelta(minutes=5),
    )


def picked(known: Mapping[str, Any], path: str | tuple[str, ...]) -> Any:  # Any: JSON
    """What a plan's pick names in the product and the results so far."""
    if isinstance(path, tuple):
        return [picked(known, one) for one in path]
    value: Any = known  # Any: JSON
    for step in path.split("."):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


@asynccontextmanager
async def opened(database: str, *, token_seconds: float = 3600.0) -> AsyncIterator[Street]:
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(running_sandbox(SandboxSettings(etsy_token_seconds=token_seconds)))
        settings = settings_of(sandbox, database)
        await connect_account(settings)
        yield Street(sandbox, settings, await stack.enter_async_context(worker(settings)))


def settings_of(sandbox: Sandbox, database: str) -> Settings:
    return Settings(
        EtsySettings(api_url=sandbox.url("etsy"), keystring="sandbox-key", shared_secret=SecretStr("sandbox-secret")),
        KafkaSettings(bootstrap="nobody.example:9092"),
        PostgresSettings(dsn=SecretStr(database)),
        CredentialSettings(keys=SecretStr(KEYS)),
        MarketplaceSettings(defaults_file=DEFAULTS_FILE, pictures_base_url=sandbox.url("pictures")),
        WorkerSettings(),
    )


async def connect_account(settings: Settings) -> None:
    async with await open_pool(settings.postgres) as pool:
        account = Account("demo", Marketplace.ETSY, "main", PROFILE)
        await Accounts(pool, KeyRing.parse(KEYS)).put(account, Tokens(SecretStr("1.etsy-refresh-main-1")))


@pytest.fixture
async def street(database: str) -> AsyncIterator[Street]:
    async with opened(database) as found:
        yield found
