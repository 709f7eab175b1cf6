"""Bytes to text, or the reason why they are no CSV. What another kind of file is gets named, because that is what the seller must know."""

from collections.abc import Sequence

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


def decode(content: bytes) -> str | Fault:
    """UTF-8, with or without a byte order mark."""
    if not content.strip():
        return Fault(0, None, "the file is empty", _FROM_SHOPIFY)
    kind = _other_kind(content)
    if kind is not None:
        what, remedy = kind
        return Fault(0, None, f"this is no CSV: it is {what}", remedy)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        return _wrong_encoding(content, fault.start)


def _other_kind(content: bytes) -> tuple[str, str] | None:
    for start, what, remedy in KINDS:
        if content.startswith(start):
            return what, remedy
    sample = content[:SAMPLE_BYTES]
    if sample.count(0) > len(sample) // 4:
        return "text in UTF-16, or binary data", _EXPORT
    if b"\0" in content:
        return "binary data", _FROM_SHOPIFY
    return _markup(sample.removeprefix(b"\xef\xbb\xbf").lstrip()[:1])


def _markup(first: bytes) -> tuple[str, str] | None:
    if first in {b"{", b"["}:
        return "JSON", _FROM_SHOPIFY
    if first == b"<":
        return "HTML or XML, perhaps a saved web page", _FROM_SHOPIFY
    return None


def _wrong_encoding(content: bytes, start: int) -> Fault:
    line = content.count(b"\n", 0, start) + 1
    byte = content[start : start + 1]
    likely = byte.decode("cp1252", errors="replace")
    return Fault(
        line,
        _column(content, start),
        f"the text is not UTF-8: byte 0x{byte.hex()} is no character (in Windows-1252 it would be {likely!r})",
        "Save the file as 'CSV UTF-8', or convert it: iconv -f WINDOWS-1252 -t UTF-8 OLD.csv > NEW.csv",
    )


def _column(content: bytes, start: int) -> str | None:
    """The heading over a place, counted by commas outside quotes within its line; None where the line begins inside a quoted text."""
    begin = content.rfind(b"\n", 0, start) + 1
    index = _commas(content[begin:start])
    headings = content[: content.find(b"\n")].decode("cp1252", errors="replace").split(",")
    quotes_even = content.count(b'"', 0, begin) % 2 == 0
    return headings[index].strip().strip('"') if begin and quotes_even and index < len(headings) else None


def _commas(before: bytes) -> int:
    return sum(part.count(b",") for part in before.split(b'"')[::2])
