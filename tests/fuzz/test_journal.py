"""Garbage in the journal: no fact is ever passed over. A reader stops before what it cannot read, says where, and other partitions go on."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawker.contracts.codec import as_json, encode
from hawker.contracts.envelope import Envelope, to_headers
from hawker.contracts.facts import JobCompleted
from hawker.contracts.recorded import Recorded
from hawker.kafka import journal
from hawker.kafka.client import TopicPartition
from hawker.kafka.errors import UnreadableFact
from orchestrator.projections import feed
from orchestrator.projections.feed import Feed
from orchestrator.projections.fold import fold
from tests.fuzz import hostile
from tests.fuzz.profile import fuzz
from tests.fuzz.scene import Record, Scene
from tests.support.stories import NOON, TENANT

FACT = JobCompleted(tenant_id=TENANT, at=NOON, job_id="j")


def record(offset: int, *, partition: int = 0, type_name: str = FACT.type_name, value: bytes | None = None) -> Record:
    envelope = Envelope(f"f{offset}", type_name, "test", NOON)
    return Record(value or encode(FACT), to_headers(envelope), "hawker.journal", offset, partition=partition)


@st.composite
def records(draw: st.DrawFn) -> Record:
    fact = draw(st.sampled_from([recorded.message for recorded in Scene.fresh().journal()]))
    value = draw(hostile.mutated(as_json(fact), 1)).encode("utf-8", "surrogatepass")
    headers = draw(hostile.headers(to_headers(Envelope("f", fact.type_name, "fuzz", NOON, cause="hawker.requests/0/1")), 1))
    return Record(value, headers, "hawker.journal", 7)


@fuzz(80)
@given(records())
def test_a_fact_is_read_whole_or_named_by_its_place(found: Record) -> None:
    for read in (journal._fact, feed._fact):
        try:
            recorded = read(found)
        except UnreadableFact as fault:
            told = str(fault)
        else:
            told = f"hawker.journal/0/7: {recorded.place}"
            encode(recorded.message)
            fold([recorded])
        assert told.startswith("hawker.journal/0/7: ")


class Consumer:
    """Gives these pages out, and remembers what was paused."""

    def __init__(self, *pages: Mapping[TopicPartition, Sequence[Record]]) -> None:
        self._pages = list(pages)
        self.paused: list[TopicPartition] = []

    async def getmany(self, **_: object) -> Mapping[TopicPartition, Sequence[Record]]:
        return self._pages.pop(0)

    def pause(self, *places: TopicPartition) -> None:
        self.paused.extend(places)

    def last_stable_offset(self, _: TopicPartition) -> int:
        return 100


BAD, GOOD = TopicPartition("hawker.journal", 0), TopicPartition("hawker.journal", 1)
GARBAGE = [
    record(2, type_name="hawker.job.completed.v9"),
    record(2, type_name="hawker.nothing.known.v1"),
    record(2, value=b"{"),
    record(2, value=b"\xff"),
    record(2, value=b'{"tenant_id": "a"}'),
    Record(None, [], "hawker.journal", 2),
]


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_a_fact_that_cannot_be_read_stops_its_partition_and_no_other(garbage: Record) -> None:
    """One of them held up the rows of all tenants."""
    consumer = Consumer({BAD: [record(1), garbage, record(3)], GOOD: [record(5, partition=1)]}, {GOOD: [record(6, partition=1)]}, {})
    pages = Feed(consumer, (BAD, GOOD))  # type: ignore[arg-type]  # as much of a consumer as a feed needs
    taken: list[Recorded[object]] = [*await pages.take(10, 0), *await pages.take(10, 0), *await pages.take(10, 0)]
    assert [recorded.place for recorded in taken] == ["hawker.journal/0/1", "hawker.journal/1/5", "hawker.journal/1/6"]
    assert consumer.paused == [BAD]
    assert pages.stuck == {BAD: 2}
