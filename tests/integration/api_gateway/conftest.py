"""The real rooms of the gateway on a real log and database; facts are projected when a test says so."""

import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey
from pydantic import SecretStr

from api_gateway import app
from api_gateway.settings import GatewaySettings
from api_gateway.wiring import Settings, rooms
from hawker.contracts.codec import REQUESTS
from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Recorded
from hawker.contracts.requests import Request
from hawker.contracts.topics import Topics
from hawker.kafka import client as kafka_client
from hawker.kafka.records import read
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from orchestrator.projections.store import ROLE, Store
from tests.integration.projections.stories import recorded

SHARDS = 4
READY_SECONDS_MAX = 30.0


@pytest.fixture
def kafka(kafka_bootstrap: str, topics: Topics) -> KafkaSettings:
    return KafkaSettings(bootstrap=kafka_bootstrap, topic_prefix=topics.prefix, shards=SHARDS, command_partitions=SHARDS)


@pytest.fixture
def postgres(database: str) -> PostgresSettings:
    return PostgresSettings(dsn=SecretStr(database))


class Issuer:
    def __init__(self, folder: Path) -> None:
        self._key = OKPKey.generate_key("Ed25519", auto_kid=True)
        self.jwks = folder / "jwks.json"
        self.jwks.write_text(json.dumps(KeySet([self._key]).as_dict(private=False)))

    def token(self, tenant: str, role: str = "seller") -> str:
        claims = {"iss": "test", "aud": "hawker", "sub": "ann", "tenant": tenant, "role": role, "exp": int(time.time()) + 600}
        return jwt.encode({"alg": "Ed25519", "kid": self._key.kid}, claims, self._key, algorithms=["Ed25519"])


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path)


@pytest.fixture
async def anonymous(kafka: KafkaSettings, postgres: PostgresSettings, issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(GatewaySettings(jwks_url=issuer.jwks.as_uri()), kafka, postgres)
    async with rooms(settings) as joined:
        transport = httpx.ASGITransport(app.make(joined), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            await ready(client)
            yield client


async def ready(client: httpx.AsyncClient) -> None:
    deadline = time.monotonic() + READY_SECONDS_MAX
    while (answer := await client.get("/health/ready")).status_code != 200:
        assert time.monotonic() < deadline, answer.text


type Become = Callable[[str], httpx.AsyncClient]


@pytest.fixture
def become(anonymous: httpx.AsyncClient, issuer: Issuer) -> Become:
    def become(tenant: str) -> httpx.AsyncClient:
        anonymous.headers["Authorization"] = f"Bearer {issuer.token(tenant)}"
        return anonymous

    return become


@pytest.fixture
def client(become: Become) -> httpx.AsyncClient:
    """A seller of tenant "demo"."""
    return become("demo")


class Projected:
    """Facts into rows, as the projector does it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._next = 0

    async def __call__(self, facts: Sequence[Fact]) -> None:
        page = recorded(facts, first=self._next)
        self._next = page[-1].offset + 1
        await self._store.project(page, await self._store.positions([0]))


@pytest.fixture
async def project(postgres: PostgresSettings) -> AsyncIterator[Projected]:
    async with await open_pool(postgres, role=ROLE) as pool:
        yield Projected(Store(pool))


async def requests_in(kafka: KafkaSettings, count: int) -> list[Recorded[Request]]:
    """The first `count` requests in the log; waits for them."""
    found: list[Recorded[Request]] = []
    consumer = kafka_client.consumer(kafka, "test")
    await kafka_client.open_client(consumer)
    try:
        places = [kafka_client.TopicPartition(kafka.topics.requests, partition) for partition in range(SHARDS)]
        consumer.assign(places)
        for place in places:
            consumer.seek(place, 0)
        deadline = time.monotonic() + READY_SECONDS_MAX
        while len(found) < count:
            assert time.monotonic() < deadline, f"only {len(found)} of {count} requests came"
            pages = await consumer.getmany(timeout_ms=500)
            found.extend(read(record, REQUESTS) for page in pages.values() for record in page)  # type: ignore[arg-type, misc]  # REQUESTS holds the members of Request; a test wants no dead letters
    finally:
        await kafka_client.close_client(consumer)
    return found
