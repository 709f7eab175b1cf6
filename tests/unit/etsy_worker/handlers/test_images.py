from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import FailureKind
from tests.unit.etsy_worker.memory_etsy import answer_lost, answering
from tests.unit.etsy_worker.street import Street, command


def upload(position: int = 1, url: str = "https://pictures.example/1.jpg") -> ExecuteTask:
    return command("etsy.upload_image", listing_id="1000", image={"url": url, "position": position, "alt": "A mug"})


def street_with_draft() -> Street:
    street = Street()
    street.etsy.add()
    return street


async def test_a_picture_is_uploaded_to_its_place() -> None:
    street = street_with_draft()
    assert await street.succeed(upload(1)) == {"image_id": "50", "rank": 1}
    assert await street.succeed(upload(2)) == {"image_id": "51", "rank": 2}


async def test_a_second_time_uploads_and_fetches_nothing() -> None:
    street = street_with_draft()
    first = await street.succeed(upload())
    assert await street.succeed(upload()) == first
    assert street.etsy.calls["uploadListingImage"] == 1
    assert len(street.pictures.fetched) == 1


async def test_a_picture_whose_answer_was_lost_is_adopted() -> None:
    street = street_with_draft()
    street.etsy.after["uploadListingImage"] = answer_lost
    assert (await street.fail(upload())).kind is FailureKind.UNKNOWN
    assert await street.succeed(upload()) == {"image_id": "50", "rank": 1}
    assert len(street.etsy.images[1000]) == 1


async def test_a_picture_that_cannot_be_fetched_is_not_uploaded() -> None:
    street = street_with_draft()
    failure = await street.fail(upload(url="https://pictures.example/missing.jpg"))
    assert failure.kind is FailureKind.REJECTED
    assert street.etsy.calls["uploadListingImage"] == 0


async def test_a_look_that_fails_uploads_nothing() -> None:
    street = street_with_draft()
    street.etsy.instead["getListingImages"] = answering(500, {"error": "Server Error"})
    assert (await street.fail(upload())).kind is FailureKind.TRANSIENT
    assert street.etsy.images[1000] == []
