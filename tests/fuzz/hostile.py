"""What no honest sender would write: text, headers, and JSON that was valid once and then lost, gained or changed a part."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st


class Raw(str):
    """Text that stands in the document as it is, JSON or not."""

    __slots__ = ()


WORDS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\x1b[2J",
    "\r\nX-Injected: 1",
    "../../etc/passwd",
    "'; drop table jobs; --",
    "\u202eelgnat",
    "\ufeff",
    "\U0001f480" * 3,
    "é" * 65,
    "x" * 10_000,
    "demo",
    "job-1",
    "NaN",
    "-1",
    "2026-01-01T00:00:00",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59.999999-23:59",
    "2026-11-24T12:00:00Z",
    "2099-01-01T00:00:00Z",
)
TOKENS = (
    *("null", "true", "false", "0", "-1", "1", "0.1", "1e15", "1e30", "1e400", "-1e400", "NaN", "Infinity", "-Infinity"),
    *("2147483648", "9223372036854775807", "9223372036854775808", "1" * 30, "7" * 4000, "7" * 9000),
    *("[]", "{}", "[[],{}]", '{"a":1,"a":2}', "[" * 150 + "]" * 150, "[" * 5000, '{"a":' * 180 + "1" + "}" * 180),
    *(r'"\ud800"', r'"\u0000"', r'"\udfff\ud800"', '"', "'x'", "", "/* */ 1", "01", "+1", "0x10"),
)

words = st.one_of(st.sampled_from(WORDS), st.text(max_size=30))
tokens = st.one_of(st.sampled_from(TOKENS), words.map(json.dumps), st.integers().map(str), st.floats().map(repr)).map(Raw)
blobs = st.one_of(st.binary(max_size=200), words.map(lambda word: word.encode("utf-8", "surrogatepass")), st.just(b"\xff\xfe" * 40))


def dump(value: object) -> str:
    """JSON, with Raw parts as they are; a mapping may be a list of pairs, so that a key can come twice."""
    match value:
        case Raw():
            return str(value)
        case Pairs():
            return "{" + ",".join(f"{json.dumps(key)}:{dump(inner)}" for key, inner in value) + "}"
        case Mapping():
            return "{" + ",".join(f"{json.dumps(str(key))}:{dump(inner)}" for key, inner in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(dump, value)) + "]"
        case _:
            return json.dumps(value, default=str)


class Pairs(list[tuple[str, Any]]):  # Any: JSON
    """An object whose keys may repeat."""

    __slots__ = ()


@st.composite
def mutated(draw: st.DrawFn, document: object, changes_max: int = 3) -> str:
    """The document's JSON after up to so many changes, perhaps none."""
    for _ in range(draw(st.integers(0, changes_max))):
        document = draw(_changed(document))
    return dump(document)


@st.composite
def _changed(draw: st.DrawFn, value: object) -> object:
    """One place, somewhere in it, is other than it was."""
    goes_deeper = draw(st.integers(0, 9)) > 0
    match value:
        case dict() if value and goes_deeper:
            key = draw(st.sampled_from(sorted(value)))
            return draw(_without(value, key)) if draw(st.integers(0, 4)) == 0 else {**value, key: draw(_changed(value[key]))}
        case list() if value and goes_deeper:
            place = draw(st.integers(0, len(value) - 1))
            return [*value[:place], draw(_changed(value[place])), *value[place + 1 :]]
        case _:
            return draw(_replaced(value))


@st.composite
def _without(draw: st.DrawFn, value: Mapping[str, object], key: str) -> object:
    rest = {name: inner for name, inner in value.items() if name != key}
    match draw(st.sampled_from(["drop", "rename", "twice", "stranger"])):
        case "drop":
            return rest
        case "rename":
            return rest | {draw(words): value[key]}
        case "twice":
            return Pairs([*value.items(), (key, draw(tokens))])
        case _:
            return {**value, draw(words): draw(tokens)}


@st.composite
def _replaced(draw: st.DrawFn, value: object) -> object:
    match draw(st.sampled_from(["token", "word", "many", "inside", "near"])):
        case "word":
            return draw(words)
        case "many":
            return [value] * draw(st.sampled_from([0, 2, 30, 300]))
        case "inside":
            return {"value": value}
        case "near" if isinstance(value, str):
            return value + draw(words)
        case "near" if isinstance(value, int | float):
            return value * draw(st.sampled_from([-1, 0, 10, 10**9, 10**40]))
        case _:
            return draw(tokens)


@st.composite
def headers(draw: st.DrawFn, honest: Sequence[tuple[str, bytes]], changes_max: int = 2) -> list[tuple[str, bytes]]:
    """Record headers of which some are missing, double, strange, binary or without a value."""
    found = list(honest)
    for _ in range(draw(st.integers(0, changes_max))):
        place = draw(st.integers(0, len(found)))
        strange = draw(st.one_of(st.sampled_from(["ce_id", "ce_type", "ce_time", "ce_source", "ce_cause", "traceparent"]), words))
        match draw(st.sampled_from(["drop", "put", "change", "none"])):
            case "drop" if place < len(found):
                del found[place]
            case "change" if place < len(found):
                found[place] = (found[place][0], draw(blobs))
            case "none":
                found.insert(place, (strange, None))  # type: ignore[arg-type]  # Kafka's headers may have no value, and aiokafka gives None
            case _:
                found.insert(place, (strange, draw(blobs)))
    return found
