"""Whether bytes are the text of a CSV at all, or the reason why not. What another kind of file is gets named, because that is what the seller must know."""

import codecs
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from hawker.cli.shopify.faults import Fault

_EXPORT = "Open it in the spreadsheet program and save it as 'CSV UTF-8 (comma delimited)'."
_FROM_SHOPIFY = "In Shopify choose Products, Export, 'Plain CSV file', and give that file."
_UNPACK = "Unpack it and give the .csv file inside."

KINDS: Sequence[tuple[bytes, str, str]] = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive", f"{_EXPORT} If it is a zip archive, unpack it first."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", _EXPORT),
    (b"\x1f\x8b", "a gzip archive", _UNPACK),
    (b"%PDF", "a PDF", _FROM_SHOPIFY),
    (b"\x89PNG", "a picture", _FROM_SHOPIFY),
    (b"\xff\xd8\xff", "a picture", _FROM_SHOPIFY),
    (b"GIF8", "a picture", _FROM_SHOPIFY),
    (b"SQLite format 3", "a database", _FROM_SHOPIFY),
    (b"\xff\xfe", "text in UTF-16", _EXPORT),
    (b"\xfe\xff", "text in UTF-16", _EXPORT),
)
SAMPLE_BYTES = 4096
BLOCK_BYTES = 1024 * 1024
"""So much of the file is held at a time."""


def check(file: BinaryIO) -> Fault | None:
    """Reads all of it, block by block. It must be UTF-8, with or without a byte order mark."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_blank = True
    offset = 0
    for block in _blocks(file):
        kind = _other_kind(block, is_first=not offset)
        if kind is not None:
            what, remedy = kind
            return Fault(0, None, f"this is no CSV: it is {what}", remedy)
        kept, _ = decoder.getstate()
        try:
            decoder.decode(block, final=len(block) < BLOCK_BYTES)
        except UnicodeDecodeError as fault:
            return _wrong_encoding(file, offset - len(kept) + fault.start)
        is_blank = is_blank and not block.strip()
        offset += len(block)
    return Fault(0, None, "the file is empty", _FROM_SHOPIFY) if is_blank else None


def _blocks(file: BinaryIO, length: int | None = None) -> Iterator[bytes]:
    """From its start: all of it, or its first `length` bytes. The last one is shorter than BLOCK_BYTES, if need be empty."""
    file.seek(0)
    while True:
        block = file.read(BLOCK_BYTES if length is None else min(BLOCK_BYTES, length))
        yield block
        length = None if length is None else length - len(block)
        if len(block) < BLOCK_BYTES:
            return


def _other_kind(block: bytes, *, is_first: bool) -> tuple[str, str] | None:
    sample = block[:SAMPLE_BYTES] if is_first else b""
    for start, what, remedy in KINDS:
        if sample.startswith(start):
            return what, remedy
    if sample.count(0) > len(sample) // 4:
        return "text in UTF-16, or binary data", _EXPORT
    if b"\0" in block:
        return "binary data", _FROM_SHOPIFY
    return _markup(sample.removeprefix(b"\xef\xbb\xbf").lstrip()[:1])


def _markup(first: bytes) -> tuple[str, str] | None:
    if first in {b"{", b"["}:
        return "JSON", _FROM_SHOPIFY
    if first == b"<":
        return "HTML or XML, perhaps a saved web page", _FROM_SHOPIFY
    return None


def _wrong_encoding(file: BinaryIO, start: int) -> Fault:
    file.seek(start)
    byte = file.read(1)
    likely = byte.decode("cp1252", errors="replace")
    line = sum(block.count(b"\n") for block in _blocks(file, start)) + 1
    return Fault(
        line,
        _column(file, start),
        f"the text is not UTF-8: byte 0x{byte.hex()} is no character (in Windows-1252 it would be {likely!r})",
        "Save the file as 'CSV UTF-8', or convert it: iconv -f WINDOWS-1252 -t UTF-8 OLD.csv > NEW.csv",
    )


def _column(file: BinaryIO, start: int) -> str | None:
    """The heading over a place, counted by commas outside quotes within its line; None where the line begins inside a quoted text."""
    begin = _line_begin(file, start)
    quotes_even = sum(block.count(b'"') for block in _blocks(file, begin)) % 2 == 0
    file.seek(0)
    headings = file.readline(BLOCK_BYTES).decode("cp1252", errors="replace").strip("\r\n").split(",")
    file.seek(begin)
    index = _commas(file.read(min(start - begin, BLOCK_BYTES)))
    return headings[index].strip().strip('"') if begin and quotes_even and index < len(headings) else None


def _line_begin(file: BinaryIO, start: int) -> int:
    begin = offset = 0
    for block in _blocks(file, start):
        begin = offset + block.rfind(b"\n") + 1 if b"\n" in block else begin
        offset += len(block)
    return begin


def _commas(before: bytes) -> int:
    return sum(part.count(b",") for part in before.split(b'"')[::2])
