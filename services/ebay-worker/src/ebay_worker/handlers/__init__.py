"""The table of contents: which operation is whose. Every handler is safe to repeat, and its docstring says what makes it so."""

from collections.abc import Mapping

from ebay_worker.handlers import images, items, listings, offers, products, publishing
from ebay_worker.handlers.seller import Seller
from hawker.worker.handler import Handler

HANDLERS: Mapping[str, Handler[Seller]] = {
    "ebay.validate": products.validate,
    "ebay.map": products.map_,
    "ebay.upload_image": images.upload,
    "ebay.put_item": items.put,
    "ebay.put_group": items.put_group,
    "ebay.create_offer": offers.create,
    "ebay.publish_offer": publishing.publish_offer,
    "ebay.publish_group": publishing.publish_group,
    "ebay.save_listing": listings.save,
}
