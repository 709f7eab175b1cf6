"""POST: what gets into the log, once, and what does not."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from api_gateway.limits import Intakes
from hawker.contracts.limits import CHUNK_ITEMS_MAX
from hawker.contracts.requests import BatchItemsAdded, BatchRequested, JobRequested
from tests.unit.api_gateway.conftest import NOON, PRODUCT, TOPIC, Log, Memory

BATCH = {"marketplace": "ebay", "action": "publish", "products": [PRODUCT]}
JOB = {"marketplace": "etsy", "action": "publish", "product": PRODUCT}


def products(count: int, **more: object) -> list[dict[str, object]]:
    return [{**PRODUCT, "handle": f"mug-{n}", **more} for n in range(count)]


async def test_a_batch_is_requested_and_its_products_follow(client: httpx.AsyncClient, log: Log) -> None:
    answer = await client.post("/v1/batches", json={**BATCH, "products": products(250), "priority": 1, "account": "second"})
    assert answer.status_code == 202
    assert answer.headers["location"] == "/v1/batches/id-1"
    assert answer.json()["progress"] == {
        "total": 250, "pending": 250, "running": 0, "completed": 0, "failed": 0, "cancelled": 0, "expired": 0, "percent": 0.0,
    }  # fmt: skip
    asked, *parts = log.messages()
    assert isinstance(asked, BatchRequested)
    assert (asked.tenant_id, asked.batch_id, asked.item_count, asked.account_id, asked.priority) == ("demo", "id-1", 250, "second", 1)
    assert [len(part.products) for part in parts if isinstance(part, BatchItemsAdded)] == [CHUNK_ITEMS_MAX, CHUNK_ITEMS_MAX, 50]
    assert [part.sequence for part in parts if isinstance(part, BatchItemsAdded)] == [0, 1, 2]
    assert set(log.keys) == {(TOPIC, "demo")}


async def test_a_batch_may_be_announced_and_filled_later(client: httpx.AsyncClient, log: Log) -> None:
    batch = (await client.post("/v1/batches", json={"marketplace": "ebay", "action": "publish", "item_count": 3})).json()
    for sequence, count in enumerate((2, 1)):
        answer = await client.post(f"/v1/batches/{batch['id']}/items", json={"sequence": sequence, "products": products(count)})
        assert answer.json() == {"batch_id": batch["id"], "sequence": sequence, "item_count": count}
    assert [name for name, _ in log.published] == ["id-1", "id-1:0", "id-1:1"]


async def test_a_job_is_requested(client: httpx.AsyncClient, log: Log) -> None:
    answer = await client.post("/v1/jobs", json=JOB)
    assert answer.status_code == 202
    assert answer.headers["location"] == "/v1/jobs/id-1"
    assert (answer.json()["handle"], answer.json()["status"]) == ("mug", "pending")
    [asked] = log.messages()
    assert isinstance(asked, JobRequested)
    assert (asked.job_id, asked.requested_at) == ("id-1", NOON)


@pytest.mark.parametrize(("path", "body"), [("/v1/batches", BATCH), ("/v1/jobs", JOB)])
async def test_the_same_key_and_body_give_the_same_answer_and_ids(
    client: httpx.AsyncClient, log: Log, path: str, body: dict[str, object]
) -> None:
    first = await client.post(path, json=body, headers={"Idempotency-Key": "k"})
    published = list(log.published)
    second = await client.post(path, json=body, headers={"Idempotency-Key": "k"})
    assert (second.status_code, second.json(), second.headers["location"]) == (202, first.json(), first.headers["location"])
    assert log.published == published * 2  # Published again, letter by letter: the orchestrator knows repeats.


@pytest.mark.parametrize(("path", "body"), [("/v1/batches", BATCH), ("/v1/jobs", JOB)])
async def test_the_same_key_with_another_body_is_refused(client: httpx.AsyncClient, log: Log, path: str, body: dict[str, object]) -> None:
    await client.post(path, json=body, headers={"Idempotency-Key": "k"})
    count = len(log.published)
    answer = await client.post(path, json={**body, "priority": 1}, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:hawker:problem:reused"
    assert len(log.published) == count


async def test_a_key_belongs_to_one_tenant(as_role: Callable[..., httpx.AsyncClient]) -> None:
    first = await as_role("seller", "demo").post("/v1/jobs", json=JOB, headers={"Idempotency-Key": "k"})
    second = await as_role("seller", "other").post("/v1/jobs", json={**JOB, "priority": 1}, headers={"Idempotency-Key": "k"})
    assert second.status_code == 202
    assert second.json()["id"] != first.json()["id"]


async def test_a_crash_between_book_and_log_is_repaired_by_the_repeat(client: httpx.AsyncClient, log: Log) -> None:
    log.is_down = True
    lost = await client.post("/v1/jobs", json=JOB, headers={"Idempotency-Key": "k"})
    assert (lost.status_code, lost.headers["retry-after"]) == (503, "2")
    log.is_down = False
    again = await client.post("/v1/jobs", json=JOB, headers={"Idempotency-Key": "k"})
    assert again.json()["id"] == "id-1"
    assert [name for name, _ in log.published] == ["id-1"]


async def test_a_part_that_comes_with_other_products_is_refused(client: httpx.AsyncClient, memory: Memory, log: Log) -> None:
    memory.put_batch("pending")
    assert (await client.post("/v1/batches/batch-1/items", json={"sequence": 0, "products": products(2)})).status_code == 202
    assert (await client.post("/v1/batches/batch-1/items", json={"sequence": 0, "products": products(2)})).status_code == 202
    other = await client.post("/v1/batches/batch-1/items", json={"sequence": 0, "products": products(1)})
    assert other.status_code == 422
    assert len(log.published) == 2


@pytest.mark.parametrize("status", ["completed", "partially_failed", "failed", "cancelled"])
async def test_a_batch_that_has_ended_takes_no_products(client: httpx.AsyncClient, memory: Memory, status: str) -> None:
    memory.put_batch(status)
    answer = await client.post("/v1/batches/batch-1/items", json={"sequence": 0, "products": products(1)})
    assert answer.status_code == 409


async def test_an_action_without_a_plan_is_refused_with_what_there_is(client: httpx.AsyncClient, log: Log) -> None:
    answer = await client.post("/v1/batches", json={**BATCH, "action": "sync"})
    assert answer.status_code == 422
    assert "publish" in answer.json()["advice"]
    assert not log.published


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"marketplace": "ebay", "action": "publish"}, "body"),
        ({**BATCH, "item_count": 7}, "body"),
        ({**BATCH, "marketplace": "moon"}, "body.marketplace"),
        ({**BATCH, "priority": 9}, "body.priority"),
        ({**BATCH, "surprise": 1}, "body.surprise"),
        ({**BATCH, "products": [{"handle": "mug", "variants": []}]}, "body.products.0.title"),
        ({"marketplace": "ebay", "action": "publish", "item_count": 100_001}, "body.item_count"),
    ],
)
async def test_what_is_wrong_with_a_batch_is_said_with_its_place(client: httpx.AsyncClient, body: dict[str, object], where: str) -> None:
    answer = await client.post("/v1/batches", json=body)
    assert answer.status_code == 422
    assert where in [error["where"] for error in answer.json()["errors"]]


async def test_a_product_that_is_too_large_alone_is_named(client: httpx.AsyncClient, log: Log) -> None:
    """Small on its way in, large once written out in full: 100 variants with their defaults and long options."""
    variants = [{"sku": f"s{n}", "options": {str(k): "é" * 850 for k in range(3)}} for n in range(100)]
    huge = {"handle": "huge", "title": "Huge", "variants": variants}
    content = httpx.Request("POST", "http://x", json={**BATCH, "products": [PRODUCT, huge]}).content
    assert len(content) > 500_000
    answer = await client.post("/v1/batches", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert "'huge'" in answer.json()["detail"]
    assert "products.1" in answer.json()["detail"]
    assert not log.published


async def test_a_viewer_may_not_write(as_role: Callable[..., httpx.AsyncClient], log: Log) -> None:
    viewer = as_role("viewer")
    for path in ("/v1/batches", "/v1/jobs", "/v1/jobs/x/cancel", "/v1/batches/x/cancel", "/v1/batches/x/items"):
        answer = await viewer.post(path, json=BATCH)
        assert answer.status_code == 403, path
    assert (await viewer.get("/v1/batches")).status_code == 200
    assert not log.published


async def test_more_at_once_than_we_carry_is_refused_for_a_while(client: httpx.AsyncClient, intakes: Intakes, memory: Memory) -> None:
    async with asyncio.TaskGroup() as group:
        release = asyncio.Event()

        async def hold() -> None:
            async with intakes.one():
                await release.wait()

        for _ in range(64):
            group.create_task(hold())
        await asyncio.sleep(0)
        memory.put_job("running")
        answer = await client.post("/v1/jobs", json=JOB)
        stopping = await client.post("/v1/jobs/job-1/cancel")
        release.set()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert stopping.status_code == 202  # What stops work always passes.


async def test_the_trace_goes_on_in_the_log(client: httpx.AsyncClient, log: Log) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await client.post("/v1/jobs", json=JOB, headers={"traceparent": trace})
    await client.post("/v1/jobs", json=JOB, headers={"traceparent": "nonsense"})
    assert log.traceparents == [trace, None]
