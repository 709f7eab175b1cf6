"""Record batches of outsiders, whose header names may be no text. It only takes batches apart, and never reads from a broker.

Librdkafka's users may name a header with any bytes. Aiokafka stops at such a record, at every reading anew: its partition
would stand still for ever. Here that one batch is read again in plain Python, and the name gets replacement characters.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import aiokafka.consumer.fetcher  # type: ignore[import-untyped]  # aiokafka ships no types
from aiokafka.errors import CorruptRecordException  # type: ignore[import-untyped]  # the same
from aiokafka.record.default_records import _DefaultRecordBatchPy  # type: ignore[import-untyped]  # the same
from aiokafka.record.memory_records import _MemoryRecordsPy  # type: ignore[import-untyped]  # the same

MAGIC_OFFSET = 16
MAGIC_WITH_HEADERS = 2


class _AnyText(bytearray):
    """Bytes of which every piece is text."""

    def __getitem__(self, place: Any) -> Any:  # Any: an index gives a number, a slice gives bytes
        found = super().__getitem__(place)
        return _AnyText(found) if isinstance(place, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:  # noqa: ARG002 - aiokafka asks for no other
        return super().decode(encoding, "replace")


class _Batch:
    """One batch as aiokafka reads it, and in plain Python from the record on that it cannot."""

    def __init__(self, batch: Any, content: memoryview) -> None:  # Any: aiokafka's own
        self._batch = batch
        self._content = content

    def __getattr__(self, name: str) -> Any:  # Any: aiokafka's own
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:  # Any: aiokafka's own
        given = 0
        try:
            for record in self._batch:
                yield record
                given += 1
        except (UnicodeDecodeError, CorruptRecordException):  # The second is what newer versions make of the first.
            yield from islice(_patiently(self._content), given, None)


def _patiently(content: memoryview) -> Iterator[Any]:  # Any: aiokafka's own
    batch = _DefaultRecordBatchPy(content)
    batch._maybe_uncompress()  # noqa: SLF001 - its buffer is exchanged before the first record is read
    batch._buffer = _AnyText(batch._buffer)  # noqa: SLF001 - the same
    yield from batch


class Records(_MemoryRecordsPy):  # type: ignore[misc]  # aiokafka ships no types
    """What one fetch brought of a partition."""

    def next_batch(self) -> Any:  # Any: aiokafka's own
        content = self._next_slice
        batch = super().next_batch()
        if batch is None or content[MAGIC_OFFSET] < MAGIC_WITH_HEADERS or batch.is_control_batch:
            return batch
        return _Batch(batch, content)


def install() -> None:
    """For every consumer of this process."""
    aiokafka.consumer.fetcher.MemoryRecords = Records
