"""The gateway on a real log and a real database."""

import httpx

from hawker.contracts.facts import RequestRefused
from hawker.contracts.partitioning import partition_of
from hawker.contracts.requests import BatchItemsAdded, BatchRequested
from hawker.kafka.settings import KafkaSettings
from tests.integration.api_gateway.conftest import SHARDS, Become, Projected, requests_in
from tests.integration.projections.stories import random_story
from tests.support.stories import NOON, Story, batch_requested, items_added, job_requested

PRODUCT = {"handle": "mug", "title": "Mug", "variants": [{"sku": "m-1", "price": "9.50", "quantity": 1}]}
BATCH = {"marketplace": "ebay", "action": "publish", "products": [PRODUCT, {**PRODUCT, "handle": "cup"}]}
JOB = {"marketplace": "etsy", "action": "publish", "product": PRODUCT}


async def test_a_get_right_after_its_post_answers_pending(client: httpx.AsyncClient) -> None:
    for path, body in (("/v1/batches", BATCH), ("/v1/jobs", JOB)):
        posted = await client.post(path, json=body)
        assert posted.status_code == 202
        found = await client.get(posted.headers["location"])
        assert (found.status_code, found.json()) == (200, posted.json())
        assert found.json()["status"] == "pending"
    jobs = await client.get(f"/v1/batches/{(await client.post('/v1/batches', json=BATCH)).json()['id']}/jobs")
    assert jobs.json() == {"items": [], "next_cursor": None, "totals": {}}


async def test_a_batch_is_in_the_log_on_its_tenants_partition(client: httpx.AsyncClient, kafka: KafkaSettings) -> None:
    batch = (await client.post("/v1/batches", json=BATCH)).json()
    asked, part = await requests_in(kafka, 2)
    assert isinstance(asked.message, BatchRequested)
    assert isinstance(part.message, BatchItemsAdded)
    assert (asked.envelope.id, part.envelope.id) == (batch["id"], f"{batch['id']}:0")
    assert [product.handle for product in part.message.products] == ["mug", "cup"]
    assert {asked.partition, part.partition} == {partition_of("demo", SHARDS)}


async def test_the_same_idempotency_key_publishes_the_same_requests_again(client: httpx.AsyncClient, kafka: KafkaSettings) -> None:
    first = await client.post("/v1/batches", json=BATCH, headers={"Idempotency-Key": "k"})
    second = await client.post("/v1/batches", json=BATCH, headers={"Idempotency-Key": "k"})
    assert second.json() == first.json()
    one, two, three, four = await requests_in(kafka, 4)
    assert (one.message, two.message) == (three.message, four.message)
    refused = await client.post("/v1/batches", json={**BATCH, "priority": 1}, headers={"Idempotency-Key": "k"})
    assert refused.status_code == 422


async def test_one_tenant_does_not_see_another(become: Become, project: Projected) -> None:
    await project(random_story(1).facts)  # Of tenant "demo".
    taken_in = (await become("demo").post("/v1/jobs", json=JOB)).json()["id"]
    other = become("other")
    for path in ("/v1/batches", "/v1/jobs", "/v1/tasks", "/v1/listings"):
        assert (await other.get(path)).json() == {"items": [], "next_cursor": None, "totals": {}}, path
    for path in ("/v1/batches/batch-0", "/v1/jobs/alone", "/v1/tasks/alone:0", f"/v1/jobs/{taken_in}", "/v1/jobs/alone/history"):
        assert (await other.get(path)).status_code == 404, path
    assert (await other.post("/v1/jobs/alone/cancel")).status_code == 404
    assert (await become("demo").get("/v1/jobs/alone")).status_code == 200


async def test_what_is_projected_takes_the_place_of_what_was_taken_in(client: httpx.AsyncClient, project: Projected) -> None:
    batch_id = (await client.post("/v1/batches", json=BATCH)).json()["id"]
    story = Story().tell(batch_requested(batch_id), items_added("mug", "cup", batch_id=batch_id))
    await project(story.facts)
    batch = (await client.get(f"/v1/batches/{batch_id}")).json()
    assert (batch["status"], batch["progress"]["running"]) == ("running", 2)
    told = len(story.facts)
    story.work_through()
    await project(story.facts[told:])
    batch = (await client.get(f"/v1/batches/{batch_id}")).json()
    assert (batch["status"], batch["progress"]["completed"], batch["progress"]["percent"]) == ("completed", 2, 100.0)
    jobs = (await client.get(f"/v1/batches/{batch_id}/jobs")).json()
    assert jobs["totals"] == {"completed": 2}
    assert all(job["listing"]["listing_id"] for job in jobs["items"])
    listings = (await client.get("/v1/listings?handle=cup")).json()["items"]
    assert [listing["handle"] for listing in listings] == ["cup"]


