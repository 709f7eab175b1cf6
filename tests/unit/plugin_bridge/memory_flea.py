"""A flea in memory, reached as a browser would reach it: it keeps listings, wants its csrf token back, and fails where it is told to."""

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from pydantic import JsonValue

from hawker.contracts.failures import Failure
from hawker.contracts.plugin import MultipartBody, TaskResult, TextBody
from hawker.worker.links import Links
from hawker.worker.pictures import Picture, Pictures
from plugin_bridge.flea.defaults import Defaults
from plugin_bridge.flea.site import Site
from plugin_bridge.handlers.account import FleaAccount
from plugin_bridge.plugin.browser import Request
from tests.unit.plugin_bridge.examples import BASE_URL

TOKEN = 'a "token" & more'
PAGE = f"<form><input type=hidden name=csrf value='{TOKEN.replace('&', '&amp;')}'></form>"

type Fault = TaskResult | Failure


@dataclass
class MemoryFlea:
    """`faults` are given instead of an answer, by step, once each; `after` ones only once the request has had its effect."""

    listings: dict[str, dict[str, JsonValue]] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)
    after: dict[str, Fault] = field(default_factory=dict)

    async def fetch(self, request: Request) -> TaskResult | Failure:
        self.steps.append(request.step)
        if fault := self.faults.pop(request.step, None):
            return fault
        answer = self._answer(request)
        return self.after.pop(request.step, None) or answer

    def _answer(self, request: Request) -> TaskResult:
        url = urlsplit(request.url)
        match request.method, url.path.split("/")[1:]:
            case "GET", ["api", "mine"]:
                handle = dict(parse_qsl(url.query))["handle"]
                return data({"listings": [listing for listing in self.listings.values() if listing["handle"] == handle]})
            case "GET", ["api", "listings", listing_id]:
                return (
                    data(self.listings[listing_id]) if listing_id in self.listings else data({"errors": {"listing": "is not there"}}, 404)
                )
            case "GET", ["sell"]:
                return answered(PAGE, 200, "text/html; charset=utf-8")
            case "POST", ["sell"]:
                return self._create(_fields(request))
            case "POST", ["listings", listing_id, "photos"]:
                return self._add_photo(listing_id, _fields(request))
            case "POST", ["listings", listing_id, "publish"]:
                return self._publish(listing_id, _fields(request))
            case _:
                raise AssertionError(request)

    def _create(self, fields: dict[str, str]) -> TaskResult:
        assert fields.pop("csrf") == TOKEN
        listing_id = str(5001 + len(self.listings))
        self.listings[listing_id] = {
            "listing_id": listing_id,
            "status": "draft",
            "url": f"{BASE_URL}/listings/{listing_id}",
            "photos": [],
            **fields,
        }
        return data({"listing_id": listing_id}, 201)

    def _add_photo(self, listing_id: str, fields: dict[str, str]) -> TaskResult:
        assert fields["csrf"] == TOKEN
        photos = self.listings[listing_id]["photos"]
        assert isinstance(photos, list)
        photos.append({"position": int(fields["position"])})
        return data({"position": int(fields["position"])}, 201)

    def _publish(self, listing_id: str, fields: dict[str, str]) -> TaskResult:
        assert fields["csrf"] == TOKEN
        self.listings[listing_id]["status"] = "published"
        return data({"listing_id": listing_id, "url": self.listings[listing_id]["url"]})


class OnePicture(Pictures):
    """Every address has the same picture."""

    def __init__(self, content: bytes = b"picture") -> None:
        self.content = content

    async def fetch(self, url: str) -> Picture | Failure:
        assert url.startswith("https://")
        return Picture(self.content, "image/png", "picture.png")


class MemoryLinks(Links):
    def __init__(self) -> None:
        self.saved: list[tuple[object, ...]] = []

    async def save(self, *place: object) -> None:
        self.saved.append(place)


def account(flea: MemoryFlea, pictures: Pictures | None = None, links: Links | None = None) -> FleaAccount:
    return FleaAccount(Site(flea, BASE_URL), pictures or OnePicture(), links or MemoryLinks(), Defaults())


def answered(body: str, status: int, content_type: str, **headers: str) -> TaskResult:
    named = {"content-type": content_type} | {name.replace("_", "-"): value for name, value in headers.items()}
    return TaskResult(task_id="t", status=status, url=BASE_URL, headers=named, body=body)


def data(value: JsonValue, status: int = 200) -> TaskResult:
    return answered(json.dumps(value), status, "application/json")


def page(body: str, status: int, **headers: str) -> TaskResult:
    return answered(body, status, "text/html; charset=utf-8", **headers)


def _fields(request: Request) -> dict[str, str]:
    match request.body:
        case TextBody(text=text):
            assert request.headers == {"content-type": "application/x-www-form-urlencoded"}
            return dict(parse_qsl(text, keep_blank_values=True))
        case MultipartBody(parts=parts):
            return {part.name: part.text if part.text is not None else part.base64 or "" for part in parts}
        case _:
            raise AssertionError(request)
