"""A record of the log to a message with its place. What cannot be read is a value too, with its reason; nothing is raised."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import BaseModel

from hawker.contracts.codec import decode
from hawker.contracts.envelope import Envelope, from_headers
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.kafka.client import Record


def read[M: BaseModel](record: Record, table: Mapping[str, type[M]]) -> Recorded[M | Undecodable]:
    try:
        envelope = from_headers(record.headers)
        return _recorded(record, envelope, decode(envelope.type, record.value, table))
    except (ValueError, LookupError, TypeError) as fault:  # An upcaster may meet anything in an outsider's record.
        headers = tuple((name, value or b"") for name, value in record.headers)
        message = Undecodable(key=record.key, value=record.value, headers=headers, reason=str(fault) or repr(fault))
        return _recorded(record, _nameless(record), message)


def _recorded[M](record: Record, envelope: Envelope, message: M) -> Recorded[M]:
    return Recorded(topic=record.topic, partition=record.partition, offset=record.offset, envelope=envelope, message=message)


def _nameless(record: Record) -> Envelope:
    """Its place is the only name that such a record surely has."""
    place = f"{record.topic}/{record.partition}/{record.offset}"
    return Envelope(id=place, type="", source="", time=datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC))
