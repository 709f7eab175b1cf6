"""Plans for flea, a marketplace that only the seller's own browser can reach.

validate ─ map ─ create_listing ─ upload_photo 1..n ─ publish ─ save_listing
"""

from functools import cache

from hawker.contracts.facts import TaskSpec
from hawker.contracts.listings import Product
from hawker.contracts.words import TaskKind
from orchestrator.plans.steps import Picks, Step, lay_out, numbered

PHOTOS_MAX = 10


def publish(product: Product) -> tuple[TaskSpec, ...]:
    return _publish(len(product.images), len(product.variants))


@cache  # A plan depends on two small numbers; jobs of one shape share one.
def _publish(image_count: int, variant_count: int) -> tuple[TaskSpec, ...]:
    photos = numbered("upload_photo", min(image_count, PHOTOS_MAX))
    return lay_out(
        Step("validate", TaskKind.FILE_OPERATION, "flea.validate", {"product": "product"}),
        Step("map", TaskKind.DB_OPERATION, "flea.map", {"product": "product"}, needs=("validate",)),
        _create_listing(),
        *(_upload(name, index) for index, name in enumerate(photos)),
        _publish_step(photos),
        _save(variant_count),
    )


def _create_listing() -> Step:
    picks = {"handle": "product.handle", "form": "map.form"}
    return Step("create_listing", TaskKind.PLUGIN_HTTP, "flea.create_listing", picks, needs=("map",), undo="flea.delete_listing")


def _upload(name: str, index: int) -> Step:
    picks = {"listing_id": "create_listing.listing_id", "image": f"product.images.{index}"}
    return Step(name, TaskKind.PLUGIN_HTTP, "flea.upload_photo", picks, needs=("create_listing",))


def _publish_step(photos: tuple[str, ...]) -> Step:
    picks = {"listing_id": "create_listing.listing_id"}
    return Step("publish", TaskKind.PLUGIN_HTTP, "flea.publish", picks, needs=("create_listing", *photos), undo="flea.unpublish")


def _save(variant_count: int) -> Step:
    picks: Picks = {
        "handle": "product.handle",
        "listing_id": "create_listing.listing_id",
        "url": "publish.url",
        "skus": tuple(f"product.variants.{index}.sku" for index in range(variant_count)),
    }
    return Step("save_listing", TaskKind.DB_OPERATION, "flea.save_listing", picks, needs=("publish",))
