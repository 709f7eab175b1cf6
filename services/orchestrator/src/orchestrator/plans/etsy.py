"""Plans for Etsy.

    validate ─ map ─ create_draft ─┬─ upload_image 1 ─ 2 ─ ... n ─┬─ activate ─ save_listing
                                   └─ put_inventory ──────────────┘

Pictures go one after another: Etsy mixes up pictures that arrive together.
The inventory comes before activation, so that no listing is live with a wrong price.
"""

from functools import cache

from hawker.contracts.facts import TaskSpec
from hawker.contracts.listings import Product
from hawker.contracts.words import TaskKind
from orchestrator.plans.steps import Picks, Step, lay_out, numbered

IMAGES_MAX = 20


def publish(product: Product) -> tuple[TaskSpec, ...]:
    return _publish(len(product.images), len(product.variants))


@cache  # A plan depends on two small numbers; jobs of one shape share one.
def _publish(image_count: int, variant_count: int) -> tuple[TaskSpec, ...]:
    uploads = numbered("upload_image", min(image_count, IMAGES_MAX))
    before = ("create_draft", *uploads)
    return lay_out(
        Step("validate", TaskKind.FILE_OPERATION, "etsy.validate", {"product": "product"}),
        Step("map", TaskKind.DB_OPERATION, "etsy.map", {"product": "product"}, needs=("validate",)),
        _create_draft(),
        *(_upload(name, index, before[index]) for index, name in enumerate(uploads)),
        _put_inventory(),
        _activate(before[-1]),
        _save(variant_count),
    )


def _create_draft() -> Step:
    picks = {"handle": "product.handle", "draft": "map.draft", "inventory": "map.inventory"}
    return Step("create_draft", TaskKind.DIRECT_HTTP, "etsy.create_draft", picks, needs=("map",), undo="etsy.delete_listing")


def _upload(name: str, index: int, after: str) -> Step:
    picks = {"listing_id": "create_draft.listing_id", "image": f"product.images.{index}"}
    return Step(name, TaskKind.DIRECT_HTTP, "etsy.upload_image", picks, needs=_once("create_draft", after))


def _put_inventory() -> Step:
    picks = {"listing_id": "create_draft.listing_id", "inventory": "map.inventory"}
    return Step("put_inventory", TaskKind.DIRECT_HTTP, "etsy.put_inventory", picks, needs=("create_draft",))


def _activate(last_upload: str) -> Step:
    picks = {"listing_id": "create_draft.listing_id"}
    needs = _once("create_draft", last_upload, "put_inventory")
    return Step("activate", TaskKind.DIRECT_HTTP, "etsy.activate", picks, needs=needs, undo="etsy.deactivate")


def _save(variant_count: int) -> Step:
    picks: Picks = {
        "handle": "product.handle",
        "listing_id": "create_draft.listing_id",
        "url": "activate.url",
        "skus": tuple(f"product.variants.{index}.sku" for index in range(variant_count)),
    }
    return Step("save_listing", TaskKind.DB_OPERATION, "etsy.save_listing", picks, needs=("activate",))


def _once(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
