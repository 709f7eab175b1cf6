"""A file on disk to products, and what is wrong with it told to the seller. The reading itself is pure and lives in `shopify`."""

from dataclasses import asdict
from pathlib import Path

from pydantic import JsonValue

from hawker.cli.screen import Screen
from hawker.cli.shopify import FILE_BYTES_MAX, Catalogue, Fault, Unreadable, read

EXPORT_ADVICE = "Give the path of a product CSV exported from Shopify."


def load(path: Path, *, currency: str) -> Catalogue | Unreadable:
    content = _content(path)
    return Unreadable((content,)) if isinstance(content, Fault) else read(content, currency=currency)


def _content(path: Path) -> bytes | Fault:
    """At most one byte more than may be read: a device or a giant file never fills the memory."""
    try:
        with path.open("rb") as file:
            return file.read(FILE_BYTES_MAX + 1)
    except IsADirectoryError:
        return Fault(0, None, "this is a folder", EXPORT_ADVICE)
    except FileNotFoundError:
        return Fault(0, None, "there is no such file", EXPORT_ADVICE)
    except OSError as fault:
        return Fault(0, None, f"it cannot be opened: {fault.strerror}", EXPORT_ADVICE)


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
