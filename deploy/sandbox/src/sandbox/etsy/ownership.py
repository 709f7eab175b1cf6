"""Whose listing a call means: the caller's own, in the shop that the path names."""

from sandbox.calls import Answer, Call
from sandbox.etsy import errors
from sandbox.etsy.state import Listing, Market, shop_of


def owned(market: Market, call: Call) -> Listing | Answer:
    """The listing, or the answer that refuses it."""
    own_shop = str(shop_of(call.account))
    listing = market.find(call.params["listing_id"])
    if listing is None:
        return errors.no_listing(call.params["listing_id"])
    return listing if listing.account == call.account and call.params.get("shop_id", own_shop) == own_shop else errors.not_yours()
