import httpx
import pytest

from etsy_worker.etsy import mapping, marker
from etsy_worker.etsy.client import PAGE_LISTINGS_MAX
from etsy_worker.handlers import drafts
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import FailureKind
from tests.unit.etsy_worker.examples import DEFAULTS, PROFILE, product
from tests.unit.etsy_worker.memory_etsy import Disturbance, answer_lost, answering, unreachable
from tests.unit.etsy_worker.street import Street, command

DRAFT = mapping.draft(product(), PROFILE, DEFAULTS)


def create(
    handle: str = "blue-mug", *, attempt: int = 1, look_first: bool = False, job_id: str = "job-1", tenant_id: str = "demo"
) -> ExecuteTask:
    return command(
        "etsy.create_draft", attempt=attempt, look_first=look_first, job_id=job_id, tenant_id=tenant_id, handle=handle, draft=DRAFT
    )


async def test_a_draft_is_created_and_remembered_at_once() -> None:
    street = Street()
    assert await street.succeed(create()) == {"listing_id": "1000"}
    assert street.links.saved["demo/etsy/main/blue-mug"].listing_id == "1000"


async def test_a_first_attempt_reads_no_drafts() -> None:
    street = Street()
    await street.succeed(create())
    assert street.etsy.calls == {"createDraftListing": 1}


async def test_a_second_time_creates_nothing() -> None:
    street = Street()
    first = await street.succeed(create())
    assert await street.succeed(create()) == first
    assert await street.succeed(create(attempt=2)) == first
    assert await street.succeed(create(job_id="job-2")) == first
    assert len(street.etsy.listings) == 1


@pytest.mark.parametrize("disturbance", [answer_lost, answering(500, {"error": "Server Error"}), answering(201, {"surprise": True})])
async def test_a_draft_whose_answer_was_lost_is_adopted(disturbance: Disturbance) -> None:
    street = Street()
    street.etsy.after["createDraftListing"] = disturbance
    assert (await street.fail(create())).kind is FailureKind.UNKNOWN
    assert await street.succeed(create(attempt=2, look_first=True)) == {"listing_id": "1000"}
    assert len(street.etsy.listings) == 1
    assert street.links.saved["demo/etsy/main/blue-mug"].listing_id == "1000"


async def test_a_worker_that_died_between_call_and_answer_leaves_the_next_one_to_look() -> None:
    street = Street()
    street.etsy.after["createDraftListing"] = answer_lost
    await street.fail(create())
    # The same command comes again, or another job's first attempt: neither says that it should look.
    assert await street.succeed(create()) == {"listing_id": "1000"}
    assert await street.succeed(create(job_id="job-2")) == {"listing_id": "1000"}
    assert len(street.etsy.listings) == 1


async def test_an_id_that_could_not_be_remembered_is_found_again() -> None:
    street = Street()
    street.links.away = True
    with pytest.raises(OSError, match="went away"):
        await street.carry_out(create())
    street.links.away = False
    assert await street.succeed(create(attempt=2)) == {"listing_id": "1000"}
    assert len(street.etsy.listings) == 1


async def test_an_attempt_that_did_nothing_is_simply_made_again() -> None:
    street = Street()
    street.etsy.instead["createDraftListing"] = unreachable
    assert (await street.fail(create())).kind is FailureKind.TRANSIENT
    assert await street.succeed(create(attempt=2)) == {"listing_id": "1000"}


async def test_two_products_with_the_same_words_keep_their_own_drafts() -> None:
    street = Street()
    for handle in ("mug-1", "mug-2"):
        street.etsy.after["createDraftListing"] = answer_lost
        await street.fail(create(handle))
    assert await street.succeed(create("mug-2", attempt=2, look_first=True)) == {"listing_id": "1001"}
    assert await street.succeed(create("mug-1", attempt=2, look_first=True)) == {"listing_id": "1000"}
    assert len(street.etsy.listings) == 2


