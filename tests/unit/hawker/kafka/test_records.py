"""A record becomes a message with its place, or a value that says why it is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from hawker.contracts import codec
from hawker.contracts.codec import FACTS, encode
from hawker.contracts.envelope import Envelope, to_headers
from hawker.contracts.facts import JobCompleted
from hawker.contracts.recorded import Undecodable
from hawker.kafka.records import read

NOW = datetime(2026, 1, 2, tzinfo=UTC)
FACT = JobCompleted(tenant_id="acme", at=NOW, job_id="j")
ENVELOPE = Envelope(id="f", type=FACT.type_name, source="test", time=NOW, cause="hawker.requests/1/2")


@dataclass
class _Record:
    """As aiokafka gives it."""

    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    topic: str = "hawker.journal"
    partition: int = 3
    offset: int = 14
    timestamp: int = 1_000
    key: bytes | None = b"acme"


def test_a_message_comes_with_its_envelope_and_place() -> None:
    recorded = read(_Record(encode(FACT), to_headers(ENVELOPE)), FACTS)
    assert (recorded.message, recorded.envelope, recorded.place) == (FACT, ENVELOPE, "hawker.journal/3/14")


def test_what_is_no_message_keeps_its_bytes_and_is_named_by_its_place() -> None:
    recorded = read(_Record(b"{}", [("ce_id", b"x"), ("ce_type", FACT.type_name.encode()), ("odd", b"\xff")]), FACTS)
    assert isinstance(recorded.message, Undecodable)
    assert (recorded.message.key, recorded.message.value) == (b"acme", b"{}")
    assert recorded.envelope == Envelope("hawker.journal/3/14", type="", source="", time=datetime.fromtimestamp(1, UTC))


def test_the_reason_names_fields_and_never_their_content() -> None:
    recorded = read(_Record(b'{"tenant_id": "a secret!"}', to_headers(ENVELOPE)), FACTS)
    assert isinstance(recorded.message, Undecodable)
    assert "tenant_id" in recorded.message.reason
    assert "secret" not in recorded.message.reason


@pytest.mark.parametrize("fault", [KeyError("gone"), TypeError("no mapping"), ValueError("no number")])
def test_an_upcaster_that_breaks_on_an_outsiders_record_breaks_nothing_else(fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_type_name: str, _value: bytes | None) -> tuple[str, bytes | None]:
        raise fault

    monkeypatch.setattr(codec, "upcast", broken)
    recorded = read(_Record(b"{}", to_headers(ENVELOPE)), FACTS)
    assert isinstance(recorded.message, Undecodable)
    assert str(fault) in recorded.message.reason


def test_a_record_without_a_time_is_readable() -> None:
    assert read(_Record(None, [], timestamp=-1), FACTS).envelope.time == datetime.fromtimestamp(0, UTC)
