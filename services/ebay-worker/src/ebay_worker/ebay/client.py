"""eBay's calls for one seller, each of them once. It never repeats a call, save after a token that eBay refused before doing anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from ebay_worker.ebay import errors
from ebay_worker.ebay.answers import FIXED_PRICE, CreatedOffer, Image, Offer, Offers, Publication, Put
from ebay_worker.ebay.auth import TokenSource
from ebay_worker.ebay.errors import Effect
from ebay_worker.ebay.limits import OFFERS_PAGE_MAX
from hawker.contracts.failures import Failure
from hawker.contracts.words import Result
from hawker.worker.pictures import Picture

INVENTORY = "/sell/inventory/v1"
MEDIA = "/commerce/media/v1_beta"
TOKENS_MAX = 3
"""For one call: our own, the one that another worker had stored meanwhile, and one that is surely new."""


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    effect: Effect
    params: Mapping[str, str] = field(default_factory=dict)
    json: Result | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """The offer that we wanted to create exists; eBay may have named it."""

    offer_id: str | None


@dataclass(frozen=True, slots=True)
class Ebay:
    """One seller at eBay. `api` and `media` are its two hosts."""

    api: httpx.AsyncClient
    media: httpx.AsyncClient
    token: TokenSource
    language: str

    async def put_item(self, sku: str, payload: Result) -> Put | Failure:
        """A full replace, at once also in a live listing."""
        return await self._put(f"{INVENTORY}/inventory_item/{_part(sku)}", payload)

    async def put_group(self, key: str, payload: Result) -> Put | Failure:
        return await self._put(f"{INVENTORY}/inventory_item_group/{_part(key)}", payload)

    async def create_offer(self, payload: Result) -> CreatedOffer | AlreadyThere | Failure:
        call = Call("POST", f"{INVENTORY}/offer", Effect.CREATES, json=payload)
        answer = await self._authorised(self.api, call)
        if isinstance(answer, httpx.Response) and not answer.is_success:
            there = errors.offer_that_exists(answer)
            if there is not None:
                return AlreadyThere(there.parameter("offerId"))
        return _read(answer, call.effect, CreatedOffer)

    async def update_offer(self, offer_id: str, payload: Result) -> Put | Failure:
        """A full replace of all but what the offer is of."""
        return await self._put(f"{INVENTORY}/offer/{_part(offer_id)}", payload)

    async def find_offer(self, sku: str, marketplace_id: str) -> Offer | Failure | None:
        """The one fixed-price offer of a SKU on a marketplace."""
        params = {"sku": sku, "marketplace_id": marketplace_id, "format": FIXED_PRICE, "limit": str(OFFERS_PAGE_MAX)}
        found = await self._found(Call("GET", f"{INVENTORY}/offer", Effect.READS, params=params), Offers)
        if not isinstance(found, Offers):
            return found
        return next((one for one in found.offers if (one.marketplace_id, one.format) == (marketplace_id, FIXED_PRICE)), None)

    async def offer(self, offer_id: str) -> Offer | Failure | None:
        return await self._found(Call("GET", f"{INVENTORY}/offer/{_part(offer_id)}", Effect.READS), Offer)

    async def publish_offer(self, offer_id: str) -> Publication | Failure:
        call = Call("POST", f"{INVENTORY}/offer/{_part(offer_id)}/publish", Effect.CREATES)
        return _read(await self._authorised(self.api, call), call.effect, Publication)

    async def publish_group(self, key: str, marketplace_id: str) -> Publication | Failure:
        body: Result = {"inventoryItemGroupKey": key, "marketplaceId": marketplace_id}
        call = Call("POST", f"{INVENTORY}/offer/publish_by_inventory_item_group", Effect.CREATES, json=body)
        return _read(await self._authorised(self.api, call), call.effect, Publication)

    async def upload_image(self, picture: Picture) -> Image | Failure:
        """The picture's address at eBay: in the answer, or behind its Location where the answer has no body."""
        files = {"image": (picture.name, picture.content, picture.content_type)}
        call = Call("POST", f"{MEDIA}/image/create_image_from_file", Effect.CREATES, files=files)
        answer = await self._authorised(self.media, call)
        location = answer.headers.get("location", "") if isinstance(answer, httpx.Response) and answer.is_success else ""
        if location and not _has_body(answer):
            return await self._image(location.rstrip("/").rpartition("/")[2])
        return _read(answer, call.effect, Image)

    async def _image(self, image_id: str) -> Image | Failure:
        call = Call("GET", f"{MEDIA}/image/{_part(image_id)}", Effect.READS)
        return _read(await self._authorised(self.media, call), call.effect, Image)

    async def _put(self, path: str, payload: Result) -> Put | Failure:
        answer = await self._authorised(self.api, Call("PUT", path, Effect.REPLACES, json=payload))
        if isinstance(answer, Failure):
            return answer
        if not answer.is_success:
            return errors.of_answer(answer, Effect.REPLACES)
        return Put(created=answer.status_code == HTTPStatus.CREATED)

    async def _found[M: BaseModel](self, call: Call, model: type[M]) -> M | Failure | None:
        answer = await self._authorised(self.api, call)
        if isinstance(answer, httpx.Response) and not answer.is_success and errors.says_gone(answer):
            return None
        return _read(answer, call.effect, model)

    async def _authorised(self, http: httpx.AsyncClient, call: Call) -> httpx.Response | Failure:
        """A refused token is replaced, also one that came from elsewhere and has died too."""
        refused: str | None = None
        for tries_left in reversed(range(TOKENS_MAX)):
            token = await self.token(refused)
            if isinstance(token, Failure):
                return token
            answer = await self._send(http, call, token.get_secret_value())
            if isinstance(answer, Failure) or not tries_left or not errors.refuses_token(answer):
                return answer
            refused = token.get_secret_value()
        raise AssertionError("the last token's answer is the answer")

    async def _send(self, http: httpx.AsyncClient, call: Call, token: str) -> httpx.Response | Failure:
        # eBay refuses calls without Accept-Language (25709), although its document does not name the header.
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "Accept-Language": self.language}
        if call.files is None:
            headers |= {"Content-Type": "application/json", "Content-Language": self.language}
        try:
            return await http.request(call.method, call.path, params=call.params or None, headers=headers, json=call.json, files=call.files)
        except (httpx.TransportError, httpx.InvalidURL) as fault:
            return errors.of_silence(fault, call.effect)


def _read[M: BaseModel](answer: httpx.Response | Failure, effect: Effect, model: type[M]) -> M | Failure:
    if isinstance(answer, Failure):
        return answer
    if not answer.is_success:
        return errors.of_answer(answer, effect)
    try:
        return model.model_validate_json(answer.content)
    except ValidationError:
        return errors.of_gibberish(answer, effect)


def _has_body(answer: httpx.Response | Failure) -> bool:
    return isinstance(answer, httpx.Response) and bool(answer.content.strip())


def _part(text: str) -> str:
    return quote(text, safe="")
