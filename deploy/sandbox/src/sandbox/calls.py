"""What passes between the HTTP edge and the models: a call's values in, an answer's values out. Never touches a socket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from multidict import MultiDict, MultiMapping
from pydantic import JsonValue

type JsonObject = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body; a plain field is a part without a file name."""

    content: bytes
    filename: str = ""

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the models see it. `now` is in seconds since 1970; `headers` ignore case at the edge."""

    now: float = 0.0
    base_url: str = "http://127.0.0.1"
    account: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    query: MultiMapping[str] = field(default_factory=MultiDict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: JsonValue = None
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)
    parts: Mapping[str, Part] = field(default_factory=dict)

    def field(self, name: str) -> str:
        """The first value of a form's field, or the text of a part; empty when it is not there."""
        if name in self.parts:
            return self.parts[name].text
        return next(iter(self.form.get(name, ())), "")


@dataclass(frozen=True, slots=True)
class Answer:
    """`effect` says that the call changed what stands on the marketplace."""

    status: int
    body: JsonValue | bytes = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    effect: bool = False


def at(value: JsonValue | bytes, *path: str) -> JsonValue:
    """What stands in nested objects under these names; None where one is missing."""
    found: JsonValue = None if isinstance(value, bytes) else value
    for name in path:
        if not isinstance(found, dict):
            return None
        found = found.get(name)
    return found


def text_at(value: JsonValue | bytes, *path: str) -> str:
    found = at(value, *path)
    return found if isinstance(found, str) else ""


def texts_at(value: JsonValue | bytes, *path: str) -> tuple[str, ...]:
    found = at(value, *path)
    return tuple(entry for entry in found if isinstance(entry, str)) if isinstance(found, list) else ()


def objects_at(value: JsonValue | bytes, *path: str) -> tuple[JsonObject, ...]:
    found = at(value, *path)
    return tuple(entry for entry in found if isinstance(entry, dict)) if isinstance(found, list) else ()


def whole_number(value: JsonValue) -> int | None:
    """JSON's true and false are no numbers here."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


DIGITS_MAX = 18


def digits(text: str) -> int | None:
    """The whole number that a text is; None where it is none, or longer than any id."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX else None


def is_within(text: str, low: int, high: int) -> bool:
    number = digits(text)
    return number is not None and low <= number <= high
