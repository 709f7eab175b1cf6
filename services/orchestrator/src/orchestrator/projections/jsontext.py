"""JSON text that PostgreSQL takes: it knows no NUL character and no infinity. Reads nothing."""

import re

from pydantic_core import to_json

from orchestrator.projections.rows import Json

_NUL_IN_JSON = "\\u0000"
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""Not behind an odd backslash: there it is a backslash and the letters u0000."""
REPLACEMENT = "\ufffd"


def json_text(value: object) -> Json:
    return storable(to_json(value, inf_nan_mode="null").decode())


def storable(text: Json) -> Json:
    return _NUL.sub(rf"\1{REPLACEMENT}", text) if _NUL_IN_JSON in text else text


def plain(text: str) -> str:
    """The same for text that is no JSON."""
    return text.replace("\x00", REPLACEMENT)