async def test_a_request_that_the_orchestrator_refuses_has_failed_with_its_reason(client: httpx.AsyncClient, project: Projected) -> None:
    job_id = (await client.post("/v1/jobs", json=JOB)).json()["id"]
    await project([RequestRefused(tenant_id="demo", at=NOON, request_type="hawker.job.requested.v1", subject=job_id, reason="too old")])
    job = (await client.get(f"/v1/jobs/{job_id}")).json()
    assert (job["status"], job["reason"]) == ("failed", "too old")
    assert (await client.get(f"/v1/jobs/{job_id}/history")).json()["items"][0]["body"]["reason"] == "too old"


async def test_a_batch_that_was_refused_takes_no_products_and_says_why(client: httpx.AsyncClient, project: Projected) -> None:
    announced = {name: value for name, value in BATCH.items() if name != "products"} | {"item_count": 2}
    batch_id = (await client.post("/v1/batches", json=announced)).json()["id"]
    refused = {"tenant_id": "demo", "at": NOON, "request_type": "hawker.batch.requested.v1", "subject": batch_id}
    await project([RequestRefused.model_validate({**refused, "reason": reason}) for reason in ("no room", "still no room")])
    answer = await client.post(f"/v1/batches/{batch_id}/items", json={"sequence": 0, "products": BATCH["products"]})
    assert (answer.status_code, answer.json()["detail"]) == (409, "The batch is failed: still no room.")


async def test_a_job_is_shown_with_its_tasks_history_and_progress(client: httpx.AsyncClient, project: Projected) -> None:
    story = Story().tell(job_requested("one"))
    await project(story.work_through().facts)
    job = (await client.get("/v1/jobs/one")).json()
    assert job["progress"]["completed"] == job["progress"]["total"] == len(job["tasks"])
    task = (await client.get(f"/v1/tasks/{job['tasks'][0]['id']}")).json()
    assert (task["status"], task["job"]["id"], task["took_ms"]) == ("success", "one", 20)
    history = (await client.get("/v1/jobs/one/history")).json()["items"]
    assert [line["type"] for line in history] == [fact.type_name for fact in story.facts]
    listed = (await client.get("/v1/jobs")).json()["items"][0]
    assert (listed["progress"], listed["tasks"]) == (job["progress"], [])


async def test_pages_hold_every_row_once_while_new_ones_come(client: httpx.AsyncClient, project: Projected) -> None:
    await project(Story().tell(*(job_requested(f"job-{n}") for n in range(7))).facts)
    seen: list[str] = []
    cursor = ""
    for page_number in range(4):
        page = (await client.get(f"/v1/jobs?limit=2{cursor}")).json()
        seen += [job["id"] for job in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
        await project(Story().tell(job_requested(f"late-{page_number}")).facts)
    assert seen == [f"job-{n}" for n in reversed(range(7))]


async def test_tasks_are_paged_in_their_order_and_filtered(client: httpx.AsyncClient, project: Projected) -> None:
    await project(Story().tell(job_requested("one"), job_requested("two")).facts)
    seen: list[str] = []
    page = (await client.get("/v1/tasks?limit=4")).json()
    seen += [task["id"] for task in page["items"]]
    while page["next_cursor"]:
        page = (await client.get(f"/v1/tasks?limit=4&cursor={page['next_cursor']}")).json()
        seen += [task["id"] for task in page["items"]]
    per_job = len(seen) // 2
    assert seen == [f"{job}:{n}" for job in ("two", "one") for n in range(per_job)]
    assert page["totals"] == {}, "nobody counts all tasks there ever were"
    only = (await client.get("/v1/tasks?job_id=one&status=processing")).json()
    assert [task["id"] for task in only["items"]] == ["one:0"]
    assert only["totals"] == {"pending": per_job - 1, "processing": 1}


async def test_lists_are_filtered_and_count_by_status(client: httpx.AsyncClient, project: Projected) -> None:
    story = random_story(2)
    await project(story.facts)
    everything = (await client.get("/v1/jobs?limit=200")).json()
    statuses = [job["status"] for job in everything["items"]]
    to_come = everything["totals"]["pending"] - statuses.count("pending")
    assert everything["totals"] == {status: statuses.count(status) for status in set(statuses)} | {
        "pending": statuses.count("pending") + to_come
    }
    assert to_come == story.shard.announced_count, "items that a batch has announced are pending before they come"
    for status in set(statuses):
        found = (await client.get(f"/v1/jobs?limit=200&status={status}")).json()
        assert [job["id"] for job in found["items"]] == [job["id"] for job in everything["items"] if job["status"] == status]
    etsy = (await client.get("/v1/jobs?marketplace=etsy")).json()
    assert [job["id"] for job in etsy["items"]] == ["alone"]
