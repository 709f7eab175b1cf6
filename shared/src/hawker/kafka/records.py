"""A record of the log to a message with its place. What cannot be read is a value too, with its reason; nothing is raised."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import BaseModel

from hawker.contracts.codec import decode
from hawker.contracts.envelope import Envelope, from_headers
from hawker.contracts.recorded import Raw, Recorded, Undecodable
from hawker.kafka.client import Record

REASON_CHARACTERS_MAX = 1000
"""A stranger's own words may be in it, and of any length."""
TIMESTAMP_MS_MAX = 253_370_764_800_000
"""The year 9999: a producer may write any number, and no calendar has all of them."""


def read[M: BaseModel](record: Record, table: Mapping[str, type[M]], *, keep_raw: bool = False) -> Recorded[M | Undecodable]:
    try:
        envelope = from_headers(record.headers)
        raw = Raw(record.key, record.value, _headers(record)) if keep_raw else None
        return _recorded(record, envelope, decode(envelope.type, record.value, table), raw)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as fault:  # Upcasters may meet anything.
        reason = (str(fault) or repr(fault))[:REASON_CHARACTERS_MAX]
        message = Undecodable(key=record.key, value=record.value, headers=_headers(record), reason=reason)
        return _recorded(record, _nameless(record), message)


def _recorded[M](record: Record, envelope: Envelope, message: M, raw: Raw | None = None) -> Recorded[M]:
    return Recorded(record.topic, record.partition, record.offset, envelope, message, raw)


def _headers(record: Record) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, value or b"") for name, value in record.headers)


def _nameless(record: Record) -> Envelope:
    """Its place is the only name that such a record surely has."""
    place = f"{record.topic}/{record.partition}/{record.offset}"
    milliseconds = min(max(record.timestamp, 0), TIMESTAMP_MS_MAX)
    return Envelope(id=place, type="", source="", time=datetime.fromtimestamp(milliseconds / 1000, UTC))
