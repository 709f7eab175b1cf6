"""What marketplaces answer: whatever comes back, a call ends in a result or a Failure, which holds no secret and nobody's page."""

import gzip
import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from ebay_worker.ebay import auth as ebay_auth
from ebay_worker.ebay.client import Ebay
from etsy_worker.etsy import auth as etsy_auth
from etsy_worker.etsy.client import Etsy
from hawker.contracts.codec import encode
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.outcomes import TaskFailed
from hawker.contracts.plugin import TaskResult
from hawker.worker import bounded
from hawker.worker.accounts import Tokens
from hawker.worker.attempt import throttle
from hawker.worker.bounded import BoundedTransport
from hawker.worker.pictures import Picture, Pictures
from plugin_bridge.flea.site import Form, Site
from plugin_bridge.plugin.browser import Request
from tests.fuzz import hostile
from tests.fuzz.profile import fuzz
from tests.unit.hawker.worker.test_attempt import command

ACCESS, REFRESH, OURS, PAGE = "v1-access-token-0123456789", "v1-refresh-token-0123456789", "shared-secret-0123456789", "<html>Stack trace"
PICTURE = Picture(b"\x89PNG", "image/png", "mug.png")
TOKENS = Tokens(refresh_token=SecretStr(REFRESH), access_token=SecretStr(ACCESS), expires_at=datetime(2026, 1, 1, tzinfo=UTC))
SHAPES: list[object] = [
    {"errors": [{"errorId": 25002, "message": f"no: {ACCESS}", "longMessage": "no", "parameters": [{"name": "offerId", "value": "1"}]}]},
    {"offerId": "1", "sku": "s", "listing": {"listingId": "9"}, "status": "PUBLISHED", "marketplaceId": "EBAY_US", "format": "FIXED_PRICE"},
    {"offers": [{"offerId": "1", "marketplaceId": "EBAY_US", "format": "FIXED_PRICE"}], "imageUrl": "https://i.example/1"},
    {"access_token": "a", "refresh_token": "r", "expires_in": 7200, "token_type": "Bearer"},
    {"error": f"invalid_grant {REFRESH}", "error_description": f"the token {ACCESS} is not {OURS}"},
    {"listing_id": 1, "state": "draft", "title": "t", "url": "u", "results": [{"listing_id": 1, "state": "active"}]},
    {"results": [{"listing_image_id": 1, "rank": 1}], "listing_image_id": 1, "rank": 1},
    {"products": [{"sku": "s", "offerings": [{"price": {"amount": 1, "divisor": 100}, "quantity": 1}], "property_values": []}]},
    [{"path": "/title", "type": "string", "message": f"is not {ACCESS}"}],
    {"listings": [{"listing_id": 1, "photos": [{"position": 1}]}], "listing_id": "1", "url": "u", "errors": {"title": "is long"}},
]
WAITS = (
    "",
    "0",
    "-1",
    "nan",
    "inf",
    "-inf",
    "1e400",
    "1e300",
    "7",
    "soon",
    "Wed, 21 Oct 2015 07:28:00 GMT",
    "Wed, 21 Oct 99999 07:28:00 GMT",
    "9" * 400,
)

bodies = st.one_of(
    st.sampled_from(SHAPES).flatmap(hostile.mutated).map(lambda text: text.encode("utf-8", "surrogatepass")),
    hostile.blobs,
    st.sampled_from([b"", PAGE.encode() * 300, b"[" * 100_000, b'{"a":' * 50_000, b"null", f"{ACCESS} {REFRESH}".encode()]),
)
waits = st.sampled_from(WAITS)
statuses = st.one_of(st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 409, 429, 500, 502, 503]), st.integers(100, 599))
packings = st.sampled_from(["", "", "", "identity", "gzip", "br", "gzip, gzip", "deflate", "x"])


