"""Every operation, and every operation twice: the second time is a quiet no-op."""

from decimal import Decimal

import pytest

from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.listings import Image, Listing, Product, Variant
from hawker.contracts.plugin import TaskResult
from hawker.contracts.words import Marketplace, Result
from orchestrator.plans.flea import publish as plan
from plugin_bridge.flea.limits import PHOTO_BYTES_MAX
from plugin_bridge.handlers import HANDLERS
from plugin_bridge.handlers.account import FleaAccount
from tests.unit.plugin_bridge.examples import BASE_URL, command
from tests.unit.plugin_bridge.memory_flea import MemoryFlea, MemoryLinks, OnePicture, account, data, page

CHAIR = Product(
    handle="chair",
    title="A chair",
    variants=(Variant(sku="chair-oak", price=Decimal("49.90"), quantity=2),),
    images=(Image(url="https://pictures.example/1.jpg", position=1),),
)
PRODUCT: Result = {"product": CHAIR.model_dump(mode="json")}
PHOTO: Result = {"listing_id": "5001", "image": CHAIR.images[0].model_dump(mode="json")}
LOST = Failure(kind=FailureKind.UNKNOWN, reason="the line broke")
LOGGED_OUT = TaskResult(task_id="t", status=0, url=f"{BASE_URL}/sell", redirected=True)


async def do(operation: str, input: Result, acts: FleaAccount) -> Result | Failure:
    return await HANDLERS[operation](command(operation, input=input), acts)


async def listed(flea: MemoryFlea) -> None:
    form = await do("flea.map", PRODUCT, account(flea))
    assert isinstance(form, dict)
    await do("flea.create_listing", {"handle": "chair", **form}, account(flea))


def test_every_operation_of_the_plan_has_its_handler() -> None:
    assert {task.operation for task in plan(CHAIR)} == set(HANDLERS)


async def test_a_product_becomes_a_published_listing() -> None:
    flea, links = MemoryFlea(), MemoryLinks()
    acts = account(flea, links=links)
    assert await do("flea.validate", PRODUCT, acts) == {}
    mapped = await do("flea.map", PRODUCT, acts)
    assert isinstance(mapped, dict)
    assert await do("flea.create_listing", {"handle": "chair", **mapped}, acts) == {"listing_id": "5001"}
    assert await do("flea.upload_photo", PHOTO, acts) == {"position": 1}
    published = await do("flea.publish", {"listing_id": "5001"}, acts)
    assert published == {"listing_id": "5001", "url": f"{BASE_URL}/listings/5001"}
    saved = await do(
        "flea.save_listing", {"handle": "chair", "listing_id": "5001", "url": f"{BASE_URL}/listings/5001", "skus": ["chair-oak"]}, acts
    )
    listing = Listing(listing_id="5001", url=f"{BASE_URL}/listings/5001", skus=("chair-oak",))
    assert saved == listing.model_dump(mode="json")
    assert links.saved == [("tenant-1", Marketplace.FLEA, "main", "chair", listing)]
    assert flea.listings["5001"]["status"] == "published"


async def test_a_database_that_is_away_is_a_reason_to_try_again() -> None:
    class Away(MemoryLinks):
        async def save(self, *place: object) -> None:
            raise ConnectionRefusedError(place)

    answer = await do("flea.save_listing", {"handle": "chair", "listing_id": "5001", "url": ""}, account(MemoryFlea(), links=Away()))
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.TRANSIENT


async def test_a_product_that_flea_would_refuse_is_refused_before_anything_is_sent() -> None:
    flea = MemoryFlea()
    broken = {"product": CHAIR.model_copy(update={"title": ""}).model_dump(mode="json")}
    answer = await do("flea.validate", broken, account(flea))
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.reason, flea.steps) == (FailureKind.REJECTED, "The product has no title; give it one.", [])


async def test_creating_twice_adopts_the_listing_that_is_there() -> None:
    flea = MemoryFlea()
    await listed(flea)
    await listed(flea)
    assert len(flea.listings) == 1
    assert flea.steps == ["look", "form", "create", "look"]


async def test_a_create_whose_answer_was_lost_is_adopted_by_the_next_attempt() -> None:
    flea = MemoryFlea(after={"create": LOST})
    await listed(flea)
    assert await do("flea.create_listing", {"handle": "chair", "form": {}}, account(flea)) == {"listing_id": "5001"}
    assert len(flea.listings) == 1


async def test_uploading_twice_leaves_one_photo() -> None:
    flea = MemoryFlea()
    await listed(flea)
    for _ in range(2):
        assert await do("flea.upload_photo", PHOTO, account(flea)) == {"position": 1}
    assert flea.listings["5001"]["photos"] == [{"position": 1}]


async def test_publishing_twice_publishes_once_and_gives_the_same_address() -> None:
    flea = MemoryFlea()
    await listed(flea)
    answers = [await do("flea.publish", {"listing_id": "5001"}, account(flea)) for _ in range(2)]
    assert answers[0] == answers[1]
    assert flea.steps.count("publish") == 1


async def test_a_picture_over_fleas_limit_is_refused_before_it_is_sent() -> None:
    flea = MemoryFlea()
    await listed(flea)
    answer = await do("flea.upload_photo", PHOTO, account(flea, OnePicture(b"x" * (PHOTO_BYTES_MAX + 1))))
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.reason) == (FailureKind.REJECTED, "Picture 1 is larger than 8 MB.")
    assert "add_photo" not in flea.steps


@pytest.mark.parametrize("step", ["look", "form", "create"])
async def test_a_failure_of_any_step_ends_the_attempt_with_it(step: str) -> None:
    flea = MemoryFlea(faults={step: LOST})
    assert await do("flea.create_listing", {"handle": "chair", "form": {}}, account(flea)) == LOST
    assert flea.listings == {}


@pytest.mark.parametrize(("operation", "input"), [("flea.upload_photo", PHOTO), ("flea.publish", {"listing_id": "5001"})])
async def test_whoever_is_logged_out_learns_it_before_anything_else(operation: str, input: Result) -> None:
    flea = MemoryFlea(faults={"form": LOGGED_OUT})
    answer = await do(operation, input, account(flea))
    assert isinstance(answer, Failure)
    assert (answer.kind, flea.steps) == (FailureKind.UNAUTHORISED, ["form"])


async def test_a_challenge_stops_the_task_at_once() -> None:
    flea = MemoryFlea(faults={"form": page("<title>Security challenge</title>", 403)})
    answer = await do("flea.create_listing", {"handle": "chair", "form": {}}, account(flea))
    assert isinstance(answer, Failure)
    assert (answer.kind, flea.steps) == (FailureKind.REJECTED, ["look", "form"])


@pytest.mark.parametrize(("step", "kind"), [("look", FailureKind.TRANSIENT), ("create", FailureKind.UNKNOWN)])
async def test_an_answer_that_is_not_what_flea_promises_is_not_guessed_at(step: str, kind: FailureKind) -> None:
    flea = MemoryFlea(after={step: data({"surprise": True})})
    answer = await do("flea.create_listing", {"handle": "chair", "form": {}}, account(flea))
    assert isinstance(answer, Failure)
    assert answer.kind is kind


async def test_a_page_without_its_form_changes_nothing() -> None:
    flea = MemoryFlea(faults={"form": page("<p>We have a new look!</p>", 200)})
    answer = await do("flea.create_listing", {"handle": "chair", "form": {}}, account(flea))
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.TRANSIENT
