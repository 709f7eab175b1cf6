"""A batch's products, cut into messages that the log takes. Pure."""

from collections.abc import Iterator, Sequence

from api_gateway import problems
from hawker.contracts.limits import CHUNK_ITEMS_MAX, MESSAGE_BYTES_MAX
from hawker.contracts.listings import Product

FRAME_BYTES = 4096
"""Room for what stands around the products in a message."""
PRODUCTS_BYTES_MAX = MESSAGE_BYTES_MAX - FRAME_BYTES


def cut(
    products: Sequence[Product], *, items_max: int = CHUNK_ITEMS_MAX, bytes_max: int = PRODUCTS_BYTES_MAX
) -> Iterator[tuple[Product, ...]]:
    """In order. Raises Problem for a product that is too large alone."""
    gathered: list[Product] = []
    gathered_bytes = 0
    for place, product in enumerate(products):
        size = measure(product, place, bytes_max)
        if gathered and (len(gathered) == items_max or gathered_bytes + size > bytes_max):
            yield tuple(gathered)
            gathered, gathered_bytes = [], 0
        gathered.append(product)
        gathered_bytes += size
    if gathered:
        yield tuple(gathered)


def measure(product: Product, place: int, bytes_max: int = PRODUCTS_BYTES_MAX) -> int:
    """Its bytes of JSON, with the comma after it. Raises Problem."""
    size = len(product.model_dump_json().encode()) + 1
    if size > bytes_max:
        detail = f"products.{place} ({product.handle!r}) has {size} bytes, one product has at most {bytes_max}."
        raise problems.too_large(detail, "Shorten its description or list it with fewer variants.")
    return size
