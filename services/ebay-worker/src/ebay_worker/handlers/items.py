"""Inventory items and the group that makes them one listing. Safe to repeat: each is a full replace under our own key."""

from typing import cast

from ebay_worker.ebay.mapping import with_pictures
from ebay_worker.handlers.seller import Seller
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure
from hawker.contracts.words import Result


async def put(command: ExecuteTask, seller: Seller) -> Result | Failure:
    """`created` is true only where eBay says so: undoing must never delete an item that was there before."""
    item = cast("Result", command.input["item"])  # What `map` left: {sku, locale, payload, picture}.
    urls = cast("list[str]", command.input["image_urls"])
    sku, first = cast("str", item["sku"]), cast("int | None", item.get("picture"))
    done = await seller.ebay.put_item(sku, with_pictures(cast("Result", item["payload"]), urls, first=first))
    return done if isinstance(done, Failure) else {"sku": sku, "created": done.created}


async def put_group(command: ExecuteTask, seller: Seller) -> Result | Failure:
    group = cast("Result", command.input["group"])  # What `map` left: {group_key, payload}.
    key, payload = cast("str", group["group_key"]), cast("Result", group["payload"])
    done = await seller.ebay.put_group(key, {**payload, "imageUrls": command.input["image_urls"]})
    return done if isinstance(done, Failure) else {"group_key": key, "created": done.created}
