"""Multipart bodies, whole and in memory: splits at the boundary. Much cheaper than aiohttp's reader, which is made for streams."""

import re

from sandbox.calls import Part

NAME = re.compile(rb'\bname="([^"]*)"')
FILENAME = re.compile(rb'\bfilename="([^"]*)"')
DASHES, LINE, HEAD_END = b"--", b"\r\n", b"\r\n\r\n"


def parts_of(content: bytes, boundary: str) -> dict[str, Part]:
    """The parts by name. ValueError where the body is none."""
    delimiter = DASHES + boundary.encode()
    if not boundary or not content.startswith(delimiter) or delimiter + DASHES not in content:
        raise ValueError("the body does not keep to its boundary")
    pieces = content[len(delimiter) :].split(LINE + delimiter)
    return dict(_part(piece) for piece in pieces if not piece.startswith(DASHES))


def _part(piece: bytes) -> tuple[str, Part]:
    head, end, body = piece.partition(HEAD_END)
    name = NAME.search(head)
    if not end or name is None:
        raise ValueError("a part without a name")
    filename = FILENAME.search(head)
    return name[1].decode(), Part(body, filename[1].decode(errors="replace") if filename is not None else "")