async def test_another_tenants_draft_in_the_same_shop_is_not_taken() -> None:
    street = Street()
    await street.succeed(create())
    street.forget_links()
    assert await street.succeed(create(tenant_id="other", look_first=True)) == {"listing_id": "1001"}


async def test_a_draft_on_a_later_page_is_found() -> None:
    street = Street()
    await street.succeed(create())
    for _ in range(250):
        street.etsy.add(description="another product")
    street.forget_links()
    assert await street.succeed(create(look_first=True)) == {"listing_id": "1000"}
    assert street.etsy.calls["getListingsByShop"] == 3


def publishing(street: Street, count: int) -> Disturbance:
    """While a page is on its way, the newest drafts are published, and all others move up."""

    def disturb(_request: httpx.Request, answer: httpx.Response | None) -> httpx.Response:
        for listing in list(street.etsy.listings.values())[-count:]:
            listing["state"] = "active"
        assert answer is not None
        return answer

    return disturb


async def street_with_a_lost_draft(newer: int) -> Street:
    street = Street()
    await street.succeed(create())
    for _ in range(newer):
        street.etsy.add(description="another product")
    street.forget_links()
    return street


async def test_a_draft_that_moves_up_while_the_pages_are_read_is_found() -> None:
    street = await street_with_a_lost_draft(newer=105)
    street.etsy.after["getListingsByShop"] = publishing(street, 10)
    assert await street.succeed(create(look_first=True)) == {"listing_id": "1000"}


async def test_drafts_that_move_faster_than_they_are_read_prove_nothing() -> None:
    street = await street_with_a_lost_draft(newer=170)
    street.etsy.after["getListingsByShop"] = publishing(street, 100)
    assert (await street.fail(create(look_first=True))).kind is FailureKind.TRANSIENT
    assert street.etsy.calls["createDraftListing"] == 1
    assert await street.succeed(create(look_first=True)) == {"listing_id": "1000"}


async def test_too_many_drafts_to_read_is_refused_rather_than_guessed() -> None:
    street = Street()
    for _ in range(drafts.DRAFTS_READ_MAX + PAGE_LISTINGS_MAX):
        street.etsy.add(description="another product")
    failure = await street.fail(create(look_first=True))
    assert failure.kind is FailureKind.REJECTED
    assert "too many to tell" in failure.reason
    assert street.etsy.calls["createDraftListing"] == 0


async def test_a_look_that_fails_creates_nothing() -> None:
    street = Street()
    street.etsy.instead["getListingsByShop"] = answering(500, {"error": "Server Error"})
    assert (await street.fail(create(look_first=True))).kind is FailureKind.TRANSIENT
    assert street.etsy.calls["createDraftListing"] == 0


async def test_a_linked_listing_that_somebody_deleted_is_made_anew() -> None:
    street = Street()
    await street.succeed(create())
    street.etsy.listings.clear()
    assert await street.succeed(create(job_id="job-2")) == {"listing_id": "1001"}


async def test_a_linked_listing_that_cannot_be_read_is_not_made_anew() -> None:
    street = Street()
    await street.succeed(create())
    street.etsy.instead["getListing"] = answering(500, {"error": "Server Error"})
    assert (await street.fail(create(job_id="job-2"))).kind is FailureKind.TRANSIENT
    assert len(street.etsy.listings) == 1


async def test_a_refusal_by_etsy_reaches_the_seller() -> None:
    street = Street()
    street.etsy.instead["createDraftListing"] = answering(400, [{"path": "/title", "type": "x", "message": "is not allowed"}])
    failure = await street.fail(create())
    assert (failure.kind, failure.reason) == (FailureKind.REJECTED, "Etsy refused this: title is not allowed")


async def test_the_draft_keeps_the_sellers_text_beside_the_marker() -> None:
    street = Street()
    await street.succeed(create())
    assert marker.removed(street.etsy.listings[1000]["description"]) == "A mug."
