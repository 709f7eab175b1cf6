"""The past stays readable: how an old version of a message becomes the next one.

An upcaster takes the JSON object of its version and gives the next version's name and object.
None is ever removed. There is none yet: every message is in its first version.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

type Json = dict[str, Any]  # Any: a message of a version that has no model any more
type Upcaster = Callable[[Json], tuple[str, Json]]

UPCASTERS: Mapping[str, Upcaster] = {}


def upcast(type_name: str, value: bytes | None, upcasters: Mapping[str, Upcaster] = UPCASTERS) -> tuple[str, bytes | None]:
    """The newest version's name and bytes. Bytes pass untouched where no upcaster is named."""
    if value is None or type_name not in upcasters:
        return type_name, value
    body: Json = json.loads(value)
    seen: set[str] = set()
    while type_name in upcasters:
        assert type_name not in seen, f"an upcaster of {type_name} leads back to it"
        seen.add(type_name)
        type_name, body = upcasters[type_name](body)
    return type_name, json.dumps(body, separators=(",", ":")).encode()
