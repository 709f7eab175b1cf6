"""Plans are small graphs: each step needs only earlier ones, and picks only from what it needs."""

import pytest

from hawker.contracts.listings import Product
from hawker.contracts.words import Action, Marketplace, TaskKind
from orchestrator.plans import PLANS
from tests.support.stories import product

SHAPES = [product(images=images, variants=variants) for images in (0, 1, 3, 24) for variants in (1, 2, 6)]


@pytest.mark.parametrize("key", PLANS)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"{len(shape.images)}-{len(shape.variants)}")
def test_a_step_picks_only_from_the_product_and_from_steps_that_must_succeed_before(
    key: tuple[Marketplace, Action], shape: Product
) -> None:
    plan = PLANS[key](shape)
    names = {task.name: position for position, task in enumerate(plan)}
    before: list[set[int]] = []
    for task in plan:
        before.append({need for direct in task.needs for need in {direct, *before[direct]}})
        for path in (path for pick in task.picks.values() for path in ((pick,) if isinstance(pick, str) else pick)):
            source = path.split(".")[0]
            assert source == "product" or names[source] in before[-1], f"{task.name} picks {path}"


@pytest.mark.parametrize("key", PLANS)
def test_a_plan_begins_with_a_look_at_the_product_and_ends_with_saving_the_listing(key: tuple[Marketplace, Action]) -> None:
    plan = PLANS[key](product(images=2))
    assert (plan[0].name, plan[-1].name) == ("validate", "save_listing")


@pytest.mark.parametrize(("kind", "seconds"), [(TaskKind.DIRECT_HTTP, 30), (TaskKind.PLUGIN_HTTP, 60)])
def test_a_kind_has_its_time_limit(kind: TaskKind, seconds: float) -> None:
    tasks = [task for plan in PLANS.values() for task in plan(product()) if task.kind is kind]
    assert {task.timeout_seconds for task in tasks} == {seconds}


def test_etsys_pictures_go_one_after_another_and_ebays_side_by_side() -> None:
    etsy = [task.needs for task in PLANS[Marketplace.ETSY, Action.PUBLISH](product(images=3)) if task.name.startswith("upload")]
    ebay = [task.needs for task in PLANS[Marketplace.EBAY, Action.PUBLISH](product(images=3)) if task.name.startswith("upload")]
    assert etsy == [(2,), (2, 3), (2, 4)]
    assert ebay == [(0,), (0,), (0,)]


def test_etsys_inventory_comes_before_the_listing_is_live() -> None:
    plan = PLANS[Marketplace.ETSY, Action.PUBLISH](product(images=1))
    positions = {task.name: position for position, task in enumerate(plan)}
    assert positions["put_inventory"] in plan[positions["activate"]].needs
