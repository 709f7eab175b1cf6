"""A letter as people see it: as JSON where it is, and without what looks like a secret. Pure."""

import base64

from pydantic import JsonValue
from pydantic_core import from_json

from api_gateway.letters import rules
from api_gateway.letters.bodies import DeadLetterBody, DeadLetterDetail, HeaderBody
from api_gateway.letters.letter import Letter, Raw
from hawker.contracts.topics import Topics
from hawker.telemetry.redaction import redact, scrub

_NO_TEXT = "latin-1"
"""Gives every byte a character and back, so that what looks like a secret is found in any bytes."""


def listed(letter: Letter, topics: Topics) -> DeadLetterBody:
    return DeadLetterBody.model_validate(_head(letter, topics))


def whole(letter: Letter, raw: Raw, topics: Topics) -> DeadLetterDetail:
    there, value = _json(raw.value)
    key = _text(raw.key)
    return DeadLetterDetail.model_validate(
        {
            **_head(letter, topics),
            "partition": letter.partition,
            "offset": letter.letter_offset,
            "key": None if key is None else scrub(key),
            "key_base64": _base64(raw.key) if key is None else None,
            "headers": [_header(name, content) for name, content in raw.headers],
            "value": value,
            "value_base64": None if there else _base64(raw.value),
            "kept_bytes": letter.kept_bytes,
        }
    )


def _head(letter: Letter, topics: Topics) -> dict[str, object]:
    return {
        "origin": letter.origin,
        "tenant_id": letter.tenant_id,
        "job_id": letter.subject,
        "reason": scrub(letter.reason),
        "topic": letter.topic,
        "type": letter.type,
        "event_id": letter.event_id,
        "at": letter.at,
        "state": letter.state,
        "value_bytes": letter.value_bytes,
        "is_cut": letter.is_cut,
        "stays": rules.stays(letter, topics),
        "closed_by": letter.closed_by,
        "closed_at": letter.closed_at,
        "request_id": letter.request_id,
    }


def _header(name: str, content: bytes) -> HeaderBody:
    text = _text(content)
    if text is None:
        return HeaderBody(name=name, base64=_base64(content))
    return HeaderBody(name=name, value=redact({name: text})[name])


def _json(value: bytes | None) -> tuple[bool, JsonValue]:
    """Whether it is JSON, and the JSON; infinities are not."""
    try:
        return True, redact({"value": from_json(value or b"", allow_inf_nan=False)})["value"]
    except ValueError:
        return False, None


def _text(content: bytes | None) -> str | None:
    try:
        return None if content is None else content.decode()
    except UnicodeDecodeError:
        return None


def _base64(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(scrub(content.decode(_NO_TEXT)).encode(_NO_TEXT)).decode()