@st.composite
def answers(draw: st.DrawFn) -> Callable[[httpx.Request], httpx.Response]:
    status, body, wait, packing = draw(statuses), draw(bodies), draw(waits), draw(packings)
    if packing == "gzip" and draw(st.booleans()):
        body = gzip.compress(body)[: draw(st.integers(1, 200))]
    headers = {"retry-after": wait, "location": draw(st.sampled_from(["", "/", "https://x/y/" + "z" * 70_000, "\x01"]))}
    headers |= {"content-encoding": packing} if packing else {}
    content_type = draw(st.sampled_from(["application/json", "text/html", "image/png", "text/plain; charset=nonsense", ""]))

    async def stream() -> AsyncIterator[bytes]:
        yield body

    return lambda _: httpx.Response(status, headers=headers | {"content-type": content_type}, content=stream())


def client(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url="https://market.example", transport=BoundedTransport(httpx.MockTransport(answer)))


async def token(stale: str | None) -> SecretStr | Failure:
    return SecretStr(ACCESS)


async def test_a_picture_whose_address_at_ebay_is_endless_has_no_address() -> None:
    async with client(lambda _: httpx.Response(201, headers={"location": "https://x/" + "z" * 70_000})) as http:
        said = await Ebay(http, http, token, "en-US").upload_image(PICTURE)
    assert isinstance(said, Failure)


def check(answer: object, *secrets: str) -> None:
    """`secrets` are what the call had sent."""
    if not isinstance(answer, Failure):
        return
    encode(answer)
    said = f"{answer.reason} {answer.code} {answer.text}"
    assert not any(secret in said for secret in secrets), said
    assert PAGE not in answer.reason
    assert answer.retry_after_seconds is None or math.isfinite(answer.retry_after_seconds)
    told = TaskFailed(tenant_id="t", job_id="j", position=0, attempt=1, waited_ms=0, took_ms=0, failure=answer)
    throttle(command(), told, datetime.now(UTC))


EBAY: dict[str, Callable[[Ebay], Awaitable[object]]] = {
    "put_item": lambda ebay: ebay.put_item("sku", {}),
    "create_offer": lambda ebay: ebay.create_offer({"sku": "s"}),
    "find_offer": lambda ebay: ebay.find_offer("s", "EBAY_US"),
    "offer": lambda ebay: ebay.offer("1"),
    "publish_offer": lambda ebay: ebay.publish_offer("1"),
    "publish_group": lambda ebay: ebay.publish_group("g", "EBAY_US"),
    "upload_image": lambda ebay: ebay.upload_image(PICTURE),
}
ETSY: dict[str, Callable[[Etsy], Awaitable[object]]] = {
    "create_draft": lambda etsy: etsy.create_draft({"title": "t"}),
    "drafts": lambda etsy: etsy.drafts(0),
    "listing": lambda etsy: etsy.listing("1"),
    "activate": lambda etsy: etsy.activate("1", {}),
    "images": lambda etsy: etsy.images("1"),
    "upload_image": lambda etsy: etsy.upload_image("1", PICTURE, rank=1, alt=""),
    "inventory": lambda etsy: etsy.inventory("1"),
    "put_inventory": lambda etsy: etsy.put_inventory("1", {}),
}
FLEA: dict[str, Callable[[Site], Awaitable[object]]] = {
    "mine": lambda site: site.mine("h"),
    "listing": lambda site: site.listing("1"),
    "form": lambda site: site.form(),
    "create": lambda site: site.create(Form("csrf"), {"title": "t"}),
    "add_photo": lambda site: site.add_photo(Form("csrf"), "1", PICTURE, 1),
    "publish": lambda site: site.publish(Form("csrf"), "1"),
}
calls = {"ebay": st.sampled_from(sorted(EBAY)), "etsy": st.sampled_from(sorted(ETSY)), "flea": st.sampled_from(sorted(FLEA))}


