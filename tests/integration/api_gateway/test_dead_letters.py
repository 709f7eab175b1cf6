"""Dead letters from the log to an operator and back into the log, on a real Kafka and a real PostgreSQL."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import httpx
import pytest

from hawker.contracts.codec import encode
from hawker.contracts.envelope import Envelope, to_headers
from hawker.contracts.facts import JobParked
from hawker.contracts.outcomes import TaskSucceeded
from hawker.contracts.requests import JobUnparkRequested
from hawker.kafka import client as kafka_client
from hawker.kafka.dead_letters import DeadLetters
from hawker.kafka.producer import Publisher
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.settings import PostgresSettings
from orchestrator.projections.runner import run_projector
from tests.integration.api_gateway.conftest import SHARDS, Issuer, Projected, requests_in
from tests.support.stories import NOON, Story, job_requested

PATH = "/v1/dead-letters"
SECONDS_MAX = 30.0
type As = Callable[..., Mapping[str, str]]
type Put = Callable[..., object]


@pytest.fixture
async def projecting(kafka: KafkaSettings, postgres: PostgresSettings) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(run_projector(kafka, postgres, stop))
    yield
    stop.set()
    await running


@pytest.fixture
async def letters(kafka: KafkaSettings) -> AsyncIterator[DeadLetters]:
    publisher = Publisher(kafka, "test")
    await publisher.start()
    yield DeadLetters(publisher, kafka.topics.dead_letters)
    await publisher.stop()


@pytest.fixture
def of(issuer: Issuer) -> As:
    """The headers of somebody with a role."""

    def of(role: str, tenant: str = "demo") -> Mapping[str, str]:
        return {"Authorization": f"Bearer {issuer.token(tenant, role)}"}

    return of


def outcome(position: int, *, tenant: str = "demo", job: str = "job-1") -> TaskSucceeded:
    return TaskSucceeded(tenant_id=tenant, job_id=job, position=position, attempt=1, waited_ms=1, took_ms=2, result={"n": position})


async def bury(letters: DeadLetters, origin: str, message: TaskSucceeded, *, parked: bool, reason: str = "KeyError at 100%") -> None:
    headers = to_headers(Envelope(f"id of {origin}", message.type_name, "worker", NOON))
    subject = message.job_id if parked else None
    await letters.put(key=message.tenant_id.encode(), value=encode(message), headers=headers, origin=origin, reason=reason, subject=subject)


async def listed(client: httpx.AsyncClient, headers: Mapping[str, str], count: int, query: str = "") -> list[dict[str, object]]:
    """What the list shows, once it has so many."""
    deadline = time.monotonic() + SECONDS_MAX
    while len(items := (await client.get(f"{PATH}?limit=200&{query}", headers=headers)).json()["items"]) < count:
        assert time.monotonic() < deadline, f"only {items} of {count} letters came"
        await asyncio.sleep(0.05)
    assert len(items) == count
    found: list[dict[str, object]] = items
    return found


async def records_in(kafka: KafkaSettings, topic: str, count: int) -> Sequence[kafka_client.Record]:
    consumer = kafka_client.consumer(kafka, "test", auto_offset_reset="earliest")
    await kafka_client.open_client(consumer)
    found: list[kafka_client.Record] = []
    try:
        consumer.assign([kafka_client.TopicPartition(topic, partition) for partition in range(SHARDS)])
        async with asyncio.timeout(SECONDS_MAX):
            while len(found) < count:
                found += [one for page in (await consumer.getmany(timeout_ms=200)).values() for one in page]
    finally:
        await kafka_client.close_client(consumer)
    return found


@pytest.mark.usefixtures("projecting")
async def test_a_jobs_letters_go_back_together_as_one_request_and_redriving_twice_is_a_quiet_no_op(
    anonymous: httpx.AsyncClient, letters: DeadLetters, of: As, kafka: KafkaSettings
) -> None:
    origins = [f"{kafka.topics.outcomes}/3/{number}" for number in range(3)]
    for position, origin in enumerate(origins):
        await bury(letters, origin, outcome(position), parked=True)
    await listed(anonymous, of("admin"), 3)
    answer = await anonymous.post(f"{PATH}/redrive", json={"origins": [origins[1]]}, headers=of("admin"))
    assert [(one["origin"], one["result"]) for one in answer.json()["results"]] == [(origin, "redriven") for origin in origins]
    (request,) = await requests_in(kafka, 1)
    assert isinstance(request.message, JobUnparkRequested)
    assert [one.origin for one in request.message.inputs] == origins
    assert [TaskSucceeded.model_validate_json(one.value).position for one in request.message.inputs] == [0, 1, 2]
    shown = await listed(anonymous, of("operator"), 3)
    assert {(one["state"], one["closed_by"], one["request_id"]) for one in shown} == {("redriven", "ann", request.message.request_id)}
    again = await anonymous.post(f"{PATH}/redrive", json={"origins": origins}, headers=of("operator"))
    assert [one["result"] for one in again.json()["results"]] == ["already redriven"] * 3
    await anonymous.post("/v1/jobs", json={"marketplace": "ebay", "action": "publish", "product": PRODUCT}, headers=of("seller"))
    assert not isinstance((await requests_in(kafka, 2))[1].message, JobUnparkRequested), "nothing came between"


PRODUCT = {"handle": "mug", "title": "Mug", "variants": [{"sku": "m-1", "price": "9.50", "quantity": 1}]}


@pytest.mark.usefixtures("projecting")
async def test_a_letter_of_no_job_goes_back_byte_by_byte(
    anonymous: httpx.AsyncClient, letters: DeadLetters, of: As, kafka: KafkaSettings
) -> None:
    origin, headers = f"{kafka.topics.outcomes}/0/5", [("ce_id", b"1"), ("x", b"\xff"), ("x", b"")]
    await letters.put(key=b"\xff\x00", value=b"\x00garbage\xff", headers=headers, origin=origin, reason="no message")
    await listed(anonymous, of("operator"), 1)
    answer = await anonymous.post(f"{PATH}/redrive", json={"filter": {"reason": "NO MESS"}}, headers=of("operator"))
    assert [(one["origin"], one["result"]) for one in answer.json()["results"]] == [(origin, "redriven")]
    (record,) = await records_in(kafka, kafka.topics.outcomes, 1)
    assert (record.key, record.value, list(record.headers)) == (b"\xff\x00", b"\x00garbage\xff", headers)


@pytest.mark.usefixtures("projecting")
async def test_tenants_never_see_nor_handle_each_others_letters(
    anonymous: httpx.AsyncClient, letters: DeadLetters, of: As, kafka: KafkaSettings
) -> None:
    for number, tenant in enumerate(("demo", "other")):
        await bury(letters, f"{kafka.topics.outcomes}/0/{number}", outcome(0, tenant=tenant), parked=True)
    await letters.put(key=b"demo", value=b"not even json", headers=[], origin=f"{kafka.topics.requests}/0/9", reason="unreadable")
    assert {one["tenant_id"] for one in await listed(anonymous, of("operator"), 3)} == {"demo", "other", None}
    for mine, theirs in (("demo", 1), ("other", 0)):
        assert [one["tenant_id"] for one in await listed(anonymous, of("admin", mine), 1)] == [mine]
        totals = (await anonymous.get(PATH, headers=of("admin", mine))).json()["totals"]
        assert totals == {"waiting": 1}
        origin = f"{kafka.topics.outcomes}/0/{theirs}"
        assert (await anonymous.get(f"{PATH}/{origin}", headers=of("admin", mine))).status_code == 404
        for verb in ("redrive", "discard"):
            answer = await anonymous.post(f"{PATH}/{verb}", json={"origins": [origin]}, headers=of("admin", mine))
            assert [one["result"] for one in answer.json()["results"]] == ["refused"]
    assert {one["state"] for one in await listed(anonymous, of("operator"), 3)} == {"waiting"}


@pytest.mark.usefixtures("projecting")
async def test_pages_hold_every_letter_once_newest_first_and_filters_narrow_them(
    anonymous: httpx.AsyncClient, letters: DeadLetters, of: As, kafka: KafkaSettings
) -> None:
    for number in range(7):
        reason = "100% wrong_here" if number % 2 else "KeyError"
        await bury(letters, f"{kafka.topics.outcomes}/0/{number}", outcome(0, job=f"job-{number}"), parked=number < 3, reason=reason)
    everything = await listed(anonymous, of("operator"), 7)
    seen: list[str] = []
    page = (await anonymous.get(f"{PATH}?limit=3", headers=of("operator"))).json()
    seen += [one["origin"] for one in page["items"]]
    await bury(letters, f"{kafka.topics.outcomes}/0/late", outcome(0), parked=False)
    await listed(anonymous, of("operator"), 8)
    while page["next_cursor"]:
        page = (await anonymous.get(f"{PATH}?limit=3&cursor={page['next_cursor']}", headers=of("operator"))).json()
        seen += [one["origin"] for one in page["items"]]
    assert seen == [one["origin"] for one in everything] == [f"{kafka.topics.outcomes}/0/{number}" for number in reversed(range(7))]
    for query, count in (
        ("reason=0%25 WRONG_", 3),
        ("reason=%25", 4),
        ("job_id=job-1", 1),
        ("job_id=job-5", 0),
        (f"topic={kafka.topics.outcomes}", 8),
        ("topic=nowhere", 0),
        ("type=hawker.task.succeeded.v1", 8),
        ("since=2020-01-01T00:00:00Z&until=2021-01-01T00:00:00Z", 0),
        ("since=2020-01-01T00:00:00Z&state=waiting", 8),
        ("state=discarded", 0),
    ):
        found = (await anonymous.get(f"{PATH}?limit=200&{query}", headers=of("operator"))).json()
        assert len(found["items"]) == count, query


@pytest.mark.usefixtures("projecting")
async def test_a_letter_is_shown_whole_and_cut_where_it_was_too_long(
    anonymous: httpx.AsyncClient, letters: DeadLetters, of: As, kafka: KafkaSettings
) -> None:
    short, long = f"{kafka.topics.outcomes}/0/1#2", f"{kafka.topics.requests}/0/2"
    await bury(letters, short, outcome(4), parked=True)
    await letters.put(key=None, value=b"x" * 600_000, headers=[("authorization", b"Bearer abc")], origin=long, reason="too long")
    await listed(anonymous, of("operator"), 2)
    whole = (await anonymous.get(f"{PATH}/{short.replace('#', '%23')}", headers=of("admin"))).json()
    assert (whole["value"]["position"], whole["key"], whole["job_id"]) == (4, "demo", "job-1")
    assert {"name": "ce_type", "value": "hawker.task.succeeded.v1", "base64": None} in whole["headers"]
    cut = (await anonymous.get(f"{PATH}/{long}", headers=of("operator"))).json()
    assert (cut["is_cut"], cut["value_bytes"], cut["kept_bytes"], cut["key"]) == (True, 600_000, 512 * 1024, None)
    assert len(base64.b64decode(cut["value_base64"])) == 512 * 1024
    assert "abc" not in str(cut["headers"])
    refused = (await anonymous.post(f"{PATH}/redrive", json={"origins": [long]}, headers=of("operator"))).json()["results"]
    assert (refused[0]["result"], "cut" in refused[0]["reason"]) == ("refused", True)


async def test_parked_jobs_show_to_their_admin_and_to_operators_and_nothing_else_of_another_tenant_does(
    anonymous: httpx.AsyncClient, project: Projected, of: As, kafka: KafkaSettings
) -> None:
    facts = Story().tell(job_requested("still"), job_requested("moving")).facts
    await project([*facts, JobParked(tenant_id="demo", at=NOON, job_id="still", reason="a timer broke")])
    parked = [{"tenant_id": "demo", "job_id": "still", "reason": "a timer broke", "letters_waiting": 0}]
    for who, items in ((of("admin"), parked), (of("operator", "ops"), parked), (of("admin", "other"), [])):
        assert (await anonymous.get("/v1/parked-jobs", headers=who)).json()["items"] == items
    assert (await anonymous.get("/v1/jobs", headers=of("operator", "ops"))).json()["items"] == []
    assert (await anonymous.post("/v1/parked-jobs/still/unpark", headers=of("operator", "ops"))).status_code == 202
    (request,) = await requests_in(kafka, 1)
    assert isinstance(request.message, JobUnparkRequested)
    assert (request.message.tenant_id, request.message.job_id, request.message.inputs) == ("demo", "still", ())
