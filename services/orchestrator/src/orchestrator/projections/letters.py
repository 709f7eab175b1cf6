"""A record of the dead letters as a row, or as the word that closes one. Pure, and total: a letter may hold anything, and none stops the projector."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import BaseModel, ValidationError

from hawker.contracts.codec import ABOUT_LETTERS, decode
from hawker.contracts.dead_letters import AT, ORIGIN, REASON, SUBJECT, VALUE_BYTES
from hawker.contracts.words import Id
from hawker.kafka.client import Record
from orchestrator.projections.jsontext import plain

ORIGIN_CHARACTERS_MAX = 400
"""A topic's name has at most 249, and two numbers follow. What is longer is no origin, and no key of a row."""
NO_REASON = "it came to the dead letters without a word on why"
_EPOCH = datetime.fromtimestamp(0, UTC)
_LAST_SECOND = 253_402_300_799
"""Of the year 9999."""


class Letter(NamedTuple):
    """In the order of the SQL's columns."""

    origin: str
    tenant_id: str | None
    subject: str | None
    reason: str
    topic: str
    type: str | None
    event_id: str | None
    key: bytes | None
    header_names: list[str]
    header_values: list[bytes]
    value: bytes | None
    value_bytes: int
    at: datetime
    partition: int
    letter_offset: int


class Closing(NamedTuple):
    origin: str
    state: str
    by: str
    at: datetime
    request_id: str


class _Whose(BaseModel):
    tenant_id: Id


class _About(BaseModel):
    id: Id


def read(record: Record) -> Letter | Closing:
    headers, why = _split(record)
    if not why and (closing := _closing(record)) is not None:
        return closing
    origin = _origin(record, why)
    tenant_id = _tenant(record, origin)
    said = {name: value.decode(errors="replace") for name, value in headers}
    return Letter(
        origin=origin,
        tenant_id=tenant_id,
        subject=_subject(why) if tenant_id is not None else None,
        reason=plain(why.get(REASON, NO_REASON)),
        topic=origin.partition("/")[0],
        type=_plain_or_none(said.get("ce_type")),
        event_id=_plain_or_none(said.get("ce_id")),
        key=None if record.key == origin.encode() else record.key,
        header_names=[plain(name) for name, _ in headers],
        header_values=[value for _, value in headers],
        value=record.value,
        value_bytes=_length(record, why),
        at=_moment(record, why),
        partition=record.partition,
        letter_offset=record.offset,
    )


def _split(record: Record) -> tuple[Sequence[tuple[str, bytes]], dict[str, str]]:
    """The original headers, and what was said on top of them: the last origin begins it, whatever the letter itself pretends before."""
    headers = [(name, value or b"") for name, value in record.headers]
    begins = max((place for place, (name, _) in enumerate(headers) if name == ORIGIN), default=len(headers))
    return headers[:begins], {name: value.decode(errors="replace") for name, value in headers[begins:]}


def _closing(record: Record) -> Closing | None:
    """None where it is a letter itself: nothing is dropped."""
    ce_type = dict(record.headers).get("ce_type") or b""
    try:
        said = decode(ce_type.decode(), record.value, ABOUT_LETTERS)
    except (ValueError, LookupError, TypeError):  # An upcaster may meet anything in an outsider's record.
        return None
    return Closing(plain(said.origin), said.how, plain(said.by), _plausible(said.at, record), said.request_id)


def _origin(record: Record, why: dict[str, str]) -> str:
    """A letter that does not say where it lay is known by its own place."""
    said = plain(why.get(ORIGIN, ""))
    return said if 0 < len(said) <= ORIGIN_CHARACTERS_MAX else f"{record.topic}/{record.partition}/{record.offset}"


def _tenant(record: Record, origin: str) -> str | None:
    """Whose it says it is. Where its key says another, nobody's: better an operator looks at it than the wrong tenant."""
    try:
        tenant_id = _Whose.model_validate_json(record.value or b"").tenant_id
    except ValidationError:
        return None
    return tenant_id if record.key in {None, origin.encode(), tenant_id.encode()} else None


def _subject(why: dict[str, str]) -> str | None:
    try:
        return _About(id=why[SUBJECT]).id
    except (KeyError, ValidationError):
        return None


def _length(record: Record, why: dict[str, str]) -> int:
    there = len(record.value or b"")
    said = why.get(VALUE_BYTES, "")
    return max(there, int(said)) if said.isascii() and said.isdigit() and len(said) <= len(str(1 << 40)) else there


def _moment(record: Record, why: dict[str, str]) -> datetime:
    try:
        return _plausible(datetime.fromisoformat(why[AT]), record)
    except (KeyError, ValueError):
        return _written_at(record)


def _plausible(said: datetime, record: Record) -> datetime:
    """In UTC, or when the record was written, where that is no moment since computers tell time."""
    try:
        moment = said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
    except OverflowError:
        return _written_at(record)
    return moment if moment >= _EPOCH else _written_at(record)


def _written_at(record: Record) -> datetime:
    """A client may write any number here."""
    return datetime.fromtimestamp(min(max(record.timestamp, 0) / 1000, _LAST_SECOND), UTC)


def _plain_or_none(text: str | None) -> str | None:
    return None if text is None else plain(text)
