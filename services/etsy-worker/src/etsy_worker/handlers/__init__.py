"""The table of contents: which operation is whose. Every handler is safe to repeat, and its docstring says what makes it so."""

from collections.abc import Mapping

from etsy_worker.handlers import drafts, images, inventory, listings, products
from etsy_worker.handlers.shop import Shop
from hawker.worker.handler import Handler

HANDLERS: Mapping[str, Handler[Shop]] = {
    "etsy.validate": products.validate,
    "etsy.map": products.map_,
    "etsy.create_draft": drafts.create,
    "etsy.upload_image": images.upload,
    "etsy.put_inventory": inventory.put,
    "etsy.activate": listings.activate,
    "etsy.save_listing": listings.save,
}
