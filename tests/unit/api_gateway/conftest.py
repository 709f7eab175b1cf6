"""The real application around doubles of its seams: a book and reads in memory, a log that is a list, keys of its own."""

import time

# ruff: noqa: ARG002 - a double takes all that its seam names
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey, RSAKey
from pydantic import BaseModel

from api_gateway import app
from api_gateway.asking import Rooms
from api_gateway.auth import Tokens
from api_gateway.bodies import BatchBody, HistoryBody, JobBody, ListingBody, Page, TaskBody, TaskDetail
from api_gateway.book import Entered, Entry
from api_gateway.intake import Intake
from api_gateway.letters.handling import Handling
from api_gateway.limits import Intakes
from api_gateway.reads import Wanted
from hawker.contracts.codec import encode
from hawker.contracts.topics import Topics
from hawker.kafka.errors import Unavailable
from tests.unit.api_gateway.shelf import Shelf

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TOPIC = "hawker.requests"
ORDER = {"marketplace": "ebay", "action": "publish", "account": "main", "priority": 3}
PRODUCT = {"handle": "mug", "title": "Mug", "variants": [{"sku": "m-1", "price": "9.50", "quantity": 1}]}


@dataclass
class Log:
    """What was published; may be out of reach."""

    published: list[tuple[str, BaseModel]] = field(default_factory=list)
    keys: list[tuple[str, str]] = field(default_factory=list)
    traceparents: list[str | None] = field(default_factory=list)
    is_down: bool = False

    async def publish(
        self, topic: str, key: str, message: BaseModel, *, id: str, traceparent: str | None = None, time: datetime | None = None
    ) -> None:
        if self.is_down:
            raise Unavailable("the test says so")
        encode(message)
        self.published.append((id, message))
        self.keys.append((topic, key))
        self.traceparents.append(traceparent)

    def messages(self) -> list[BaseModel]:
        return [message for _, message in self.published]


@dataclass
class Memory:
    """A book and a read side in one: what was entered can be read at once, as pending."""

    entries: list[Entry] = field(default_factory=list)
    batches_there: dict[tuple[str, str], BatchBody] = field(default_factory=dict)
    jobs_there: dict[tuple[str, str], JobBody] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)  # Any: whatever the routes asked for

    async def enter(self, entry: Entry) -> Entered:
        for known in self.entries:
            same_key = entry.key is not None and known.key == entry.key
            if known.tenant == entry.tenant and (same_key or known.id == entry.id):
                return Entered(known.id, known.fingerprint, known.created_at)
        self.entries.append(entry)
        self._show(entry)
        return Entered(entry.id, entry.fingerprint, entry.created_at)

    def _show(self, entry: Entry) -> None:
        place, said = (entry.tenant, entry.id), dict(entry.summary)
        match entry.kind:
            case "batch":
                total = said.pop("item_count")
                self.batches_there[place] = pending_batch(entry.id, total, **said)
            case "job":
                self.jobs_there[place] = pending_job(entry.id, **said)
            case _:
                pass

    async def batch(self, tenant: str, batch_id: str) -> BatchBody | None:
        return self.batches_there.get((tenant, batch_id))

    async def job(self, tenant: str, job_id: str) -> JobBody | None:
        return self.jobs_there.get((tenant, job_id))

    async def batches(self, tenant: str, wanted: Wanted, **filters: str | None) -> Page[BatchBody]:
        self.asked.append({"tenant": tenant, "wanted": wanted, **filters})
        return Page(items=[batch for (owner, _), batch in self.batches_there.items() if owner == tenant])

    async def jobs(self, tenant: str, wanted: Wanted, **filters: str | None) -> Page[JobBody]:
        self.asked.append({"tenant": tenant, "wanted": wanted, **filters})
        return Page(items=[])

    async def task(self, tenant: str, job_id: str, position: int) -> TaskDetail | None:
        return None

    async def tasks(self, tenant: str, wanted: Wanted, **filters: str | None) -> Page[TaskBody]:
        self.asked.append({"tenant": tenant, "wanted": wanted, **filters})
        return Page(items=[])

    async def listings(self, tenant: str, wanted: Wanted, **filters: str | None) -> Page[ListingBody]:
        return Page(items=[])

    async def history(self, tenant: str, wanted: Wanted, *, of: str, id: str) -> Page[HistoryBody]:
        return Page(items=[])

    def put_job(self, status: str, *, tenant: str = "demo", job_id: str = "job-1") -> None:
        self.jobs_there[tenant, job_id] = pending_job(job_id, **ORDER, handle="mug", title="Mug", status=status)

    def put_batch(self, status: str, *, tenant: str = "demo", batch_id: str = "batch-1") -> None:
        self.batches_there[tenant, batch_id] = pending_batch(batch_id, 6, **ORDER, status=status)


