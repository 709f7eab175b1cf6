"""The envelope around every message: CloudEvents 1.0 in Kafka's binary mode, plus the W3C trace context."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

type Headers = Sequence[tuple[str, bytes]]

HEADER_BYTES_MAX = 1024
"""Of one header that we read; other ones pass by unread."""
_READ = frozenset({"ce_id", "ce_type", "ce_source", "ce_time", "ce_cause", "traceparent"})
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}[!-~]{0,100}")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who said what, when. `cause` is the input a fact follows from, as `topic/partition/offset`."""

    id: str
    type: str
    source: str
    time: datetime
    traceparent: str | None = None
    cause: str | None = None


class EnvelopeError(ValueError):
    """The headers are not those of a Hawker message; the text says which is missing or wrong."""


def to_headers(envelope: Envelope) -> list[tuple[str, bytes]]:
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", envelope.id.encode()),
        ("ce_type", envelope.type.encode()),
        ("ce_source", envelope.source.encode()),
        ("ce_time", envelope.time.isoformat().encode()),
        ("content-type", b"application/json"),
    ]
    if envelope.traceparent is not None:
        headers.append(("traceparent", envelope.traceparent.encode()))
    if envelope.cause is not None:
        headers.append(("ce_cause", envelope.cause.encode()))
    return headers


def from_headers(headers: Iterable[tuple[str, bytes]]) -> Envelope:
    """Raises EnvelopeError."""
    try:
        found = {name: _text(name, value) for name, value in headers if name in _READ}
        return Envelope(
            id=found["ce_id"],
            type=found["ce_type"],
            source=found.get("ce_source", ""),
            time=_moment(found.get("ce_time")),
            traceparent=_trace(found.get("traceparent")),
            cause=found.get("ce_cause"),
        )
    except KeyError as missing:
        raise EnvelopeError(f"header {missing} is missing: send CloudEvents 1.0 in binary mode") from None
    except (UnicodeDecodeError, ValueError, TypeError, AttributeError) as fault:
        raise EnvelopeError(f"a header cannot be read: {fault}") from None


def _text(name: str, value: bytes) -> str:
    if len(value) > HEADER_BYTES_MAX:
        raise ValueError(f"{name} has {len(value)} bytes, the limit is {HEADER_BYTES_MAX}")
    return value.decode()


def _trace(text: str | None) -> str | None:
    """What is no trace context is as none, as its standard says: it must never cost a message."""
    return text if text is not None and _TRACEPARENT.fullmatch(text) else None


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.fromtimestamp(0, UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
