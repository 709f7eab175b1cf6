"""Requests and outcomes as records: whatever lies in the log, the shard meets it, stays the fold of its journal, and goes on."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hawker.contracts.codec import INPUTS, as_json
from hawker.contracts.envelope import Envelope, to_headers
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.outcomes import (
    AccountThrottled,
    Outcome,
    PluginConnected,
    PluginDisconnected,
    TaskFailed,
    TaskSucceeded,
)
from hawker.contracts.recorded import Undecodable
from hawker.contracts.requests import (
    BatchCancelRequested,
    JobCancelRequested,
    JobPauseRequested,
    JobResumeRequested,
    JobRetryRequested,
    JobUnparkRequested,
    ParkedInput,
    Request,
)
from hawker.contracts.words import Marketplace
from hawker.kafka.records import read
from tests.fuzz import hostile
from tests.fuzz.profile import fuzz
from tests.fuzz.scene import OUTCOMES_TOPIC, REQUESTS_TOPIC, Record, Scene
from tests.support.stories import NOON, TENANT, batch_requested, items_added, job_requested, product, result_for

JOBS = ("active", "paused", "resting", "stopped", "cancelled", "browsed", "etsy", "slow", "done", "nobodys")
WHO: dict[str, Any] = {"tenant_id": TENANT, "requested_at": NOON}  # Any: fields of several models
WHERE: dict[str, Any] = {"tenant_id": TENANT, "account_id": "main", "marketplace": Marketplace.FLEA}  # Any: the same

jobs = st.sampled_from(JOBS)
places: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"job_id": jobs, "position": st.integers(0, 3), "attempt": st.integers(1, 2), "waited_ms": st.just(1), "took_ms": st.just(2)}
)
failures = st.builds(Failure, kind=st.sampled_from(FailureKind), reason=st.just("no"), retry_after_seconds=st.sampled_from([None, 0, 7]))
honest_outcomes: st.SearchStrategy[Outcome] = st.one_of(
    places.map(lambda place: TaskSucceeded(tenant_id=TENANT, result=result_for("x"), **place)),
    st.builds(lambda place, failure: TaskFailed(tenant_id=TENANT, failure=failure, **place), places, failures),
    st.just(AccountThrottled(tenant_id=TENANT, account_id="main", marketplace=Marketplace.EBAY, until=NOON.replace(hour=14))),
    st.just(PluginConnected(**WHERE, session="s-2", epoch=2, partition=1)),
    st.just(PluginDisconnected(**WHERE, session="s-1", epoch=1)),
)
honest_requests: st.SearchStrategy[Request] = st.one_of(
    st.just(job_requested("new", product=product(images=2, variants=2))),
    jobs.map(job_requested),
    st.just(batch_requested("new", item_count=2)),
    st.just(items_added("x", "y", batch_id="open", sequence=1)),
    st.builds(
        lambda kind, job: kind(**WHO, request_id="r-1", job_id=job),
        st.sampled_from([JobCancelRequested, JobRetryRequested, JobPauseRequested, JobResumeRequested]),
        jobs,
    ),
    st.sampled_from(["open", "over", "none"]).map(lambda batch: BatchCancelRequested(**WHO, request_id="r-2", batch_id=batch)),
    jobs.map(
        lambda job: JobUnparkRequested(**WHO, request_id="r-3", job_id=job, inputs=(ParkedInput(type="x", value="{}", origin="a/0/1"),))
    ),
)
honest = st.one_of(honest_outcomes, honest_requests)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """An honest message's record in which the value, the headers, the key or the time is not what it was."""
    message = draw(honest)
    topic = OUTCOMES_TOPIC if "Task" in type(message).__name__ else REQUESTS_TOPIC
    value = draw(hostile.mutated(as_json(message))).encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 9)) == 0:
        value = value[: draw(st.integers(0, len(value)))] + draw(st.binary(max_size=5))
    envelope = Envelope("id-1", message.type_name, "fuzz", NOON, traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01")
    changes = draw(st.sampled_from([0, 0, 1, 3]))
    return Record(
        value=None if draw(st.integers(0, 30)) == 0 else value,
        headers=draw(hostile.headers(to_headers(envelope), changes)),
        topic=topic,
        timestamp=draw(st.sampled_from([0, -1, 1_764_000_000_000, 2**63 - 1, -(2**63), 253_402_300_800_000])),
        key=draw(st.one_of(st.none(), st.just(TENANT.encode()), hostile.blobs)),
    )


@fuzz(100)
@given(value=st.one_of(st.none(), hostile.blobs), said=hostile.headers([]), stamp=st.integers(-(2**63), 2**63 - 1), key=hostile.blobs)
def test_whatever_lies_in_the_log_becomes_a_message_or_a_letter(
    value: bytes | None, said: list[tuple[str, bytes]], stamp: int, key: bytes
) -> None:
    recorded = read(Record(value, said, timestamp=stamp, key=key), INPUTS)
    assert isinstance(recorded.message, Undecodable)
    assert recorded.message.value == value
    assert len(recorded.message.reason) <= 1000


@fuzz(80)
@given(st.lists(records(), min_size=1, max_size=4))
def test_a_shard_stays_the_fold_of_its_journal_whatever_it_is_told(told: list[Record]) -> None:
    scene = Scene.fresh()
    scene.deliver(*told)
    scene.story.wait(70).wait(400)
    scene.check()
    scene.still_works()
    scene.check()


@fuzz(30)
@given(records())
def test_what_cannot_be_read_is_rejected_with_its_place_and_nothing_else_happens(record: Record) -> None:
    scene = Scene.fresh()
    before = len(scene.story.facts)
    turn = scene.deliver(record)
    if isinstance(read(record, INPUTS).message, Undecodable):
        (fact,) = scene.story.facts[before:]
        assert type(fact).__name__ == "InputRejected"
        (recorded,) = (letter.recorded for letter in turn.put_aside)
        assert recorded.offset == record.offset


def test_a_record_from_another_age_of_the_world_is_a_letter() -> None:
    """Its time is no time that a calendar has (found by fuzzing: the shard could not get past it)."""
    recorded = read(Record(b"", [], timestamp=2**63 - 1), INPUTS)
    assert isinstance(recorded.message, Undecodable)
    assert recorded.envelope.time <= datetime.max.replace(tzinfo=UTC)
