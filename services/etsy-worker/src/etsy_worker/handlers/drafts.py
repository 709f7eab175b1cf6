"""Creating the draft, once for a product, although Etsy's call has no key that would make it so.

    linked to a listing that Etsy has? ── yes ─► that one
      │ no
    begun before, or told to look? ── yes ─► read the shop's drafts for this product's marker ── found ─► that one
      │ no                                     │ not there
    remember that it is begun ◄────────────────┘
      │
    create ─► remember the listing

A worker that dies between the call and its answer leaves "begun" behind, so whoever comes next looks, whichever job or attempt it is.
The rule is exact, for a marker names tenant, account and handle, with two bounds: a shop with more drafts than DRAFTS_READ_MAX is refused
rather than guessed at, and two jobs that publish one handle in the same second may both create.
"""

from etsy_worker.etsy import answers, marker
from etsy_worker.etsy.client import PAGE_LISTINGS_MAX
from etsy_worker.handlers.shop import Shop, rejected
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.listings import Listing
from hawker.contracts.words import Model, Result

BEGUN = ""
"""Instead of a listing's id: a draft may exist, its id never reached us."""
DRAFTS_READ_MAX = 2_000
PAGE_OVERLAP = 20
"""Drafts that are published while we read move up the rest. So pages overlap, and two that share nothing prove nothing."""


class Input(Model):
    handle: str
    draft: Result


async def create(command: ExecuteTask, shop: Shop) -> Result | Failure:
    """Safe to repeat: looks for the link, then for the draft, before it creates; and remembers before and after."""
    wanted = Input.model_validate(command.input)
    linked = await shop.linked(command, wanted.handle)
    if linked:
        listing = await shop.etsy.listing(linked)
        if listing is not None:
            return listing if isinstance(listing, Failure) else _result(listing)
    if linked == BEGUN or command.look_first or command.attempt > 1:
        draft = await _find(shop, _marker(command, wanted))
        if draft is not None:
            return draft if isinstance(draft, Failure) else await _remembered(command, shop, wanted, draft)
    return await _create(command, shop, wanted)


async def _create(command: ExecuteTask, shop: Shop, wanted: Input) -> Result | Failure:
    await shop.link(command, wanted.handle, Listing(listing_id=BEGUN))
    description = marker.put(str(wanted.draft["description"]), _marker(command, wanted))
    draft = await shop.etsy.create_draft({**wanted.draft, "description": description})
    return draft if isinstance(draft, Failure) else await _remembered(command, shop, wanted, draft)


async def _find(shop: Shop, name: str) -> answers.Listing | Failure | None:
    """The draft that carries the marker; None when the shop has none."""
    before: frozenset[int] = frozenset()
    for offset in range(0, DRAFTS_READ_MAX, PAGE_LISTINGS_MAX - PAGE_OVERLAP):
        page = await shop.etsy.drafts(offset)
        if isinstance(page, Failure):
            return page
        for draft in page.results:
            if marker.is_in(draft.description, name):
                return draft
        here = frozenset(draft.listing_id for draft in page.results)
        if before and not before & here:
            return Failure(kind=FailureKind.TRANSIENT, reason="The shop's drafts changed faster than they could be read.")
        if len(page.results) < PAGE_LISTINGS_MAX:
            return None
        before = here
    return rejected(
        f"The shop has more than {DRAFTS_READ_MAX} drafts, too many to tell whether this product has one; delete some and retry."
    )


async def _remembered(command: ExecuteTask, shop: Shop, wanted: Input, draft: answers.Listing) -> Result:
    await shop.link(command, wanted.handle, Listing(listing_id=str(draft.listing_id), url=draft.url))
    return _result(draft)


def _marker(command: ExecuteTask, wanted: Input) -> str:
    return marker.of(command.tenant_id, command.account_id, wanted.handle)


def _result(listing: answers.Listing) -> Result:
    return {"listing_id": str(listing.listing_id)}
