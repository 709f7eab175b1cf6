"""The look that the stand-ins' pages share. Words and pictures come in; nothing here knows a marketplace."""

from collections.abc import Sequence
from html import escape
from http import HTTPStatus

from sandbox.calls import Answer, Call
from sandbox.gallery import Gallery, picture_type

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f5f5f2;color:#222}
header{background:#2b3a42;color:#fff;padding:.8rem 1.5rem;font-weight:600}
main{max-width:46rem;margin:1.5rem auto;background:#fff;padding:1.5rem 2rem;border-radius:.5rem;box-shadow:0 1px 4px #0002}
h1{margin-top:0;font-size:1.4rem}table{border-collapse:collapse;margin:1rem 0}td,th{text-align:left;padding:.2rem 1rem .2rem 0;border-bottom:1px solid #eee}
.photos{display:flex;gap:.5rem;flex-wrap:wrap}.photos img{height:9rem;border-radius:.3rem}
label{display:block;margin:.7rem 0 .2rem}input,textarea{width:100%;box-sizing:border-box;padding:.45rem;font:inherit;border:1px solid #bbb;border-radius:.3rem}
button{margin-top:1rem;padding:.5rem 1.5rem;font:inherit;background:#2b6cb0;color:#fff;border:0;border-radius:.3rem;cursor:pointer}
"""


def page(status: int, title: str, body: str, *, brand: str) -> Answer:
    """`body` is HTML already; the title is not."""
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title><style>{STYLE}</style>"
    html = f"{head}<header>{escape(brand)}</header><main><h1>{escape(title)}</h1>{body}</main></html>"
    return Answer(status, html.encode(), content_type="text/html")


def photos(urls: Sequence[str]) -> str:
    images = "".join(f'<img src="{escape(url)}" alt="">' for url in urls)
    return f"<div class=photos>{images}</div>"


def image(gallery: Gallery, call: Call) -> Answer:
    """The picture host that the listing pages use."""
    content = gallery.get(call.params["digest"])
    if content is None:
        return Answer(HTTPStatus.NOT_FOUND)
    return Answer(HTTPStatus.OK, content, content_type=picture_type(content) or "application/octet-stream")
