"""The plugin protocol as one JSON Schema, for whoever speaks it in another language. `python -m hawker.contracts.plugin_schema` prints it."""

import json
import sys
from typing import Any

from pydantic import TypeAdapter

from hawker.contracts import plugin, plugin_policy

LIMITS = (
    "HELLO_SECONDS",
    "ACK_SECONDS",
    "KEEPALIVE_SECONDS",
    "MISSES_MAX",
    "RECONNECT_SECONDS_FIRST",
    "RECONNECT_SECONDS_MAX",
    "HELLO_BYTES_MAX",
    "RESULT_FRAME_BYTES_MAX",
    "RESULT_BODY_CHARS_MAX",
    "TASK_FRAME_BYTES_MAX",
    "TASKS_IN_FLIGHT_MAX",
    "TASKS_KNOWN_MAX",
)


def schema() -> dict[str, Any]:  # Any: JSON, for other languages
    """Frames under FromBrowser and FromBridge; limits, close codes and the rule's lists beside them as `x-` members."""
    sides: dict[str, TypeAdapter[Any]] = {
        "FromBrowser": plugin.FROM_BROWSER,
        "FromBridge": plugin.FROM_BRIDGE,
    }  # Any: two unions in one table
    _, shared = TypeAdapter.json_schemas([(name, "validation", side) for name, side in sides.items()])
    named = {name: _tagged(definition) for name, definition in shared["$defs"].items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Hawker plugin protocol, version {plugin.VERSION}",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in sides],
        "x-limits": {name: getattr(plugin, name) for name in LIMITS},
        "x-close-codes": {code.name: code.value for code in plugin.CloseCode},
        "x-policy": {
            "methods": sorted(plugin_policy.METHODS),
            "request-headers": sorted(plugin_policy.REQUEST_HEADERS),
            "response-headers": sorted(plugin_policy.RESPONSE_HEADERS),
            "never": sorted(plugin_policy.NEVER),
        },
        "$defs": named,
    }


def _tagged(definition: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """The member that says which frame or body this is must be there; pydantic fills it in, other languages have to write it."""
    tags = [name for name, member in definition.get("properties", {}).items() if "const" in member]
    return definition | {"required": [*tags, *definition.get("required", [])]} if tags else definition


def text() -> str:
    return json.dumps(schema(), indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
