"""An id as people give it: whole, or its beginning where that is enough among the newest ones."""

from collections.abc import AsyncIterator, Awaitable, Callable

from hawker.client import Batch, HawkerError, Job, Page

PAGES_MAX = 5
NOT_FOUND = 404


async def find[M: (Batch, Job)](text: str, get: Callable[[str], Awaitable[M]], pages: Callable[[], AsyncIterator[Page[M]]]) -> M:
    """Raises HawkerError: not found, or several begin like that."""
    try:
        return await get(text)
    except HawkerError as error:
        if error.status != NOT_FOUND:
            raise
        found = await _beginning_with(text, pages())
        if not found:
            raise
    if len(found) > 1:
        names = ", ".join(each.id for each in found[:5])
        raise HawkerError(f"{len(found)} ids begin with {text!r}", names, "Give more of the id.", status=NOT_FOUND)
    return await get(found[0].id)


async def _beginning_with[M: (Batch, Job)](text: str, pages: AsyncIterator[Page[M]]) -> list[M]:
    found: list[M] = []
    count = 0
    async for page in pages:
        found += [each for each in page.items if each.id.startswith(text)]
        count += 1
        if count == PAGES_MAX:
            break
    return found
