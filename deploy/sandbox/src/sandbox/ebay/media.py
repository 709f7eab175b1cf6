"""Pictures: uploaded once, then read for the URL that a listing uses. Keeps bytes for the listing pages only."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from sandbox.calls import Answer, Call, JsonObject, text_at
from sandbox.ebay import errors
from sandbox.ebay.state import Image, Market, Seller
from sandbox.gallery import Gallery, picture_type

IMAGE_BYTES_MAX = 12 * 1024 * 1024
UNUSED_KEPT_DAYS = 30


def create_from_file(market: Market, gallery: Gallery, _seller: Seller, call: Call) -> Answer:
    """The part is called `image`; each upload is a new image, the same bytes or not."""
    part = call.parts.get("image")
    if part is None or picture_type(part.content) is None:
        message = (
            "The supplied image is in a format that is not supported. Please refer to the documentation for a list of supported formats."
        )
        return errors.media(HTTPStatus.BAD_REQUEST, 190203, message)
    if len(part.content) > IMAGE_BYTES_MAX:
        message = "The image file size is larger than the limit. Please refer to the documentation."
        return errors.media(HTTPStatus.BAD_REQUEST, 190201, message)
    return _created(market, gallery.put(part.content), call)


def create_from_url(market: Market, _gallery: Gallery, _seller: Seller, call: Call) -> Answer:
    """The stand-in fetches nothing: it takes any https address at its word."""
    url = text_at(call.body, "imageUrl")
    if not url.startswith("https://"):
        message = "No valid image can be downloaded from the provided imageUrl. Please refer to the documentation."
        return errors.media(HTTPStatus.BAD_REQUEST, 190204, message)
    return _created(market, url, call)


def get(market: Market, _gallery: Gallery, _seller: Seller, call: Call) -> Answer:
    image = market.images.get(call.params["image_id"])
    if image is None:
        return errors.media(HTTPStatus.NOT_FOUND, 190200, "The image resource was not found.")
    return Answer(HTTPStatus.OK, shown(image, call.base_url))


def shown(image: Image, base_url: str) -> JsonObject:
    url = image.source if image.source.startswith("https://") else f"{base_url}/images/{image.source}"
    ends = datetime.fromtimestamp(image.uploaded_at, UTC) + timedelta(days=UNUSED_KEPT_DAYS)
    return {"imageUrl": url, "maxDimensionImageUrl": url, "expirationDate": ends.isoformat(timespec="milliseconds").replace("+00:00", "Z")}


def _created(market: Market, source: str, call: Call) -> Answer:
    image_id = f"v1-{len(market.images) + 1:08d}"
    image = market.images[image_id] = Image(source, call.now)
    location = f"{call.base_url}/commerce/media/v1_beta/image/{image_id}"
    return Answer(HTTPStatus.CREATED, shown(image, call.base_url), {"Location": location}, effect=True)
