"""A file on disk to products, and what is wrong with it told to the seller. The reading itself is pure and lives in `shopify`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from stat import S_ISREG
from tempfile import TemporaryFile
from typing import BinaryIO

from pydantic import JsonValue

from hawker.cli.screen import Screen
from hawker.cli.shopify import FILE_BYTES_MAX, Catalogue, Fault, Unreadable, read_file
from hawker.cli.shopify.decoding import BLOCK_BYTES

EXPORT_ADVICE = "Give the path of a product CSV exported from Shopify."


def load(path: Path, *, currency: str) -> Catalogue | Unreadable:
    try:
        with path.open("rb") as file, _seekable(file) as content:
            return read_file(content, currency=currency)
    except IsADirectoryError:
        return _unreadable("this is a folder")
    except FileNotFoundError:
        return _unreadable("there is no such file")
    except OSError as fault:
        return _unreadable(f"it cannot be read: {fault.strerror}")


@contextmanager
def _seekable(file: BinaryIO) -> Iterator[BinaryIO]:
    """The file itself; of a pipe or a device a copy on disk, with at most one byte more than may be read."""
    if file.seekable() and S_ISREG(os.fstat(file.fileno()).st_mode):
        yield file
        return
    with TemporaryFile() as copy:
        left = FILE_BYTES_MAX + 1
        while left > 0 and (block := file.read(min(BLOCK_BYTES, left))):
            left -= copy.write(block)
        yield copy


def _unreadable(problem: str) -> Unreadable:
    return Unreadable((Fault(0, None, problem, EXPORT_ADVICE),))


def tell_faults(path: Path, faults: tuple[Fault, ...], count: int, screen: Screen) -> None:
    """`FILE, line 7, column 'Variant Price': what is wrong. What to do.`"""
    for fault in faults:
        screen.say(f"{_place(path, fault)}: {fault.problem}. {fault.remedy}", "red")
    if count > len(faults):
        screen.say(f"... and {count - len(faults)} more faults.", "red")


def tell_notes(path: Path, catalogue: Catalogue, screen: Screen) -> None:
    for note in catalogue.notes:
        screen.say(f"{path}, line {note.line}: {note.text}.", "yellow")


def _place(path: Path, fault: Fault) -> str:
    line = f", line {fault.line}" if fault.line else ""
    column = f", column {fault.column!r}" if fault.column else ""
    return f"{path}{line}{column}"


def as_json(path: Path, faults: tuple[Fault, ...]) -> list[JsonValue]:
    return [{"file": str(path), **asdict(fault)} for fault in faults]
