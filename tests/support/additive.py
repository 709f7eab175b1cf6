"""Whether what was written by an old schema can be read by a new one, as far as JSON schemas say it. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

type Schema = Mapping[str, Any]  # Any: JSON schema

WORDS = frozenset({"title", "description", "default", "examples"})
"""What may change at any time: nobody reads by it."""
SEEN = frozenset({"properties", "required", "enum", "anyOf", "items", "additionalProperties", "$defs", "$ref", "const"})


def breaks(old: Schema, new: Schema) -> list[str]:
    """What makes a message that fits `old` unreadable by `new`, by place. Empty for a change that only adds."""
    return list(_object(old, new, old, new, ""))


def _object(old: Schema, new: Schema, old_root: Schema, new_root: Schema, place: str) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    yield from _alternatives(old, new, old_root, new_root, place)
    if "anyOf" in old or "anyOf" in new:
        return
    for name, value in old.get("properties", {}).items():
        if name in new.get("properties", {}):
            yield from _object(value, new["properties"][name], old_root, new_root, f"{place}/{name}")
        else:
            yield f"{place}/{name} is gone"
    yield from (f"{place}/{name} must be there now" for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))))
    for part in ("items", "additionalProperties"):
        if isinstance(old.get(part), Mapping) and isinstance(new.get(part), Mapping):
            yield from _object(old[part], new[part], old_root, new_root, f"{place}/{part}")
    yield from (f"{place} no longer allows {value!r}" for value in old.get("enum", ()) if "enum" in new and value not in new["enum"])
    for word in sorted((old.keys() | new.keys()) - WORDS - SEEN):
        if old.get(word) != new.get(word) and word in new:
            yield f"{place}: {word} was {old.get(word)!r} and is {new.get(word)!r}"


def _alternatives(old: Schema, new: Schema, old_root: Schema, new_root: Schema, place: str) -> Iterator[str]:
    """Each old alternative fits a new one."""
    if "anyOf" not in old and "anyOf" not in new:
        return
    offered = new.get("anyOf", [new])
    for alternative in old.get("anyOf", [old]):
        if all(any(_object(alternative, one, old_root, new_root, place)) for one in offered):
            yield f"{place} no longer allows {_name(alternative)}"


def _resolved(schema: Schema, root: Schema) -> Schema:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Schema = root["$defs"][reference.rpartition("/")[2]]
    return found


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", schema.get("type", schema)))


def unreadable(released: Iterable[str], readable: Collection[str]) -> list[str]:
    """Types of a released version that are neither a model nor an upcaster's any more."""
    return [name for name in released if name not in readable]
