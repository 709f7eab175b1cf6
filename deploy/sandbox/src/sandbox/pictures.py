"""The picture host: any path gives a small picture, drawn from the path alone, so any catalogue's addresses work.

Three names misbehave: `missing.*` is not there, `huge.png` is too big to take, `not-a-picture.*` is text.
"""

import hashlib
import io
from functools import lru_cache
from pathlib import PurePosixPath

from aiohttp import web
from PIL import Image, ImageDraw

WIDTH, HEIGHT = 480, 360
HUGE_SIDE = 3_000
"""Three bytes a pixel, stored and not packed: 27 MB, over every marketplace's limit."""
PICTURES_KEPT_MAX = 512
TEXT_LENGTH_MAX = 40
DARK = 380
"""A background whose colours add up to less takes white letters."""


def picture_host() -> web.Application:
    app = web.Application()
    app.router.add_get("/{path:.*}", _get)
    return app


async def _get(request: web.Request) -> web.Response:
    path = request.match_info["path"]
    match PurePosixPath(path).stem:
        case "missing":
            raise web.HTTPNotFound
        case "not-a-picture":
            return web.Response(text="This is no picture.")
        case "huge":
            return web.Response(body=_huge(), content_type="image/png")
        case _:
            media_type = "image/png" if path.endswith(".png") else "image/jpeg"
            return web.Response(body=draw(path, media_type), content_type=media_type)


@lru_cache(maxsize=PICTURES_KEPT_MAX)
def draw(path: str, media_type: str) -> bytes:
    """One path, one picture: colour from its digest, its name as text."""
    red, green, blue = hashlib.blake2b(path.encode(), digest_size=3).digest()
    picture = Image.new("RGB", (WIDTH, HEIGHT), (red, green, blue))
    ink = "white" if red + green + blue < DARK else "black"
    ImageDraw.Draw(picture).text((24, HEIGHT // 2), PurePosixPath(path).name[:TEXT_LENGTH_MAX], fill=ink, font_size=28)
    return _encoded(picture, media_type)


@lru_cache(maxsize=1)
def _huge() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (HUGE_SIDE, HUGE_SIDE)).save(content, "PNG", compress_level=0)
    return content.getvalue()


def _encoded(picture: Image.Image, media_type: str) -> bytes:
    content = io.BytesIO()
    if media_type == "image/png":
        picture.save(content, "PNG")
    else:
        picture.save(content, "JPEG", quality=80)
    return content.getvalue()
