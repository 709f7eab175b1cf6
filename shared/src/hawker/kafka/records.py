"""A record of the log to a message with its place. What cannot be read is a value too, with its reason; nothing is raised."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import BaseModel

from hawker.contracts.codec import decode
from hawker.contracts.envelope import Envelope, from_headers
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.kafka.client import Record

REASON_CHARACTERS_MAX = 1000
"""A stranger's own words may be in it, and of any length."""
TIMESTAMP_MS_MAX = 253_370_764_800_000
"""The year 9999: a producer may write any number, and no calendar has all of them."""


def read[M: BaseModel](record: Record, table: Mapping[str, type[M]]) -> Recorded[M | Undecodable]:
    try:
        envelope = from_headers(record.headers)
        return _recorded(record, envelope, decode(envelope.type, record.value, table))
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as fault:  # Upcasters may meet anything.
        headers = tuple((name, value or b"") for name, value in record.headers)
        reason = (str(fault) or repr(fault))[:REASON_CHARACTERS_MAX]
        message = Undecodable(key=record.key, value=record.value, headers=headers, reason=reason)
        return _recorded(record, _nameless(record), message)


def _recorded[M](record: Record, envelope: Envelope, message: M) -> Recorded[M]:
    return Recorded(topic=record.topic, partition=record.partition, offset=record.offset, envelope=envelope, message=message)


def _nameless(record: Record) -> Envelope:
    """Its place is the only name that such a record surely has."""
    place = f"{record.topic}/{record.partition}/{record.offset}"
    milliseconds = min(max(record.timestamp, 0), TIMESTAMP_MS_MAX)
    return Envelope(id=place, type="", source="", time=datetime.fromtimestamp(milliseconds / 1000, UTC))
