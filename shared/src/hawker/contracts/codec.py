"""Messages to bytes and back. One table says which type name is which model; unknown or oversize is an error value's worth of text."""

from collections.abc import Mapping
from typing import Any, Protocol, cast

from pydantic import BaseModel, ValidationError

from hawker.contracts import commands, dead_letters, facts, outcomes, requests
from hawker.contracts.limits import MESSAGE_BYTES_MAX
from hawker.contracts.upcasters import upcast

NAME_CHARACTERS_MAX = 150
"""Of a stranger's own words in a reason."""


class DecodeError(ValueError):
    """The bytes are no message of this table; the text says why, without repeating the content."""


class OversizeError(ValueError):
    """A message over MESSAGE_BYTES_MAX."""


class Named(Protocol):
    @property
    def type_name(self) -> str: ...


def _members(union: object) -> tuple[type[BaseModel], ...]:
    value = getattr(union, "__value__", union)
    return tuple(getattr(value, "__args__", (value,)))


def _table(union: object) -> Mapping[str, type[BaseModel]]:
    return {cast("Named", model).type_name: model for model in _members(union)}


REQUESTS = _table(requests.Request)
OUTCOMES = _table(outcomes.Outcome)
COMMANDS = _table(commands.Command)
FACTS = _table(facts.Fact)
INPUTS = {**REQUESTS, **OUTCOMES}
ABOUT_LETTERS: Mapping[str, type[dead_letters.DeadLetterClosed]] = {dead_letters.DeadLetterClosed.type_name: dead_letters.DeadLetterClosed}
"""What lies in the dead letters beside the letters."""
ALL: Mapping[str, type[BaseModel]] = {**REQUESTS, **OUTCOMES, **COMMANDS, **FACTS, **ABOUT_LETTERS}


def encode(message: BaseModel) -> bytes:
    """Compact JSON. Raises OversizeError over MESSAGE_BYTES_MAX."""
    value: bytes = message.__pydantic_serializer__.to_json(message)
    if len(value) > MESSAGE_BYTES_MAX:
        raise OversizeError(f"{type(message).__name__} has {len(value)} bytes, the limit is {MESSAGE_BYTES_MAX}: send less in one message")
    return value


def decode[M: BaseModel](type_name: str, value: bytes | None, table: Mapping[str, type[M]]) -> M:
    """Raises DecodeError."""
    type_name, value = upcast(type_name, value)
    model = table.get(type_name)
    if model is None:
        raise DecodeError(f"{type_name[:NAME_CHARACTERS_MAX]!r} is not a message that belongs here")
    if value is None:
        raise DecodeError(f"{type_name} came without a value")
    if len(value) > MESSAGE_BYTES_MAX:
        raise DecodeError(f"{type_name} has {len(value)} bytes, the limit is {MESSAGE_BYTES_MAX}")
    try:
        return model.model_validate_json(value)
    except ValidationError as fault:
        raise DecodeError(f"{type_name}: {_say(fault)}") from None


def _say(fault: ValidationError) -> str:
    """The first faults by place and reason; never the input itself, which may be private."""
    parts = [
        f"{'.'.join(map(str, error['loc']))[:NAME_CHARACTERS_MAX] or 'value'}: {error['msg'][:NAME_CHARACTERS_MAX]}"
        for error in fault.errors(include_input=False, include_url=False)[:5]
    ]
    return "; ".join(parts)


def as_json(message: BaseModel) -> dict[str, Any]:  # Any: JSON, for people and projections
    return message.model_dump(mode="json")
