"""Etsy's document, with what tests.contract.documents mends of it and what only showed when whole exchanges were judged."""

from functools import cache
from typing import Any

from tests.contract.documents import UNDECLARED, Document, _bearer, _load, _objects, _operations

NAME = "etsy_open_api_v3_oas3.json"
IMAGES = "/v3/application/shops/{shop_id}/listings/{listing_id}/images"


@cache
def etsy() -> Document:
    spec = _load(NAME)
    for node in _objects(spec):
        if "default" in node and node["default"] is None and not node.get("nullable"):
            del node["default"]  # Null is no value of a type that is not nullable; validators refuse the whole file.
        if node.get("nullable") and None not in node.get("enum", [None]):
            node["enum"] = [*node["enum"], None]  # A word that may be null has to have null among its words.
    spec["components"]["schemas"]["ErrorSchema"] = _error()
    parts = spec["paths"][IMAGES]["post"]["requestBody"]["content"]["multipart/form-data"]
    parts["encoding"] = {"rank": {"contentType": "application/json"}}  # A number in a form is text; the judge has to be told to read it.
    _bearer(spec)
    for operation in _operations(spec):
        for status in UNDECLARED:
            operation["responses"].setdefault(status, {"description": "undeclared"})
    return Document(spec, "")


def _error() -> dict[str, Any]:  # Any: a schema
    """One object, or, undocumented, a list of what is wrong where (etsy/open-api #472, #622)."""
    text = {"type": "string"}
    one = {"type": "object", "required": ["error"], "properties": {"error": text, "error_description": text}}
    where = {"type": "object", "required": ["path", "message"], "properties": {"path": text, "type": text, "message": text}}
    return {"oneOf": [one, {"type": "array", "items": where}]}
