"""A listing's pictures: uploaded one by one at a rank, at most twenty, the same bytes taken as often as they come."""

from http import HTTPStatus

from pydantic import JsonValue

from sandbox.calls import Answer, Call, JsonObject, digits, is_within
from sandbox.etsy import errors
from sandbox.etsy.ownership import owned
from sandbox.etsy.state import Listing, Market, Picture
from sandbox.gallery import Gallery, picture_type

PICTURES_MAX = 20
FIRST_RANK = 1
ALT_TEXT_LENGTH_MAX = 500
PICTURE_BYTES_MAX = 20 * 1024 * 1024
TRUE = frozenset({"true", "1"})


def upload(market: Market, gallery: Gallery, call: Call) -> Answer:
    """Without `overwrite` a picture at a taken rank pushes the others back; with it, it takes the place."""
    listing = owned(market, call)
    if isinstance(listing, Answer):
        return listing
    if (error := _wrong(listing, call)) is not None:
        return errors.bad(error)
    rank = digits(call.field("rank")) or FIRST_RANK
    digest = gallery.put(call.parts["image"].content)
    picture = Picture(next(market.numbers), digest, rank, call.field("alt_text"), int(call.now))
    place = min(rank - 1, len(listing.pictures))
    listing.pictures[place : place + _overwrites(call)] = [picture]
    return Answer(HTTPStatus.CREATED, shown_picture(listing, picture, call), effect=True)


def get_all(market: Market, call: Call) -> Answer:
    listing = market.find(call.params["listing_id"])
    if listing is None:
        return errors.no_listing(call.params["listing_id"])
    results = shown_pictures(listing, call)
    return Answer(HTTPStatus.OK, {"count": len(results), "results": results})


def delete(market: Market, call: Call) -> Answer:
    listing = owned(market, call)
    if isinstance(listing, Answer):
        return listing
    kept = [picture for picture in listing.pictures if str(picture.image_id) != call.params["listing_image_id"]]
    if len(kept) == len(listing.pictures):
        return errors.no_resource()
    listing.pictures[:] = kept
    return Answer(HTTPStatus.NO_CONTENT, effect=True)


def shown_pictures(listing: Listing, call: Call) -> list[JsonValue]:
    return [shown_picture(listing, picture, call) for picture in listing.pictures]


def shown_picture(listing: Listing, picture: Picture, call: Call) -> JsonObject:
    """The document's ListingImage; colours come later at the real one, too."""
    url = f"{call.base_url}/images/{picture.digest}"
    return {
        "listing_id": listing.listing_id,
        "listing_image_id": picture.image_id,
        "hex_code": None,
        "creation_tsz": picture.created,
        "created_timestamp": picture.created,
        "rank": listing.pictures.index(picture) + 1,
        "url_75x75": url,
        "url_170x135": url,
        "url_570xN": url,
        "url_fullxfull": url,
        "full_height": None,
        "full_width": None,
        "alt_text": picture.alt_text,
    }


def _overwrites(call: Call) -> bool:
    return call.field("overwrite").lower() in TRUE


def _wrong(listing: Listing, call: Call) -> str | None:
    image = call.parts.get("image")
    if image is None or not image.filename:
        return "No image file was uploaded."
    if picture_type(image.content) is None:
        return "The file is not a supported image type."
    if len(image.content) > PICTURE_BYTES_MAX:
        return "The image file is too large."
    if not is_within(call.field("rank") or str(FIRST_RANK), 0, PICTURES_MAX):
        return "Invalid value for parameter 'rank'."
    if len(call.field("alt_text")) > ALT_TEXT_LENGTH_MAX:
        return f"alt_text must have at most {ALT_TEXT_LENGTH_MAX} characters."
    return f"A listing takes at most {PICTURES_MAX} images." if len(listing.pictures) >= PICTURES_MAX and not _overwrites(call) else None
