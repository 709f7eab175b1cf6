"""Offers become a listing. Safe to repeat: we look first, and a listing that is there is adopted, never made again."""

import asyncio
from collections.abc import Sequence
from typing import cast

from ebay_worker.ebay.answers import Offer, Publication
from ebay_worker.ebay.limits import listing_url
from ebay_worker.handlers.seller import Seller, rejected
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure
from hawker.contracts.words import Result


async def publish_offer(command: ExecuteTask, seller: Seller) -> Result | Failure:
    offer_id = cast("str", command.input["offer_id"])
    offer = await seller.ebay.offer(offer_id)
    if isinstance(offer, Failure):
        return offer
    if offer is None:
        return rejected(f"eBay no longer has the offer {offer_id}; somebody deleted it meanwhile.")
    if offer.published_listing_id is not None:
        return _listed(offer.published_listing_id, seller)
    return _told(await seller.ebay.publish_offer(offer_id), seller)


async def publish_group(command: ExecuteTask, seller: Seller) -> Result | Failure:
    """One offer tells whether anything was published; only then do all of them, for a group can have grown since."""
    first, *others = cast("list[str]", command.input["offer_ids"])
    found = await _offers([first], seller)
    if isinstance(found, Failure):
        return found
    if found[0].published_listing_id is not None:
        rest = await _offers(others, seller)
        if isinstance(rest, Failure):
            return rest
        if len({offer.published_listing_id for offer in (*found, *rest)}) == 1:
            return _listed(found[0].published_listing_id, seller)
    return _told(await seller.ebay.publish_group(cast("str", command.input["group_key"]), seller.profile.marketplace_id), seller)


async def _offers(offer_ids: Sequence[str], seller: Seller) -> Sequence[Offer] | Failure:
    answers = await asyncio.gather(*(seller.ebay.offer(offer_id) for offer_id in offer_ids))
    offers: list[Offer] = []
    for offer_id, answer in zip(offer_ids, answers, strict=True):
        if answer is None:
            return rejected(f"eBay no longer has the offer {offer_id}; somebody deleted it meanwhile.")
        if isinstance(answer, Failure):
            return answer
        offers.append(answer)
    return offers


def _told(answer: Publication | Failure, seller: Seller) -> Result | Failure:
    """A success may warn that eBay dropped a field: the seller should know."""
    if isinstance(answer, Failure):
        return answer
    warnings = [warning.text for warning in answer.warnings if warning.text]
    return _listed(answer.listing_id, seller) | ({"warnings": list(warnings)} if warnings else {})


def _listed(listing_id: str, seller: Seller) -> Result:
    return {"listing_id": listing_id, "url": listing_url(seller.profile.marketplace_id, listing_id, seller.site_url)}
