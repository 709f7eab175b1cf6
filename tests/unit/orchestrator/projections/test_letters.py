"""Whatever lies in the dead letters becomes a row or closes one: nothing is dropped and nothing raises."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hawker.contracts.dead_letters import AT, ORIGIN, REASON, SUBJECT, VALUE_BYTES, Closing, DeadLetterClosed
from hawker.contracts.envelope import Envelope, to_headers
from orchestrator.projections import letters
from orchestrator.projections.letters import Letter

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PLACE = "hawker.requests/2/17"
WHY = [(ORIGIN, PLACE.encode()), (REASON, b"the decider raised"), (AT, NOON.isoformat().encode())]
OURS = to_headers(Envelope("e-1", "hawker.job.requested.v1", "test", NOON))
CLOSED = DeadLetterClosed(origin=PLACE, how=Closing.DISCARDED, by="ann", at=NOON, request_id="r-1")
TYPED = [("ce_type", DeadLetterClosed.type_name.encode())]


@dataclass
class Written:
    value: bytes | None = b'{"tenant_id": "demo"}'
    key: bytes | None = b"demo"
    headers: Sequence[tuple[str, bytes]] = tuple(WHY)
    topic: str = "hawker.dead-letters"
    partition: int = 3
    offset: int = 5
    timestamp: int = int(NOON.timestamp() * 1000) + 1000


def letter(record: Written) -> Letter:
    found = letters.read(record)
    assert isinstance(found, Letter)
    return found


def test_a_letter_is_kept_as_it_came_with_where_it_lay_and_why() -> None:
    found = letter(Written(headers=[*OURS, *WHY, (SUBJECT, b"job-1")]))
    assert (found.origin, found.topic, found.reason, found.at) == (PLACE, "hawker.requests", "the decider raised", NOON)
    assert (found.tenant_id, found.subject, found.type, found.event_id) == ("demo", "job-1", "hawker.job.requested.v1", "e-1")
    assert list(zip(found.header_names, found.header_values, strict=True)) == OURS
    assert (found.key, found.value, found.partition, found.letter_offset) == (b"demo", b'{"tenant_id": "demo"}', 3, 5)


def test_a_key_that_is_the_origin_stands_for_a_record_without_one() -> None:
    assert letter(Written(key=PLACE.encode())).key is None


@pytest.mark.parametrize(
    ("key", "value", "tenant"),
    [
        (b"demo", b'{"tenant_id": "demo"}', "demo"),
        (None, b'{"tenant_id": "demo"}', "demo"),
        (PLACE.encode(), b'{"tenant_id": "demo"}', "demo"),
        (b"other", b'{"tenant_id": "demo"}', None),
        (b"demo", b"{}", None),
        (b"demo", b"\xff", None),
        (b"demo", None, None),
        (b"demo", b'{"tenant_id": "../demo"}', None),
        (b"demo", b'{"tenant_id": ["demo"]}', None),
    ],
)
def test_a_tenant_is_who_the_value_says_unless_the_key_says_another(key: bytes | None, value: bytes | None, tenant: str | None) -> None:
    assert letter(Written(key=key, value=value)).tenant_id == tenant


def test_a_letter_of_an_unknown_tenant_is_about_no_job() -> None:
    assert letter(Written(value=b"garbage", headers=[*WHY, (SUBJECT, b"job-1")])).subject is None


def test_headers_that_pretend_to_be_ours_are_only_the_letters_own() -> None:
    forged = [(ORIGIN, b"hawker.journal/0/0"), (SUBJECT, b"another"), (VALUE_BYTES, b"999"), (REASON, b"lies")]
    found = letter(Written(headers=[*forged, *WHY]))
    assert (found.origin, found.subject, found.reason) == (PLACE, None, "the decider raised")
    assert (found.header_names, found.value_bytes) == ([name for name, _ in forged], len(found.value or b""))


def test_a_value_that_was_cut_says_how_long_it_was() -> None:
    assert letter(Written(headers=[*WHY, (VALUE_BYTES, b"700000")])).value_bytes == 700000


@pytest.mark.parametrize("said", [b"", b"-1", b"many", b"1e9", b"9" * 40, b"1", "²".encode()])
def test_a_length_that_is_none_is_the_length_there(said: bytes) -> None:
    found = letter(Written(headers=[*WHY, (VALUE_BYTES, said)]))
    assert found.value_bytes == len(found.value or b"")


@pytest.mark.parametrize("said", [b"", b"yesterday", b"0001-01-01T00:00:00+23:00", b"9999-12-31T23:59:59-23:00", b"1900-01-01"])
def test_a_moment_that_is_none_is_the_moment_it_was_written(said: bytes) -> None:
    record = Written(headers=[(ORIGIN, PLACE.encode()), (AT, said)])
    assert letter(record).at == datetime.fromtimestamp(record.timestamp / 1000, UTC)


@pytest.mark.parametrize("headers", [[], OURS, [(ORIGIN, b"")], [(ORIGIN, b"x" * 5000)], TYPED])
def test_a_letter_that_does_not_say_where_it_lay_is_known_by_its_own_place(headers: list[tuple[str, bytes]]) -> None:
    found = letter(Written(headers=headers))
    assert (found.origin, found.reason) == ("hawker.dead-letters/3/5", letters.NO_REASON)


def test_a_closing_says_what_became_of_which_letter() -> None:
    closing = Written(value=CLOSED.model_dump_json().encode(), key=b"demo", headers=TYPED)
    assert letters.read(closing) == letters.Closing(PLACE, "discarded", "ann", NOON, "r-1")


def test_a_closing_without_a_plausible_moment_was_made_when_it_was_written() -> None:
    said = CLOSED.model_dump_json().replace("2026-11-24T12:00:00Z", "0001-01-01T00:00:00+23:00").encode()
    found = letters.read(Written(value=said, headers=TYPED))
    assert isinstance(found, letters.Closing)
    assert found.at == datetime.fromtimestamp(Written.timestamp / 1000, UTC)


def test_a_dead_letter_that_was_a_closing_is_a_letter() -> None:
    assert letter(Written(value=CLOSED.model_dump_json().encode(), headers=[*TYPED, *WHY])).type == DeadLetterClosed.type_name


def test_no_text_holds_what_postgresql_cannot() -> None:
    headers = [("a\x00b", b"\x00"), ("ce_type", b"t\x00"), ("ce_id", b"\xff\x00"), (ORIGIN, b"t\x00/0/0"), (REASON, b"why\x00\xff")]
    found = letter(Written(headers=headers, value=json.dumps({"tenant_id": "demo\x00"}).encode()))
    texts = [found.origin, found.reason, found.topic, found.type, found.event_id, found.tenant_id, found.subject, *found.header_names]
    assert not any("\x00" in text for text in texts if text)
    assert found.header_values[0] == b"\x00"


NAMES = st.sampled_from([ORIGIN, REASON, SUBJECT, AT, VALUE_BYTES, "ce_type", "ce_id"]) | st.text(max_size=5)


@settings(deadline=None)
@given(
    headers=st.lists(st.tuples(NAMES, st.binary(max_size=30) | st.sampled_from([value for _, value in [*WHY, *TYPED]])), max_size=8),
    key=st.none() | st.binary(max_size=10),
    value=st.none() | st.binary(max_size=40) | st.just(CLOSED.model_dump_json().encode()),
    timestamp=st.integers(-(1 << 63), (1 << 63) - 1),
)
def test_nothing_that_anyone_may_write_stops_the_projector(
    headers: list[tuple[str, bytes]], key: bytes | None, value: bytes | None, timestamp: int
) -> None:
    found = letters.read(Written(headers=headers, key=key, value=value, timestamp=timestamp))
    assert found.origin or isinstance(found, letters.Closing)
