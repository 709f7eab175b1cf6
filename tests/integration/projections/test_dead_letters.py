"""The dead letters on a real log and a real database: each is one row, whatever it holds, and closed once."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime

import asyncpg
import pytest

from hawker.contracts.dead_letters import Closing, DeadLetterClosed
from hawker.kafka.dead_letters import DeadLetters
from hawker.kafka.producer import Publisher
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.settings import PostgresSettings
from orchestrator.projections.rebuild import rebuild
from tests.integration.projections.conftest import Journal, RunningProjector, until
from tests.integration.projections.stories import random_story

COUNT = "select count(*) from dead_letters"
STATE = "select state || ' by ' || closed_by from dead_letters where origin = $1"
VALUE = b'{"tenant_id": "demo"}'
type Start = Callable[[], RunningProjector]


class Undertaker:
    """Puts letters where the services put them, and closes them as the gateway does."""

    def __init__(self, kafka: KafkaSettings, publisher: Publisher) -> None:
        self.topic = kafka.topics.dead_letters
        self.publisher = publisher
        self.letters = DeadLetters(publisher, self.topic)

    async def put(self, *origins: str, value: bytes | None = VALUE, key: bytes | None = b"demo", subject: str | None = None) -> None:
        for origin in origins:
            await self.letters.put(key=key, value=value, headers=[("x", b"\xff")], origin=origin, reason="it broke", subject=subject)

    async def close(self, origin: str, how: Closing, by: str = "ann") -> None:
        closed = DeadLetterClosed(origin=origin, how=how, by=by, at=datetime.now(UTC), request_id="r-1")
        await self.publisher.publish(self.topic, "demo", closed, id=f"{origin}:{how}")

    async def write(self, *, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]) -> None:
        await (await self.publisher.write(self.topic, key=key, value=value, headers=headers))


@pytest.fixture
async def undertaker(kafka: KafkaSettings) -> AsyncIterator[Undertaker]:
    publisher = Publisher(kafka, "test")
    await publisher.start()
    yield Undertaker(kafka, publisher)
    await publisher.stop()


async def test_a_letter_becomes_a_row_and_the_second_delivery_of_it_changes_nothing(
    undertaker: Undertaker, rows: asyncpg.Connection, start_projector: Start
) -> None:
    start_projector()
    await undertaker.put("t.requests/0/1", subject="job-1")
    await until(rows, COUNT, 1)
    before = await rows.fetch("select * from dead_letters")
    await undertaker.put("t.requests/0/1", "t.requests/0/2", subject="job-1")
    await until(rows, COUNT, 2)
    assert await rows.fetch("select * from dead_letters where origin = 't.requests/0/1'") == before
    (row,) = before
    assert (row["tenant_id"], row["subject"], row["reason"], row["state"]) == ("demo", "job-1", "it broke", "waiting")
    assert (row["value"], row["header_names"], row["header_values"]) == (VALUE, ["x"], [b"\xff"])
    order = await rows.fetch("select origin from dead_letters order by partition, letter_offset")
    assert [row["origin"] for row in order] == ["t.requests/0/1", "t.requests/0/2"]


async def test_a_closing_moves_the_letters_state_and_the_first_word_stands(
    undertaker: Undertaker, rows: asyncpg.Connection, start_projector: Start
) -> None:
    start_projector()
    await undertaker.put("t.requests/0/1", "t.requests/0/2")
    await undertaker.close("t.requests/0/1", Closing.REDRIVEN)
    await undertaker.close("t.requests/0/1", Closing.DISCARDED, by="bob")
    await undertaker.close("no such letter", Closing.DISCARDED)
    await undertaker.put("t.requests/0/1")  # A repeat that comes after its closing opens nothing again.
    await undertaker.close("t.requests/0/2", Closing.DISCARDED, by="bob")
    await until(rows, STATE, "discarded by bob", "t.requests/0/2")
    assert await rows.fetchval(STATE, "t.requests/0/1") == "redriven by ann"
    assert await rows.fetchval(COUNT) == 2


async def test_garbage_is_a_letter_too_and_the_projector_goes_on(
    undertaker: Undertaker, rows: asyncpg.Connection, start_projector: Start
) -> None:
    start_projector()
    await undertaker.write(key=b"", value=None, headers=[])
    await undertaker.write(key=b"\x00", value=b"\x00\xff", headers=[("ce_type", b"\x00\xff"), ("hawker-origin", b"\x00" * 9000)])
    await undertaker.write(key=b"k", value=b"{}", headers=[("ce_type", DeadLetterClosed.type_name.encode()), ("\x00", b"")])
    await undertaker.write(key=b"k", value=b"", headers=[("hawker-origin", b"a/0/0"), ("hawker-dead-at", b"0001-01-01T00:00:00+23:00")])
    await undertaker.put("t.requests/0/1", value=b"x" * 600_000)
    await until(rows, COUNT, 5)
    kept = await rows.fetch("select origin, tenant_id, value_bytes, octet_length(value) as there from dead_letters")
    assert {row["tenant_id"] for row in kept} == {None}
    assert {(row["value_bytes"], row["there"]) for row in kept if row["origin"] == "t.requests/0/1"} == {(600_000, 512 * 1024)}


async def test_a_projector_that_is_killed_reads_on_and_the_journals_rows_come_all_the_same(
    undertaker: Undertaker, journal: Journal, rows: asyncpg.Connection, start_projector: Start
) -> None:
    first = start_projector()
    await undertaker.put(*(f"t.requests/0/{number}" for number in range(50)))
    await until(rows, COUNT, 50)
    await first.kill()
    await undertaker.put(*(f"t.requests/0/{number}" for number in range(40, 100)))
    facts = random_story(4).facts
    await journal.say(*facts)
    start_projector()
    await until(rows, COUNT, 100)
    await until(rows, "select count(*) from history", len(facts))


async def test_a_rebuild_puts_the_letters_right_and_leaves_what_the_topic_no_longer_has(
    undertaker: Undertaker, rows: asyncpg.Connection, start_projector: Start, kafka: KafkaSettings, postgres: PostgresSettings
) -> None:
    start_projector()
    await undertaker.put(*(f"t.requests/0/{number}" for number in range(5)))
    await undertaker.close("t.requests/0/0", Closing.REDRIVEN)
    await until(rows, STATE, "redriven by ann", "t.requests/0/0")
    await until(rows, COUNT, 5)
    right = await rows.fetch("select * from dead_letters order by origin")
    assert (await rebuild(kafka, postgres)).none
    await rows.execute("update dead_letters set state = 'waiting', reason = 'wrong' where origin like '%/0'")
    await rows.execute("delete from dead_letters where origin like '%/4'")
    await rows.execute(
        "insert into dead_letters select 'older', 'demo', null, 'why', 't', null, null, null, '{}', '{}', null, 0, now(), 0, -1"
    )
    found = await rebuild(kafka, postgres)
    assert (found.wrong["dead_letters"], found.put["dead_letters"]) == (1, 2)
    assert await rows.fetch("select * from dead_letters where origin <> 'older' order by origin") == right
    assert await rows.fetchval("select count(*) from dead_letters where origin = 'older'") == 1
    await undertaker.put("t.requests/0/9")  # The live projector goes on from where it was.
    await until(rows, COUNT, 7)


async def test_what_was_dealt_with_long_ago_is_forgotten_and_what_waits_never(
    undertaker: Undertaker, rows: asyncpg.Connection, start_projector: Start
) -> None:
    start_projector()
    await undertaker.put("t.requests/0/1", "t.requests/0/2")
    await undertaker.close("t.requests/0/1", Closing.DISCARDED)
    await until(rows, STATE, "discarded by ann", "t.requests/0/1")
    await rows.execute("update dead_letters set at = now() - interval '1 year'")
    await rows.execute("update dead_letters set closed_at = now() - interval '31 days' where closed_at is not null")
    await undertaker.put("t.requests/0/3")
    await until(rows, "select string_agg(origin, ' ' order by origin) from dead_letters", "t.requests/0/2 t.requests/0/3")
