from etsy_worker.handlers import HANDLERS
from hawker.contracts.failures import FailureKind
from tests.unit.etsy_worker.examples import image, product, shirt, variant
from tests.unit.etsy_worker.street import Street, command


async def test_a_good_product_is_let_through_with_notes() -> None:
    given = product(variant(quantity=5000)).model_dump(mode="json")
    result = await Street().succeed(command("etsy.validate", product=given))
    assert result == {"notes": ["Shown with a quantity of 999, the most that Etsy takes: MUG-1."]}


async def test_a_bad_product_is_refused_with_all_its_faults() -> None:
    given = product(variant(price=None), images=()).model_dump(mode="json")
    failure = await Street().fail(command("etsy.validate", product=given))
    assert failure.kind is FailureKind.REJECTED
    assert failure.reason == "The product has no picture; Etsy needs at least one. Variant MUG-1 has no price; give it one."


async def test_mapping_gives_the_draft_and_the_inventory() -> None:
    result = await Street().succeed(command("etsy.map", product=shirt().model_dump(mode="json")))
    assert result.keys() == {"draft", "inventory"}


async def test_neither_calls_etsy() -> None:
    street = Street()
    given = product(images=(image(),)).model_dump(mode="json")
    await street.succeed(command("etsy.validate", product=given))
    await street.succeed(command("etsy.map", product=given))
    assert street.etsy.requests == []


def test_every_operation_of_the_plan_has_a_handler() -> None:
    assert set(HANDLERS) == {
        "etsy.validate",
        "etsy.map",
        "etsy.create_draft",
        "etsy.upload_image",
        "etsy.put_inventory",
        "etsy.activate",
        "etsy.save_listing",
    }
