"""Flea through a seller's browser: its few calls, each one request, each giving a value or a Failure. Decides nothing about repeats."""

import base64
import json
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote, urlencode

from pydantic import BaseModel, JsonValue, ValidationError

from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.plugin import MultipartBody, Part, TaskResult, TextBody
from hawker.worker.pictures import Picture
from plugin_bridge.flea import errors
from plugin_bridge.flea.pages import CSRF_FIELD, Created, Mine, Published, Seen, csrf_token
from plugin_bridge.plugin.browser import Request

FORM = {"content-type": "application/x-www-form-urlencoded"}


class Fetches(Protocol):
    """A browser, as this room needs it."""

    def fetch(self, request: Request) -> Awaitable[TaskResult | Failure]: ...


@dataclass(frozen=True, slots=True)
class Form:
    """One opened form. `token` is flea's proof that it was opened; it is written into the form and nowhere else."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Site:
    browser: Fetches
    base_url: str

    async def mine(self, handle: str) -> tuple[Seen, ...] | Failure:
        """The seller's listings with this handle."""
        answer = await self._fetch(Request("look", "GET", f"{self.base_url}/api/mine?{urlencode({'handle': handle})}"))
        found = answer if isinstance(answer, Failure) else _read(Mine, answer)
        return found if isinstance(found, Failure) else found.listings

    async def listing(self, listing_id: str) -> Seen | Failure:
        answer = await self._fetch(Request("look", "GET", f"{self.base_url}/api/listings/{quote(listing_id, safe='')}"))
        return answer if isinstance(answer, Failure) else _read(Seen, answer)

    async def form(self) -> Form | Failure:
        """The form that everything is sent with, as a seller's click would send it. Whoever is logged out learns it here."""
        page = await self._fetch(Request("form", "GET", f"{self.base_url}/sell"))
        if isinstance(page, Failure):
            return page
        token = csrf_token(page.body)
        if token is None:
            return Failure(kind=FailureKind.TRANSIENT, reason="flea's form looks different from what Hawker knows.")
        return Form(token)

    async def create(self, form: Form, listing: Mapping[str, JsonValue]) -> Created | Failure:
        fields = {name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for name, value in listing.items()}
        answer = await self._post("create", "/sell", form, fields)
        return answer if isinstance(answer, Failure) else _read(Created, answer)

    async def add_photo(self, form: Form, listing_id: str, picture: Picture, position: int) -> Failure | None:
        photo = Part(
            name="photo",
            base64=base64.b64encode(picture.content).decode(),
            filename=picture.name,
            content_type=picture.content_type,
        )
        parts = (Part(name=CSRF_FIELD, text=form.token), Part(name="position", text=str(position)), photo)
        url = f"{self.base_url}/listings/{quote(listing_id, safe='')}/photos"
        answer = await self._fetch(Request("add_photo", "POST", url, body=MultipartBody(parts=parts)))
        return answer if isinstance(answer, Failure) else None

    async def publish(self, form: Form, listing_id: str) -> Published | Failure:
        answer = await self._post("publish", f"/listings/{quote(listing_id, safe='')}/publish", form, {})
        return answer if isinstance(answer, Failure) else _read(Published, answer)

    async def _post(self, step: str, path: str, form: Form, fields: Mapping[str, str]) -> TaskResult | Failure:
        body = TextBody(text=urlencode({CSRF_FIELD: form.token, **fields}))
        return await self._fetch(Request(step, "POST", f"{self.base_url}{path}", headers=FORM, body=body))

    async def _fetch(self, request: Request) -> TaskResult | Failure:
        answer = await self.browser.fetch(request)
        if isinstance(answer, Failure):
            return answer
        return errors.failure(answer, reading=request.idempotent) or answer


def _read[M: BaseModel](model: type[M], answer: TaskResult) -> M | Failure:
    try:
        return model.model_validate_json(answer.body)
    except ValidationError:
        return errors.unreadable(answer, reading=model in {Mine, Seen})
