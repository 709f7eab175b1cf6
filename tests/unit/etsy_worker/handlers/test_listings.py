from typing import Any

import pytest

from etsy_worker.etsy import marker
from hawker.contracts.failures import FailureKind
from tests.unit.etsy_worker.memory_etsy import Disturbance, answer_lost, answering
from tests.unit.etsy_worker.street import Street, command

ACTIVATE = command("etsy.activate", listing_id="1000")
SAVE = command("etsy.save_listing", handle="blue-mug", listing_id="1000", url="https://www.etsy.com/listing/1000", skus=["MUG-1", "MUG-2"])
MARKED = marker.put("A mug.", marker.of("demo", "main", "blue-mug"))


def street_with(**listing: Any) -> Street:
    street = Street()
    street.etsy.add(**listing)
    return street


async def test_a_draft_is_published_and_loses_its_marker() -> None:
    street = street_with(description=MARKED)
    assert await street.succeed(ACTIVATE) == {"url": "https://www.etsy.com/listing/1000"}
    assert street.etsy.listings[1000]["state"] == "active"
    assert street.etsy.listings[1000]["description"] == "A mug."


async def test_a_description_without_a_marker_is_left_alone() -> None:
    street = street_with(description="A mug &amp; more.")
    await street.succeed(ACTIVATE)
    assert street.etsy.listings[1000]["description"] == "A mug &amp; more."


async def test_a_second_time_publishes_nothing() -> None:
    street = street_with(description=MARKED)
    first = await street.succeed(ACTIVATE)
    assert await street.succeed(ACTIVATE) == first
    assert street.etsy.calls["updateListing"] == 1


@pytest.mark.parametrize("disturbance", [answer_lost, answering(500, {"error": "Server Error"}), answering(200, {"surprise": True})])
async def test_a_publication_whose_answer_was_lost_is_not_paid_twice(disturbance: Disturbance) -> None:
    street = street_with(description=MARKED)
    street.etsy.after["updateListing"] = disturbance
    assert (await street.fail(ACTIVATE)).kind is FailureKind.UNKNOWN
    await street.succeed(ACTIVATE)
    assert street.etsy.calls["updateListing"] == 1


async def test_an_inactive_listing_is_published_again() -> None:
    street = street_with(state="inactive")
    await street.succeed(ACTIVATE)
    assert street.etsy.listings[1000]["state"] == "active"


@pytest.mark.parametrize("state", ["sold_out", "expired", "edit"])
async def test_a_listing_whose_renewal_costs_a_fee_is_left_to_the_seller(state: str) -> None:
    street = street_with(state=state)
    failure = await street.fail(ACTIVATE)
    assert failure.kind is FailureKind.REJECTED
    assert "costs a fee" in failure.reason
    assert street.etsy.calls["updateListing"] == 0


async def test_a_draft_that_somebody_deleted_is_told_to_the_seller() -> None:
    failure = await Street().fail(ACTIVATE)
    assert failure.kind is FailureKind.REJECTED
    assert "no longer in the Etsy shop" in failure.reason


async def test_a_look_that_fails_publishes_nothing() -> None:
    street = street_with()
    street.etsy.instead["getListing"] = answering(503, {"error": "busy"})
    assert (await street.fail(ACTIVATE)).kind is FailureKind.TRANSIENT
    assert street.etsy.listings[1000]["state"] == "draft"


async def test_an_answer_that_does_not_say_active_is_in_doubt() -> None:
    street = street_with()
    street.etsy.after["updateListing"] = answering(200, {"listing_id": 1000, "state": "edit"})
    assert (await street.fail(ACTIVATE)).kind is FailureKind.UNKNOWN


async def test_the_listing_is_remembered_and_told_whole() -> None:
    street = Street()
    told = {"listing_id": "1000", "url": "https://www.etsy.com/listing/1000", "skus": ["MUG-1", "MUG-2"]}
    assert await street.succeed(SAVE) == told
    assert await street.succeed(SAVE) == told
    assert street.links.saved["demo/etsy/main/blue-mug"].skus == ("MUG-1", "MUG-2")
