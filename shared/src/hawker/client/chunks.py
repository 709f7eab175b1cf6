"""Products, cut into request bodies that the gateway takes. Pure; every product is written out once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hawker.client.errors import HawkerError
from hawker.contracts.limits import CHUNK_ITEMS_MAX, REQUEST_BODY_BYTES_MAX
from hawker.contracts.listings import Product

CHUNK_BYTES_MAX = REQUEST_BODY_BYTES_MAX * 3 // 4
"""The gateway adds its own words before a message travels on."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some products as JSON, numbered from 0."""

    sequence: int
    count: int
    products: bytes
    """A JSON array."""


def cut(products: Iterable[Product], *, items_max: int = CHUNK_ITEMS_MAX, bytes_max: int = CHUNK_BYTES_MAX) -> Iterator[Chunk]:
    """Raises HawkerError for a product that is too big alone."""
    gathered: list[bytes] = []
    size = sequence = 0
    for product in products:
        written = _write(product, bytes_max)
        if gathered and (len(gathered) == items_max or size + len(written) > bytes_max):
            yield _chunk(sequence, gathered)
            gathered, size, sequence = [], 0, sequence + 1
        gathered.append(written)
        size += len(written) + 1
    if gathered:
        yield _chunk(sequence, gathered)


def _write(product: Product, bytes_max: int) -> bytes:
    written = product.model_dump_json().encode()
    if len(written) > bytes_max:
        raise HawkerError(
            f"The product {product.handle!r} is too big",
            f"it takes {len(written)} bytes, the limit is {bytes_max}",
            "Shorten its description, or list it with fewer variants.",
        )
    return written


def _chunk(sequence: int, written: Sequence[bytes]) -> Chunk:
    return Chunk(sequence, len(written), b"[" + b",".join(written) + b"]")
