"""`hawker dead-letters` against a real street: what the orchestrator put aside, and what becomes of it when an operator says so."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from hawker.contracts.codec import encode
from hawker.contracts.envelope import Envelope, to_headers
from hawker.kafka.dead_letters import DeadLetters
from hawker.kafka.producer import Publisher
from tests.integration.cli.conftest import CommandLine, Gateway
from tests.support.stories import job_requested

pytestmark = [pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("cli")]

SECONDS_MAX = 60.0
type As = Callable[[str, str], CommandLine]


@pytest.fixture
def tenant() -> str:
    return f"tenant-{uuid.uuid4().hex[:8]}"


@pytest_asyncio.fixture(loop_scope="module")
async def publisher(gateway: Gateway) -> AsyncIterator[Publisher]:
    publisher = Publisher(gateway.kafka, "test")
    await publisher.start()
    yield publisher
    await publisher.stop()


async def waiting(hawker: CommandLine, *filters: str) -> Sequence[str]:
    """The origins that are listed, once there are any."""
    deadline = time.monotonic() + SECONDS_MAX
    while not (found := (await hawker("dead-letters", "list", *filters, "--json")).json["items"]):
        assert time.monotonic() < deadline, "no letter came"
        await asyncio.sleep(0.1)
    return [letter["origin"] for letter in found]


async def completed(hawker: CommandLine, job_id: str) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while (await hawker("job", job_id, "--json")).status != 0:
        assert time.monotonic() < deadline, "the job did not complete"
        await asyncio.sleep(0.1)


async def bury_job(gateway: Gateway, publisher: Publisher, tenant: str, job_id: str) -> str:
    """A job's request as the orchestrator puts it aside when it breaks the decider."""
    request = job_requested(job_id).model_copy(update={"tenant_id": tenant, "requested_at": datetime.now(UTC)})
    origin = f"{gateway.kafka.topics.requests}/0/{uuid.uuid4().int % 1_000_000}"
    await DeadLetters(publisher, gateway.kafka.topics.dead_letters).put(
        key=tenant.encode(),
        value=encode(request),
        headers=to_headers(Envelope(job_id, request.type_name, "test", request.requested_at)),
        origin=origin,
        reason="the decider raised KeyError at decide.py:17",
        subject=job_id,
    )
    return origin


async def test_a_job_whose_request_was_put_aside_is_redriven_and_completes_once(
    gateway: Gateway, publisher: Publisher, as_role: As, tenant: str
) -> None:
    admin, job_id = as_role(tenant, "admin"), f"job-{tenant}"
    origin = await bury_job(gateway, publisher, tenant, job_id)
    assert await waiting(admin, "--job", job_id) == [origin]
    shown = await admin("dead-letters", "show", origin)
    assert (shown.status, "KeyError" in shown.stdout, job_id in shown.stdout) == (0, True, True)
    assert "1 waits" in (await admin("doctor")).stdout

    redriven = await admin("dead-letters", "redrive", "--job", job_id, "--json")
    assert (redriven.status, redriven.json["results"]) == (0, [{"origin": origin, "result": "redriven", "reason": None}])
    await completed(admin, job_id)
    again = await admin("dead-letters", "redrive", origin, "--json")
    assert (again.status, again.json["results"][0]["result"]) == (0, "already redriven")
    assert (await admin("dead-letters", "discard", origin)).status == 1
    history = await admin("tasks", "--job", job_id, "--json")
    assert {task["attempt"] for task in history.json["items"]} == {1}, "the second redrive began nothing anew"


async def test_bytes_that_the_orchestrator_cannot_read_come_back_when_redriven_and_are_discarded(
    gateway: Gateway, publisher: Publisher, as_role: As, tenant: str
) -> None:
    operator, admin = as_role(tenant, "operator"), as_role(tenant, "admin")
    kind = f"nonsense.{tenant}"
    headers = [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_type", kind.encode()), ("ce_source", b"t")]
    await (await publisher.write(gateway.kafka.topics.requests, key=tenant.encode(), value=b"\xff", headers=headers))
    (first,) = await waiting(operator, "--type", kind)
    assert (await admin("dead-letters", "list", "--json")).json["items"] == [], "whose it is, it does not say"

    assert (await operator("dead-letters", "redrive", "--type", kind)).status == 0
    (second,) = await waiting(operator, "--type", kind)
    assert second != first, "it lay on the topic again, and was put aside again"
    discarded = await operator("dead-letters", "discard", "--type", kind, "--json")
    assert discarded.json["results"] == [{"origin": second, "result": "discarded", "reason": None}]
    shown = await operator("dead-letters", "list", "--all", "--type", kind)
    assert "1 redriven" in shown.stdout
    assert "1 discarded" in shown.stdout


async def test_a_seller_is_told_who_handles_letters(as_role: As, tenant: str) -> None:
    told = await as_role(tenant, "seller")("dead-letters", "list")
    assert told.status == 6
    assert "A seller handles no dead letters." in told.stderr
