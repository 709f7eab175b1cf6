"""The pictures of a product: those of its rows in their order, then those that only a variant names."""

from collections.abc import Sequence

from hawker.cli.shopify.cells import Cells
from hawker.contracts.limits import PRODUCT_IMAGES_MAX
from hawker.contracts.listings import Image


def read_images(rows: Sequence[Cells]) -> tuple[Image, ...]:
    """Numbered from 1 without gaps. A picture without a position comes after those before it; one that comes twice is kept once."""
    placed: list[tuple[int, str, str]] = []
    for cells in rows:
        url = cells.url("image_src")
        position = cells.position()
        if url:
            placed.append((position or max((place for place, _, _ in placed), default=0) + 1, url, cells.text("image_alt")))
    found: dict[str, str] = {}
    for _, url, alt in sorted(placed, key=lambda picture: picture[0]):
        found.setdefault(url, alt)
    for cells in rows:
        url = cells.url("variant_image")
        if url:
            found.setdefault(url, "")
    return _number(rows, found)


def _number(rows: Sequence[Cells], found: dict[str, str]) -> tuple[Image, ...]:
    """No marketplace takes more than PRODUCT_IMAGES_MAX: the first ones stay."""
    if len(found) > PRODUCT_IMAGES_MAX:
        handle = rows[0].row["handle"]
        rows[0].findings.note(rows[0].row.line, f"{handle}: {len(found)} pictures, the first {PRODUCT_IMAGES_MAX} are kept")
    kept = list(found.items())[:PRODUCT_IMAGES_MAX]
    return tuple(Image(url=url, position=position, alt=alt) for position, (url, alt) in enumerate(kept, start=1))