def pending_batch(batch_id: str, total: int, **more: object) -> BatchBody:
    progress = {"total": total, "pending": total}
    return BatchBody.model_validate({"id": batch_id, "status": "pending", "progress": progress, "requested_at": NOON, **more})


def pending_job(job_id: str, **more: object) -> JobBody:
    return JobBody.model_validate({"id": job_id, "status": "pending", "progress": {"total": 0}, "created_at": NOON, **more})


@dataclass
class Checked:
    lacking: Sequence[str] = ()

    async def missing(self) -> Sequence[str]:
        return self.lacking


class Issuer:
    """Signs tokens, and shows its public keys."""

    def __init__(self) -> None:
        self.keys: list[OKPKey | RSAKey] = [OKPKey.generate_key("Ed25519", auto_kid=True)]
        self.reads = 0
        self.is_down = False

    async def fetch(self, url: str) -> dict[str, Any]:  # Any: a JWKS
        self.reads += 1
        if self.is_down:
            raise OSError("the test says so")
        return dict(KeySet(list(self.keys)).as_dict(private=False))

    def token(self, *, alg: str = "Ed25519", key: OKPKey | RSAKey | None = None, **claims: Any) -> str:  # Any: also wrong ones
        signing = key or self.keys[-1]
        now = int(time.time())
        said = {"iss": "test", "aud": "hawker", "sub": "ann", "tenant": "demo", "role": "seller", "exp": now + 600} | claims
        return jwt.encode({"alg": alg, "kid": signing.kid}, {k: v for k, v in said.items() if v is not None}, signing, algorithms=[alg])


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def checks() -> Checked:
    return Checked()


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def intakes() -> Intakes:
    return Intakes()


@pytest.fixture
async def anonymous(
    log: Log, memory: Memory, checks: Checked, issuer: Issuer, intakes: Intakes, shelf: Shelf
) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a token."""
    numbers = iter(range(1, 1000))
    rooms = Rooms(
        tokens=Tokens("https://issuer.example/jwks", "hawker", fetch=issuer.fetch),
        reads=memory,
        intake=Intake(memory, log, TOPIC, now=lambda: NOON, new_id=lambda: f"id-{next(numbers)}"),
        intakes=intakes,
        letters=Handling(shelf, shelf, Topics(), shown_seconds_max=0),
        checks=checks,
    )
    transport = httpx.ASGITransport(app.make(rooms), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


@pytest.fixture
def as_role(anonymous: httpx.AsyncClient, issuer: Issuer) -> Callable[..., httpx.AsyncClient]:
    def become(role: str, tenant: str = "demo") -> httpx.AsyncClient:
        anonymous.headers["Authorization"] = f"Bearer {issuer.token(role=role, tenant=tenant)}"
        return anonymous

    return become


@pytest.fixture
def client(as_role: Callable[..., httpx.AsyncClient]) -> httpx.AsyncClient:
    """A seller of tenant "demo"."""
    return as_role("seller")
