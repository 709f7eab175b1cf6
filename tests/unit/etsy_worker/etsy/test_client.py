from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import SecretStr

from etsy_worker.etsy import client
from etsy_worker.etsy.answers import Listing
from hawker.contracts.failures import Failure, FailureKind
from hawker.worker.pictures import Picture
from tests.unit.etsy_worker import memory_etsy
from tests.unit.etsy_worker.memory_etsy import MemoryEtsy, answering, multipart


async def test_every_call_carries_key_and_secret_and_the_accounts_token() -> None:
    etsy = MemoryEtsy()
    await etsy.client().drafts(0)
    (request,) = etsy.requests
    assert request.headers["x-api-key"] == "sandbox-key:sandbox-secret"
    assert request.headers["authorization"] == "Bearer 7001.good"


async def test_a_draft_is_a_form_with_its_lists_joined_by_commas() -> None:
    etsy = MemoryEtsy()
    created = await etsy.client().create_draft({"title": "Mug & more", "tags": ["mug", "blue"], "is_supply": False, "price": 12.5})
    assert isinstance(created, Listing)
    (request,) = etsy.requests
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(request.content.decode()) == {"title": ["Mug & more"], "tags": ["mug,blue"], "is_supply": ["false"], "price": ["12.5"]}


async def test_a_picture_has_a_name_a_type_a_rank_and_at_most_500_characters_of_alt_text() -> None:
    etsy = MemoryEtsy()
    listing = etsy.add()
    picture = Picture(b"\x89PNG", "image/png", "mug.png")
    uploaded = await etsy.client().upload_image(str(listing["listing_id"]), picture, rank=2, alt="x" * 900)
    assert not isinstance(uploaded, Failure)
    assert uploaded.rank == 2
    (request,) = etsy.requests
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert multipart(request) == {"rank": b"2", "alt_text": b"x" * 500, "image": b"\x89PNG"}
    assert b'filename="mug.png"' in request.content
    assert b"Content-Type: image/png" in request.content


async def test_a_refused_token_is_replaced_once_and_the_call_made_again() -> None:
    etsy = MemoryEtsy(instead={"createDraftListing": answering(401, {"error": "invalid_token"})})
    assert isinstance(await etsy.client().create_draft({"title": "Mug"}), Listing)
    assert etsy.tokens_asked == [None, "7001.good"]
    assert len(etsy.listings) == 1


async def test_a_token_that_is_refused_again_and_again_means_connecting_again() -> None:
    http = httpx.AsyncClient(
        base_url="http://etsy.example", transport=httpx.MockTransport(lambda _: httpx.Response(401, json={"error": "no"}))
    )
    asked = MemoryEtsy()
    etsy = client.Etsy(http, memory_etsy.APP, 7001, asked._token)
    answer = await etsy.drafts(0)
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.UNAUTHORISED
    assert len(asked.tokens_asked) == client.TOKENS_MAX


async def test_without_a_token_nothing_is_sent() -> None:
    async def none(_stale: str | None) -> Failure:
        return Failure(kind=FailureKind.UNAUTHORISED, reason="Connect the account again.")

    etsy = MemoryEtsy()
    answer = await client.Etsy(etsy.client().http, memory_etsy.APP, 7001, none).drafts(0)
    assert isinstance(answer, Failure)
    assert etsy.requests == []


@pytest.mark.parametrize(("effect", "kind"), [("createDraftListing", FailureKind.UNKNOWN), ("getListingsByShop", FailureKind.TRANSIENT)])
async def test_an_answer_that_cannot_be_read_is_no_success(effect: str, kind: FailureKind) -> None:
    etsy = MemoryEtsy(after={effect: answering(200, {"surprise": True})})
    answer = await (etsy.client().create_draft({"title": "Mug"}) if effect == "createDraftListing" else etsy.client().drafts(0))
    assert isinstance(answer, Failure)
    assert answer.kind is kind


async def test_a_listing_or_an_inventory_that_is_not_there_is_none() -> None:
    etsy = MemoryEtsy().client()
    assert await etsy.listing("4711") is None
    assert await etsy.inventory("4711") is None


async def test_a_draft_that_a_dead_token_may_not_see_is_not_taken_for_gone() -> None:
    etsy = MemoryEtsy(
        instead={
            "getListing": answering(404, {"error": "Could not find a Listing"}),
            "getListingsByShop": answering(401, {"error": "invalid_token"}),
        }
    )
    draft = etsy.add()
    listing = await etsy.client().listing(str(draft["listing_id"]))
    assert isinstance(listing, Listing)
    assert "7001.good" in etsy.tokens_asked


async def test_a_token_that_dies_between_two_looks_makes_no_listing_gone() -> None:
    """A draft was said to be deleted while tokens died one after another (found by chaos)."""
    there = MemoryEtsy().add()
    tokens = iter(["7001.first", "7001.second"])
    held = [SecretStr(next(tokens))]
    accepting = iter([200, 401, 200, 200, 200])

    async def token(stale: str | None) -> SecretStr:
        if stale is not None:
            held[0] = SecretStr(next(tokens))
        return held[0]

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/listings"):
            return httpx.Response(next(accepting), json={"count": 0, "results": []})
        seen = request.headers["authorization"] == "Bearer 7001.second"
        return httpx.Response(200, json=there) if seen else httpx.Response(404, json={"error": "Could not find a Listing"})

    http = httpx.AsyncClient(base_url="http://etsy.example", transport=httpx.MockTransport(answer))
    assert isinstance(await client.Etsy(http, memory_etsy.APP, 7001, token).listing(str(there["listing_id"])), Listing)


async def test_a_listing_is_gone_only_when_etsy_says_so_to_a_good_token() -> None:
    etsy = MemoryEtsy(instead={"getListingsByShop": answering(500, {"error": "Server Error"})})
    answer = await etsy.client().listing("4711")
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.TRANSIENT


async def test_no_failure_repeats_a_secret() -> None:
    for disturbance in (
        memory_etsy.answer_lost,
        memory_etsy.unreachable,
        answering(500, {"error": "Server Error"}),
        answering(403, {"error": "token"}),
    ):
        answer = await MemoryEtsy(instead={"createDraftListing": disturbance}).client().create_draft({"title": "Mug"})
        assert isinstance(answer, Failure)
        assert "sandbox-secret" not in answer.model_dump_json()
        assert "7001.good" not in answer.model_dump_json()
    assert "sandbox-secret" not in repr(memory_etsy.APP)
