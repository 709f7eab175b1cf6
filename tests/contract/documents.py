"""The vendors' own API documents as a judge of every request and every answer. Known defects are mended here, at load time, and nowhere else.

The documents are read where they lie (HAWKER_SPECS, or ../shared/specs beside the project) and never copied into it.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.templating.paths.finders import APICallPathFinder
from werkzeug.datastructures import Headers, ImmutableMultiDict

type Json = dict[str, Any]  # Any: the vendors' documents, of any depth

HOST = "https://document.example"
"""Requests are judged by path alone: whatever host they went to stands for the vendor's."""
UNDECLARED = ("401", "403", "429")
"""Answers that every vendor gives and no document declares."""


@dataclass
class Asked:
    """A request as it went over the wire; also what openapi-core wants to know of one (it writes into `parameters`)."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None
    parameters: RequestParameters = field(init=False)

    def __post_init__(self) -> None:
        query = httpx.QueryParams(urlsplit(self.url).query).multi_items()
        self.method = self.method.lower()
        self.parameters = RequestParameters(query=ImmutableMultiDict(query), header=Headers(list(self.headers.items())))

    @property
    def host_url(self) -> str:
        return HOST

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def content_type(self) -> str:
        return str(self.parameters.header.get("content-type", ""))


@dataclass(frozen=True)
class Answered:
    """An answer as it came."""

    status_code: int
    headers: Headers
    data: bytes | None = None

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")


class Document:
    """One API. `faults` is empty where both sides kept to it."""

    def __init__(self, spec: Json, base_path: str) -> None:
        self.base_path = base_path
        self._api = OpenAPI.from_dict(spec | {"servers": [{"url": HOST + base_path}]}, config=Config(spec_validator_cls=None))

    def faults(self, asked: Asked, answered: Answered | None = None) -> list[str]:
        found = [f"request: {_say(error)}" for error in self._api.iter_request_errors(asked)]
        if answered is not None:
            found += [f"answer: {_say(error)}" for error in self._api.iter_response_errors(asked, answered)]
        return found

    def operation(self, asked: Asked) -> str:
        """The operationId that the document gives this request."""
        found = APICallPathFinder(self._api.spec).find(asked.method, asked.host_url + asked.path)
        return str(found.operation.read_value()["operationId"])


def _say(error: BaseException) -> str:
    """An error with everything it follows from: openapi-core keeps the reason in its cause."""
    reasons = [str(error)]
    while error.__cause__ is not None:
        error = error.__cause__
        details = [f"{'/'.join(map(str, one.absolute_path))}: {one.message}" for one in getattr(error, "schema_errors", ())]
        reasons += details or [str(error)]
    return "; ".join(dict.fromkeys(reasons))


# The documents


@cache
def ebay_inventory() -> Document:
    spec = _load("ebay_sell_inventory_v1_oas3.json")
    for name in ("Product", "InventoryItemGroup"):  # Typed `string`; the API takes a name with its values.
        spec["components"]["schemas"][name]["properties"]["aspects"] = {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        }
    return Document(_ebay(spec), "/sell/inventory/v1")


@cache
def ebay_media() -> Document:
    spec = _load("ebay_commerce_media_v1_beta_oas3.json")
    # Its text asks for a multipart form with an `image`, its operation declares no body. The bytes have no JSON type.
    form = {"type": "object", "required": ["image"], "properties": {"image": {}}}
    upload = spec["paths"]["/image/create_image_from_file"]["post"]
    upload["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    return Document(_ebay(spec), "/commerce/media/v1_beta")


@cache
def ebay_analytics() -> Document:
    return Document(_ebay(_load("ebay_developer_analytics_v1_beta_oas3.json")), "/developer/analytics/v1_beta")


@cache
def etsy() -> Document:
    spec = _load("etsy_open_api_v3_oas3.json")
    for node in _objects(spec):
        if "default" in node and node["default"] is None and not node.get("nullable"):
            del node["default"]  # Null is no value of a type that is not nullable; validators refuse the whole file.
        if node.get("nullable") and None not in node.get("enum", [None]):
            node["enum"] = [*node["enum"], None]  # A word that may be null has to have null among its words.
    spec["components"]["schemas"]["ErrorSchema"] = _etsy_error()
    upload = spec["paths"]["/v3/application/shops/{shop_id}/listings/{listing_id}/images"]["post"]
    form = upload["requestBody"]["content"]["multipart/form-data"]
    form["encoding"] = {"rank": {"contentType": "application/json"}}  # A number in a form is text; the judge has to be told to read it.
    _bearer(spec)
    for operation in _operations(spec):
        for status in UNDECLARED:
            operation["responses"].setdefault(status, {"description": "undeclared"})
    return Document(spec, "")


def _etsy_error() -> Json:
    """One object, or, undocumented, a list of what is wrong where (etsy/open-api #472)."""
    text = {"type": "string"}
    one = {"type": "object", "required": ["error"], "properties": {"error": text, "error_description": text}}
    where = {"type": "object", "required": ["path", "message"], "properties": {"path": text, "type": text, "message": text}}
    return {"oneOf": [one, {"type": "array", "items": where}]}


def _ebay(spec: Json) -> Json:
    """What all of eBay's documents lack."""
    for node in _objects(spec):
        if node.get("type") == "object" and "enum" in node:
            node["type"] = "string"  # A word from a list is no object.
    for schema in spec["components"]["schemas"].values():
        if "properties" in schema and "allOf" not in schema:
            schema.setdefault("additionalProperties", False)  # The API refuses or drops what it does not know; the document lets it pass.
    _bearer(spec)
    errors = {"type": "object", "properties": {"errors": {"type": "array", "items": {"$ref": "#/components/schemas/Error"}}}}
    spec["components"]["schemas"]["Error"]["properties"]["subDomain"] = {"type": "string"}  # Both spellings are seen.
    for operation in _operations(spec):
        for status in (*UNDECLARED, *[status for status in operation["responses"] if status[0] in "45"]):
            operation["responses"][status] = {"description": "errors", "content": {"application/json": {"schema": errors}}}
    return spec


def _bearer(spec: Json) -> None:
    """A consent screen cannot be judged; that a token was sent can."""
    schemes = spec["components"]["securitySchemes"]
    for name, scheme in schemes.items():
        if scheme["type"] == "oauth2":
            schemes[name] = {"type": "http", "scheme": "bearer"}


def _load(name: str) -> Json:
    folder = Path(os.environ.get("HAWKER_SPECS") or Path(__file__).parents[3] / "shared" / "specs")
    spec: Json = json.loads((folder / name).read_text(encoding="utf-8"))
    return spec


def _operations(spec: Json) -> Iterator[Json]:
    for path in spec["paths"].values():
        yield from (operation for operation in path.values() if isinstance(operation, dict) and "responses" in operation)


def _objects(node: object) -> Iterator[MutableMapping[str, Any]]:  # Any: as above
    if isinstance(node, dict):
        yield node
        for child in list(node.values()):
            yield from _objects(child)
    elif isinstance(node, list):
        for child in node:
            yield from _objects(child)


# In front of httpx

type Sender = Callable[[httpx.Request], httpx.Response]


@dataclass
class Judge:
    """Wraps what answers a client in a test; every exchange it sees must keep to the document its path belongs to."""

    documents: Sequence[Document]
    seen: list[str] = field(default_factory=list)
    """The operations that were judged, in order."""

    def transport(self, answer: Sender) -> httpx.MockTransport:
        async def judged(request: httpx.Request) -> httpx.Response:
            await request.aread()
            response = answer(request)
            self.judge(request, response)
            return response

        return httpx.MockTransport(judged)

    def judge(self, request: httpx.Request, response: httpx.Response) -> None:
        asked = Asked(request.method, str(request.url), request.headers, request.content or None)
        document = self._document(asked)
        if document is None:
            return
        self.seen.append(document.operation(asked))
        faults = document.faults(asked, Answered(response.status_code, Headers(list(response.headers.items())), response.content or None))
        assert not faults, f"{request.method} {request.url.path}: {faults}"

    def _document(self, asked: Asked) -> Document | None:
        """None for paths that no document describes, such as the token endpoint."""
        return next((one for one in self.documents if one.base_path and asked.path.startswith(one.base_path)), None)
