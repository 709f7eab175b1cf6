"""Every call of the client, and every answer it may get, against Etsy's document."""

from collections.abc import AsyncIterator

import pytest
from pydantic import JsonValue

from etsy_worker.etsy import mapping, marker
from etsy_worker.etsy.answers import Listing
from etsy_worker.etsy.client import Etsy
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.listings import Product
from hawker.worker.pictures import Picture
from sandbox.etsy.state import shop_of
from sandbox.faults import Fault, FaultKind
from tests.contract.etsy.judged import Judged, judged
from tests.unit.etsy_worker.examples import DEFAULTS, PROFILE, product, shirt, variant

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301010018dd8db00000000049454e44ae426082"
)
PICTURE = Picture(PNG, "image/png", "mug.png")
PROFILE_HERE = PROFILE.model_copy(update={"shop_id": shop_of("main")})


@pytest.fixture
async def at() -> AsyncIterator[Judged]:
    async with judged() as found:
        yield found


@pytest.fixture
def etsy(at: Judged) -> Etsy:
    return at.shop(PROFILE_HERE.shop_id)


async def drafted(etsy: Etsy, of: Product) -> str:
    draft = await etsy.create_draft(mapping.draft(of, PROFILE_HERE, DEFAULTS))
    assert isinstance(draft, Listing), draft
    return str(draft.listing_id)


@pytest.mark.parametrize(
    "of",
    [
        product(tags=("mug", "blue clay", "potter's")),
        shirt(),
        product(variant(price="0.20", quantity=999), title="100% wool: warm & soft + light", description="Ünïcode & <b>more</b>"),
    ],
    ids=["one variant", "two options", "signs and limits"],
)
async def test_the_whole_way_of_a_product_keeps_to_the_document(at: Judged, etsy: Etsy, of: Product) -> None:
    listing_id = await drafted(etsy, of)
    for rank, alt in ((1, ""), (2, "Größe & Farbe")):
        assert not isinstance(await etsy.images(listing_id), Failure)
        assert not isinstance(await etsy.upload_image(listing_id, PICTURE, rank=rank, alt=alt), Failure)
    assert not isinstance(await etsy.inventory(listing_id), Failure)
    assert not isinstance(await etsy.put_inventory(listing_id, mapping.inventory(of, PROFILE_HERE)), Failure)
    assert isinstance(await etsy.listing(listing_id), Listing)
    published = await etsy.activate(listing_id, {"description": "A mug."})
    assert isinstance(published, Listing)
    assert published.state == "active"
    assert at.seen == [
        "createDraftListing 201",
        *("getListingImages 200", "uploadListingImage 201") * 2,
        "getListingInventory 200",
        "updateListingInventory 200",
        "getListing 200",
        "updateListing 200",
    ]


async def test_reading_the_shops_drafts_keeps_to_the_document(at: Judged, etsy: Etsy) -> None:
    line = marker.of("demo", "main", "blue-mug")
    draft = mapping.draft(product(), PROFILE_HERE, DEFAULTS)
    await etsy.create_draft(draft | {"description": marker.put("A mug.", line)})
    page = await etsy.drafts(0)
    assert not isinstance(page, Failure)
    assert [marker.is_in(found.description, line) for found in page.results] == [True]
    assert at.seen[-1] == "getListingsByShop 200"


async def test_a_listing_that_is_gone_keeps_to_the_document(at: Judged, etsy: Etsy) -> None:
    assert await etsy.listing("4711") is None
    assert at.seen == ["getListing 404", "getListingsByShop 200", "getListing 404", "getListingsByShop 200"]


async def test_a_refusal_is_read_as_etsy_words_it(etsy: Etsy) -> None:
    refused = await etsy.create_draft(mapping.draft(product(title="Salt & pepper & more"), PROFILE_HERE, DEFAULTS))
    assert isinstance(refused, Failure)
    assert (refused.kind, refused.text) == (FailureKind.REJECTED, "title may use & only once")


@pytest.mark.parametrize(
    ("kind", "failure"),
    [
        (FaultKind.THROTTLE, FailureKind.THROTTLED),
        (FaultKind.SERVER_ERROR, FailureKind.UNKNOWN),
        (FaultKind.LOST_ANSWER, FailureKind.UNKNOWN),
    ],
)
async def test_a_fault_at_etsy_is_read_for_what_it_is(at: Judged, etsy: Etsy, kind: FaultKind, failure: FailureKind) -> None:
    at.sandbox.faults.plan(Fault(marketplace="etsy", operation="createDraftListing", kind=kind, retry_after_seconds=7))
    refused = await etsy.create_draft(mapping.draft(product(), PROFILE_HERE, DEFAULTS))
    assert isinstance(refused, Failure)
    assert refused.kind is failure
    assert refused.retry_after_seconds == (7 if kind is FaultKind.THROTTLE else None)


async def test_a_dead_token_is_replaced_and_the_call_succeeds(at: Judged, etsy: Etsy) -> None:
    at.sandbox.faults.plan(Fault(marketplace="etsy", operation="createDraftListing", kind=FaultKind.INVALID_TOKEN))
    await drafted(etsy, product())
    assert at.seen == ["createDraftListing 401", "createDraftListing 201"]
    assert at.tokens.refresh_token.get_secret_value().endswith("-3")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"when_made": "1066"}, "1066"), ({"quantity": "many"}, "many"), ({"shipping_profile_id": 0}, "shipping_profile_id")],
    ids=["a word that is none of Etsy's", "a text for a number", "a number below the least"],
)
async def test_the_judge_sees_a_wrong_request(etsy: Etsy, wrong: dict[str, JsonValue], says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        await etsy.create_draft(mapping.draft(product(), PROFILE_HERE, DEFAULTS) | wrong)


async def test_the_judge_sees_a_price_that_is_no_number(etsy: Etsy) -> None:
    listing_id = await drafted(etsy, product())
    body = mapping.inventory(product(), PROFILE_HERE)
    wrong = {"products": [{"sku": "A", "offerings": [{"price": {"amount": 100, "divisor": 100}, "quantity": 1, "is_enabled": True}]}]}
    with pytest.raises(AssertionError, match="readiness_state_id"):
        await etsy.put_inventory(listing_id, body | wrong)
