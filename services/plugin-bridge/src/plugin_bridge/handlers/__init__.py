"""The table of contents: every operation of the plugin lane and what carries it out."""

from collections.abc import Mapping

from hawker.worker.handler import Handler
from plugin_bridge.handlers import listings, photos, products
from plugin_bridge.handlers.account import FleaAccount

HANDLERS: Mapping[str, Handler[FleaAccount]] = {
    "flea.validate": products.validate,
    "flea.map": products.map_to_form,
    "flea.create_listing": listings.create,
    "flea.upload_photo": photos.upload,
    "flea.publish": listings.publish,
    "flea.save_listing": listings.save,
}
