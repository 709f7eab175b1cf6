"""Bad input at every door of the whole stack: a clear error each time, nothing lost, and the next good job goes through."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hawker.contracts.failures import FailureKind
from hawker.contracts.words import BatchStatus, JobStatus, Marketplace
from hawker.kafka.producer import Publisher
from local_stack.stack import Stack
from tests.support.dead_letters import reasons
from tests.support.stories import product
from tests.support.street import goods, street

pytestmark = pytest.mark.timeout(300)

HEADER = "Handle,Title,Body (HTML),Vendor,Tags,Variant SKU,Variant Price,Variant Inventory Qty,Image Src"
REQUEST_BYTES = 10 * 1024 * 1024


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(Path(tmp_path_factory.mktemp("doors"))).running() as stack:
        yield stack


def hawker(stack: Stack, *arguments: str, token: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **stack.environment()} | ({} if token is None else {"HAWKER_TOKEN": token})
    command = [sys.executable, "-m", "hawker.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 50, ()),
        ("utf16.csv", HEADER.encode("utf-16"), ("utf",)),
        ("wide.csv", (",".join(f"c{n}" for n in range(10_000)) + "\n").encode(), ("column",)),
        ("other.csv", b"name,price\nmug,3\n", ("Handle",)),
        ("price.csv", f"{HEADER}\nmug,Mug,,,,sku-1,cheap,1,\n".encode(), ("line 2", "Variant Price")),
    ],
)
async def test_a_file_that_is_no_catalogue_is_refused_by_name_and_nothing_is_sent(
    stack: Stack, tmp_path: Path, name: str, content: bytes, words: tuple[str, ...]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    done = hawker(stack, "submit", str(path), "--marketplace", "ebay")
    assert done.returncode != 0
    said = " ".join((done.stdout + done.stderr).split())
    assert "Traceback" not in said
    assert all(word.lower() in said.lower() for word in (name, *words)), said
    async with street(stack) as on:
        assert [batch.id async for page in on.hawker.batches(marketplace=Marketplace.EBAY) for batch in page.items] == []


async def test_a_product_without_a_price_ends_failed_with_a_reason_and_its_batch_goes_on(stack: Stack) -> None:
    for_free = product("for-free")
    for_free = for_free.model_copy(update={"variants": (for_free.variants[0].model_copy(update={"price": None}),)})
    async with street(stack) as on:
        for marketplace in Marketplace:
            batch = await on.hawker.submit([for_free, product(f"good-{marketplace}")], marketplace)
            (ended,) = await on.ended([batch])
            assert ended.status is BatchStatus.PARTIALLY_FAILED
            jobs = {job.handle: job async for page in on.hawker.jobs(batch_id=batch.id) for job in page.items}
            refused = jobs["for-free"]
            assert (refused.status, refused.retry_count) == (JobStatus.FAILED, 0)
            assert "price" in (refused.reason or "")
            assert refused.failure is not None
            assert refused.failure.kind is FailureKind.REJECTED
            assert jobs[f"good-{marketplace}"].status is JobStatus.COMPLETED


async def test_ten_megabytes_are_refused_with_the_limit(stack: Stack) -> None:
    environment = stack.environment()
    headers = {"Authorization": f"Bearer {environment['HAWKER_TOKEN']}", "Content-Type": "application/json"}
    body = b'{"marketplace":"ebay","products":["' + b"x" * REQUEST_BYTES + b'"]}'
    async with httpx.AsyncClient(base_url=environment["HAWKER_API_URL"], trust_env=False) as client:
        answer = await client.post("/v1/batches", headers=headers, content=body)
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert str(512 * 1024) in answer.text.replace(" ", "").replace(",", "") or "512" in answer.text


def test_a_wrong_token_is_said_to_be_wrong_and_is_not_repeated(stack: Stack) -> None:
    done = hawker(stack, "batches", token="not.a.token")
    assert done.returncode != 0
    assert "token" in done.stderr.lower() + done.stdout.lower()
    assert "not.a.token" not in done.stderr + done.stdout


async def test_another_tenant_sees_nothing_of_it(stack: Stack) -> None:
    async with street(stack) as on:
        (batch,) = await on.submit("mine", 1, [Marketplace.FLEA])
        await on.completed([batch])
    other = stack.environment(tenant="other")
    headers = {"Authorization": f"Bearer {other['HAWKER_TOKEN']}"}
    async with httpx.AsyncClient(base_url=other["HAWKER_API_URL"], headers=headers, trust_env=False) as client:
        assert (await client.get(f"/v1/batches/{batch.id}")).status_code == 404
        assert (await client.get("/v1/jobs")).json()["items"] == []


async def test_bytes_that_are_no_message_go_to_the_dead_letters_and_the_street_goes_on(stack: Stack) -> None:
    kafka = stack.kafka_settings
    publisher = Publisher(kafka, "stranger")
    await publisher.start()
    for topic in (kafka.topics.requests, kafka.topics.outcomes):
        await (await publisher.write(topic, key=stack.seller.tenant.encode(), value=b"\x00 no message", headers=[("ce_type", b"x")]))
    await publisher.stop()
    async with street(stack) as on:
        batch = await on.hawker.submit(goods("after", 2), Marketplace.ETSY)
        await on.completed([batch])
    assert len(await reasons(kafka, at_least=2)) == 2
