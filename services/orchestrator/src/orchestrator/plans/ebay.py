"""Plans for eBay.

    validate ─ map ─┬───────────────┬─ put_item 1..v ─ (put_group) ─ create_offer 1..v ─ publish ─ save_listing
             └ upload_image 1..n ───┘

A product with one variant is an offer of its own; several are an item group that is published as one listing.
"""

from functools import cache

from hawker.contracts.facts import TaskSpec
from hawker.contracts.listings import Product
from hawker.contracts.words import TaskKind
from orchestrator.plans.steps import Picks, Step, lay_out, numbered

IMAGES_MAX = 24
GROUP_IMAGES_MAX = 12


def publish(product: Product) -> tuple[TaskSpec, ...]:
    return _publish(len(product.images), len(product.variants))


@cache  # A plan depends on two small numbers; jobs of one shape share one.
def _publish(image_count: int, variant_count: int) -> tuple[TaskSpec, ...]:
    grouped = variant_count > 1
    uploads = numbered("upload_image", min(image_count, GROUP_IMAGES_MAX if grouped else IMAGES_MAX))
    items = numbered("put_item", variant_count)
    offers = numbered("create_offer", variant_count)
    urls = tuple(f"{upload}.url" for upload in uploads)
    return lay_out(
        Step("validate", TaskKind.FILE_OPERATION, "ebay.validate", {"product": "product"}),
        Step("map", TaskKind.DB_OPERATION, "ebay.map", {"product": "product"}, needs=("validate",)),
        *(_upload(name, index) for index, name in enumerate(uploads)),
        *(_put_item(name, index, uploads, urls) for index, name in enumerate(items)),
        *((_put_group(items, urls),) if grouped else ()),
        *(_create_offer(name, index, ("put_group",) if grouped else items) for index, name in enumerate(offers)),
        _publish_group(offers) if grouped else _publish_offer(offers),
        _save(items),
    )


def _upload(name: str, index: int) -> Step:
    return Step(name, TaskKind.DIRECT_HTTP, "ebay.upload_image", {"image": f"product.images.{index}"}, needs=("validate",))


def _put_item(name: str, index: int, uploads: tuple[str, ...], urls: tuple[str, ...]) -> Step:
    picks: Picks = {"item": f"map.items.{index}", "image_urls": urls}
    return Step(name, TaskKind.DIRECT_HTTP, "ebay.put_item", picks, needs=("map", *uploads), undo="ebay.delete_item")


def _put_group(items: tuple[str, ...], urls: tuple[str, ...]) -> Step:
    picks: Picks = {"group": "map.group", "image_urls": urls}
    return Step("put_group", TaskKind.DIRECT_HTTP, "ebay.put_group", picks, needs=items, undo="ebay.delete_group")


def _create_offer(name: str, index: int, needs: tuple[str, ...]) -> Step:
    return Step(name, TaskKind.DIRECT_HTTP, "ebay.create_offer", {"offer": f"map.offers.{index}"}, needs=needs, undo="ebay.delete_offer")


def _publish_offer(offers: tuple[str, ...]) -> Step:
    picks = {"offer_id": f"{offers[0]}.offer_id"}
    return Step("publish", TaskKind.DIRECT_HTTP, "ebay.publish_offer", picks, needs=offers, undo="ebay.withdraw_offer")


def _publish_group(offers: tuple[str, ...]) -> Step:
    picks: Picks = {
        "group_key": "put_group.group_key",
        "offer_ids": tuple(f"{offer}.offer_id" for offer in offers),
    }
    return Step("publish", TaskKind.DIRECT_HTTP, "ebay.publish_group", picks, needs=("put_group", *offers), undo="ebay.withdraw_group")


def _save(items: tuple[str, ...]) -> Step:
    picks: Picks = {
        "handle": "product.handle",
        "listing_id": "publish.listing_id",
        "url": "publish.url",
        "skus": tuple(f"{item}.sku" for item in items),
    }
    return Step("save_listing", TaskKind.DB_OPERATION, "ebay.save_listing", picks, needs=("publish",))