@fuzz(80)
@given(answers(), calls["ebay"])
async def test_ebay_may_answer_anything(answer: Callable[[httpx.Request], httpx.Response], call: str) -> None:
    async with client(answer) as http:
        check(await EBAY[call](Ebay(http, http, token, "en-US")), ACCESS)
        check(await ebay_auth.exchange(http, ebay_auth.App("app", SecretStr(OURS)), TOKENS), REFRESH, OURS)


@fuzz(80)
@given(answers(), calls["etsy"])
async def test_etsy_may_answer_anything(answer: Callable[[httpx.Request], httpx.Response], call: str) -> None:
    app = etsy_auth.App("keystring", SecretStr(OURS))
    async with client(answer) as http:
        check(await ETSY[call](Etsy(http, app, 1, token)), ACCESS, OURS)
        check(await etsy_auth.exchange(http, app, TOKENS), REFRESH)


@fuzz(40)
@given(
    answers(),
    st.one_of(hostile.words, st.sampled_from(["https://x/" + "y" * 70_000, "http://[::1", "http://a:99999/", "https://\u2603/"])),
)
async def test_a_picture_may_be_anything(answer: Callable[[httpx.Request], httpx.Response], url: str) -> None:
    async with client(answer) as http:
        check(await Pictures(http).fetch(url))
        check(await Pictures(http).fetch("https://pictures.example/mug.png"))
        check(await Pictures(http, "https://mirror.example").fetch(f"https://pictures.example/{url}"))


class Says:
    """A browser that brings this answer, whatever it is asked."""

    def __init__(self, answer: TaskResult) -> None:
        self._answer = answer

    async def fetch(self, _request: Request) -> TaskResult | Failure:
        return self._answer


@fuzz(60)
@given(st.integers(0, 999), bodies, waits, st.booleans(), st.sampled_from(["application/json", "text/html", ""]), calls["flea"])
async def test_flea_may_answer_anything(status: int, body: bytes, wait: str, redirected: bool, content_type: str, call: str) -> None:  # noqa: FBT001 - drawn
    headers = {"retry-after": wait, "content-type": content_type}
    said = TaskResult(
        task_id="t", status=status, url="u", headers=headers, body=body.decode(errors="replace")[:100_000], redirected=redirected
    )
    check(await FLEA[call](Site(Says(said), "https://flea.example")))


@pytest.mark.parametrize("packed", [b"x" * 2000, gzip.compress(b"\0" * 1_000_000)])
async def test_an_answer_is_never_held_beyond_its_limit(packed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand bytes of gzip were a million in memory, and a body without end was read to its end."""
    monkeypatch.setattr(bounded, "ANSWER_BYTES_MAX", 1500)
    headers = {"content-encoding": "gzip"} if packed[:1] == b"\x1f" else {}

    async def stream() -> AsyncIterator[bytes]:
        yield packed

    async with client(lambda _: httpx.Response(200, headers=headers, content=stream())) as http:
        with pytest.raises(httpx.ReadError, match="larger than 1500 bytes"):
            await http.get("/")


async def test_a_packed_answer_is_read_as_it_was() -> None:
    packed = gzip.compress(json.dumps({"offerId": "7"}).encode())

    async def stream() -> AsyncIterator[bytes]:
        for place in range(0, len(packed), 5):
            yield packed[place : place + 5]

    async with client(lambda _: httpx.Response(200, headers={"content-encoding": "gzip"}, content=stream())) as http:
        assert (await http.get("/")).json() == {"offerId": "7"}


@pytest.mark.parametrize("seconds", [1e12, 1e300, 1.7e308])
def test_a_wait_longer_than_any_calendar_does_not_break_its_worker(seconds: float) -> None:
    """The outcome could not be told, so the command came again and again."""
    failure = Failure(kind=FailureKind.THROTTLED, reason="slow", retry_after_seconds=seconds)
    told = TaskFailed(tenant_id="t", job_id="j", position=0, attempt=1, waited_ms=0, took_ms=0, failure=failure)
    said = throttle(command(), told, datetime.now(UTC))
    assert said is not None
    assert (said.until - datetime.now(UTC)).total_seconds() <= 24 * 3600
