"""Etsy's calls for one shop, each of them once. It never repeats a call, save after a token that Etsy refused before doing anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx
from pydantic import BaseModel, JsonValue, SecretStr, ValidationError

from etsy_worker.etsy import auth, errors
from etsy_worker.etsy.answers import Inventory, Listing, ListingImage, ListingImages, ListingPage
from etsy_worker.etsy.errors import Effect
from etsy_worker.etsy.limits import ALT_TEXT_CHARACTERS_MAX
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.words import Result
from hawker.worker.pictures import Picture

TOKENS_MAX = 3
"""For one call: our own, the one that another worker had stored meanwhile, and one that is surely new."""
LOOKS_MAX = 3
"""For a listing that seems gone, while tokens change."""
PAGE_LISTINGS_MAX = 100
V3 = "/v3/application"


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    effect: Effect
    params: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    json: Result | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None


@dataclass(frozen=True, slots=True)
class Etsy:
    """One shop at Etsy."""

    http: httpx.AsyncClient
    app: auth.App
    shop_id: int
    token: auth.TokenSource

    async def create_draft(self, fields: Result) -> Listing | Failure:
        call = Call("POST", f"{V3}/shops/{self.shop_id}/listings", Effect.CREATES, form=form(fields))
        return await self._answer(call, Listing)

    async def drafts(self, offset: int, count_max: int = PAGE_LISTINGS_MAX) -> ListingPage | Failure:
        """One page of the shop's drafts, in no promised order: Etsy sorts only what is searched."""
        params = {"state": "draft", "limit": str(count_max), "offset": str(offset)}
        return await self._answer(Call("GET", f"{V3}/shops/{self.shop_id}/listings", Effect.READS, params=params), ListingPage)

    async def listing(self, listing_id: str) -> Listing | Failure | None:
        """None when Etsy no longer has it.

        Whoever may not see a draft is told that it is not there, and a token that just died makes us such a one.
        So "gone" is believed only between two calls that need the token and accept the same one.
        """
        call = Call("GET", f"{V3}/listings/{listing_id}", Effect.READS)
        found = _unless_gone(await self._answer(call, Listing))
        for _ in range(LOOKS_MAX):
            if found is not None:
                return found
            before = await self._accepted_token()
            if isinstance(before, Failure):
                return before
            found = _unless_gone(await self._answer(call, Listing))
            after = await self._accepted_token() if found is None else before
            if after == before:
                return found
        return Failure(kind=FailureKind.TRANSIENT, reason="Etsy's permission changed while we looked for the listing.")

    async def _accepted_token(self) -> SecretStr | Failure:
        """The token that Etsy takes now; one that it refuses is replaced on the way."""
        accepted = await self.drafts(0, count_max=1)
        return accepted if isinstance(accepted, Failure) else await self.token(None)

    async def activate(self, listing_id: str, fields: Result) -> Listing | Failure:
        """Publish a listing; Etsy charges for it."""
        call = Call("PATCH", f"{V3}/shops/{self.shop_id}/listings/{listing_id}", Effect.CREATES, form=form({"state": "active", **fields}))
        return await self._answer(call, Listing)

    async def images(self, listing_id: str) -> ListingImages | Failure:
        return await self._answer(Call("GET", f"{V3}/listings/{listing_id}/images", Effect.READS), ListingImages)

    async def upload_image(self, listing_id: str, picture: Picture, *, rank: int, alt: str) -> ListingImage | Failure:
        call = Call(
            "POST",
            f"{V3}/shops/{self.shop_id}/listings/{listing_id}/images",
            Effect.CREATES,
            form=form({"rank": rank, "alt_text": alt[:ALT_TEXT_CHARACTERS_MAX]}),
            files={"image": (picture.name, picture.content, picture.content_type)},
        )
        return await self._answer(call, ListingImage)

    async def inventory(self, listing_id: str) -> Inventory | Failure | None:
        """None where a listing has none yet."""
        return _unless_gone(await self._answer(Call("GET", f"{V3}/listings/{listing_id}/inventory", Effect.READS), Inventory))

    async def put_inventory(self, listing_id: str, inventory: Result) -> Inventory | Failure:
        return await self._answer(Call("PUT", f"{V3}/listings/{listing_id}/inventory", Effect.REPLACES, json=inventory), Inventory)

    async def _answer[M: BaseModel](self, call: Call, model: type[M]) -> M | Failure:
        answer = await self._authorised(call)
        if isinstance(answer, Failure):
            return answer
        if not answer.is_success:
            return errors.of_answer(answer, call.effect)
        try:
            return model.model_validate_json(answer.content)
        except ValidationError as fault:
            return errors.of_gibberish(fault, call.effect)

    async def _authorised(self, call: Call) -> httpx.Response | Failure:
        """A refused token is replaced, also one that came from elsewhere and has died too; a 401 comes before anything is done."""
        refused: str | None = None
        for tries_left in reversed(range(TOKENS_MAX)):
            token = await self.token(refused)
            if isinstance(token, Failure):
                return token
            answer = await self._send(call, auth.headers(self.app, token))
            if isinstance(answer, Failure) or answer.status_code != HTTPStatus.UNAUTHORIZED or not tries_left:
                return answer
            refused = token.get_secret_value()
        raise AssertionError("the last token's answer is the answer")

    async def _send(self, call: Call, headers: Mapping[str, str]) -> httpx.Response | Failure:
        try:
            return await self.http.request(
                call.method, call.path, params=call.params or None, headers=headers, data=call.form, json=call.json, files=call.files
            )
        except (httpx.TransportError, httpx.InvalidURL) as fault:
            return errors.of_silence(fault, call.effect)


def form(fields: Result) -> dict[str, str]:
    """A form as Etsy's staff describe it: lists joined by commas, no quotes, no brackets (etsy/open-api #291, #557)."""
    return {name: _field(value) for name, value in fields.items()}


def _field(value: JsonValue) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return ",".join(map(str, value))
        case _:
            return str(value)


def _unless_gone[M: BaseModel](answer: M | Failure) -> M | Failure | None:
    return None if isinstance(answer, Failure) and errors.is_gone(answer) else answer
