"""The golden schemas: a message that changes in place, instead of getting a new version, is caught here; so is one that cannot be read any more."""

import copy
from pathlib import Path
from typing import Any

import pytest

from hawker.contracts.__main__ import golden
from hawker.contracts.codec import ALL
from hawker.contracts.upcasters import UPCASTERS
from tests.support import recordings
from tests.support.additive import breaks, unreadable

FOLDER = Path(__file__).parent / "golden"
ADVICE = "A message's schema has changed. Additive and meant? Run `make contracts` and commit. Else add a version and an upcaster."
VERSIONS = recordings.versions()


@pytest.mark.parametrize("name", sorted(golden()))
def test_a_message_is_as_its_golden_schema_says(name: str) -> None:
    assert (FOLDER / name).read_text() == golden()[name], ADVICE


def test_no_message_was_dropped() -> None:
    published = {path.name.removesuffix(".json") for path in FOLDER.glob("*.json")}
    assert unreadable(published, {*ALL, *UPCASTERS}) == [], "a version, once published, stays readable for ever"
    assert ALL.keys() <= published, ADVICE


@pytest.mark.parametrize("version", VERSIONS)
def test_every_message_of_a_release_can_still_be_read(version: str) -> None:
    released = recordings.frozen(version, "schemas.json")
    assert unreadable(released["messages"], {*ALL, *UPCASTERS}) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_no_upcaster_of_a_release_was_removed(version: str) -> None:
    assert set(recordings.frozen(version, "schemas.json")["upcasters"]) <= UPCASTERS.keys()


@pytest.mark.parametrize("version", VERSIONS)
def test_since_a_release_messages_have_only_been_added_to(version: str) -> None:
    released: dict[str, Any] = recordings.frozen(version, "schemas.json")["messages"]  # Any: JSON schema
    broken = {
        name: found
        for name, schema in released.items()
        if name in ALL and (found := breaks(schema, ALL[name].model_json_schema(mode="serialization")))
    }
    assert broken == {}, ADVICE


OLD: dict[str, Any] = {  # Any: JSON schema
    "$defs": {"Kind": {"enum": ["a", "b"], "type": "string"}, "Part": {"properties": {"n": {"type": "integer"}}, "required": ["n"]}},
    "properties": {
        "kind": {"$ref": "#/$defs/Kind"},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "name": {"type": "string", "maxLength": 10},
    },
    "required": ["kind"],
}


def changed(path: str, value: object) -> dict[str, Any]:  # Any: JSON schema

    schema = copy.deepcopy(OLD)
    *way, last = path.split("/")
    place = schema
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return schema


ADDITIVE = [
    ("properties/more", {"type": "string"}),
    ("$defs/Kind/enum", ["a", "b", "c"]),
    ("properties/note/anyOf", [{"type": "string"}, {"type": "integer"}, {"type": "null"}]),
    ("properties/name", {"anyOf": [{"type": "string", "maxLength": 10}, {"type": "null"}]}),
    ("properties/name/maxLength", None),
    ("properties/name/description", "what it is"),
]
BREAKING = [
    ("properties/name", None),
    ("required", ["kind", "name"]),
    ("$defs/Kind/enum", ["a"]),
    ("$defs/Part/required", ["n", "m"]),
    ("$defs/Part/properties/n/type", "string"),
    ("properties/note/anyOf", [{"type": "string"}]),
    ("properties/name/maxLength", 5),
    ("properties/name/type", "integer"),
    ("properties/kind", {"type": "integer"}),
]


@pytest.mark.parametrize(("path", "value"), ADDITIVE)
def test_what_only_adds_passes(path: str, value: object) -> None:
    assert breaks(OLD, changed(path, value)) == []


@pytest.mark.parametrize(("path", "value"), BREAKING)
def test_what_makes_an_old_message_unreadable_is_found(path: str, value: object) -> None:
    assert breaks(OLD, changed(path, value)) != []
