"""Lists page by page, and a batch watched to its end."""

import httpx

from hawker.client import Hawker
from hawker.contracts.words import JobStatus, Marketplace
from tests.unit.hawker.client.gateways import BATCH

JOB = {"marketplace": "ebay", "action": "publish", "account": "main", "priority": 3, "status": "failed"}


async def no_sleep(_seconds: float) -> None:
    """Time does not pass in these stories."""


def client(handler: httpx.MockTransport) -> Hawker:
    return Hawker("http://gateway.test/", None, transport=handler, sleep=no_sleep)


async def test_pages_follow_their_cursors_to_the_end() -> None:
    pages = {None: (["j-1", "j-2"], "after 2"), "after 2": (["j-3"], "after 3"), "after 3": ([], None)}
    asked: list[httpx.QueryParams] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params)
        names, cursor = pages[request.url.params.get("cursor")]
        return httpx.Response(200, json={"items": [{"id": name, **JOB} for name in names], "next_cursor": cursor, "totals": {"failed": 3}})

    async with client(httpx.MockTransport(answer)) as hawker:
        found = [
            job.id
            async for page in hawker.jobs(batch_id="b-1", status=JobStatus.FAILED, marketplace=Marketplace.EBAY, page_items=2)
            for job in page.items
        ]
    assert found == ["j-1", "j-2", "j-3"]
    assert dict(asked[0]) == {"batch_id": "b-1", "status": "failed", "marketplace": "ebay", "limit": "2"}
    assert asked[2]["cursor"] == "after 3"


async def test_filters_that_are_not_set_are_not_sent() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200, json={"items": [], "next_cursor": None, "totals": {}})

    async with client(httpx.MockTransport(answer)) as hawker:
        assert [page.items async for page in hawker.batches()] == [()]
        assert [page.items async for page in hawker.tasks(job_id="j-1")] == [()]
    assert [str(url) for url in asked] == ["http://gateway.test/v1/batches?limit=100", "http://gateway.test/v1/tasks?job_id=j-1&limit=100"]


async def test_a_batch_is_watched_until_it_has_ended() -> None:
    statuses = ["pending", "running", "running", "partially_failed", "never asked for"]

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=BATCH | {"status": statuses.pop(0), "progress": {"total": 2, "completed": 1, "percent": 50}})

    async with client(httpx.MockTransport(answer)) as hawker:
        seen = [batch.status.value async for batch in hawker.watch("b-1")]
    assert seen == ["pending", "running", "running", "partially_failed"]
    assert statuses == ["never asked for"]


async def test_without_a_token_no_authorization_is_sent() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=BATCH)

    async with client(httpx.MockTransport(answer)) as hawker:
        await hawker.batch("b-1")
    assert "authorization" not in asked[0].headers
