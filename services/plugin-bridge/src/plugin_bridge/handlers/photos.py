"""Photos of a listing. A position holds one photo, so looking whether it is taken makes an upload safe to repeat."""

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.words import Result
from plugin_bridge.flea.limits import PHOTO_BYTES_MAX
from plugin_bridge.flea.site import Form
from plugin_bridge.handlers.account import FleaAccount
from plugin_bridge.handlers.inputs import OfPhoto, read


async def upload(command: ExecuteTask, account: FleaAccount) -> Result | Failure:
    asked = read(OfPhoto, command)
    form = await account.site.form()
    if isinstance(form, Failure):
        return form
    seen = await account.site.listing(asked.listing_id)
    if isinstance(seen, Failure):
        return seen
    taken = any(photo.position == asked.image.position for photo in seen.photos)
    failure = None if taken else await _add(form, asked, account)
    return failure or {"position": asked.image.position}


async def _add(form: Form, asked: OfPhoto, account: FleaAccount) -> Failure | None:
    picture = await account.pictures.fetch(asked.image.url)
    if isinstance(picture, Failure):
        return picture
    if len(picture.content) > PHOTO_BYTES_MAX:
        return Failure(
            kind=FailureKind.REJECTED, reason=f"Picture {asked.image.position} is larger than {PHOTO_BYTES_MAX // 1024 // 1024} MB."
        )
    return await account.site.add_photo(form, asked.listing_id, picture, asked.image.position)
