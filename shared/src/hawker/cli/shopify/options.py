"""What a product can be chosen by, and what each variant is of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hawker.cli.shopify.cells import Cells
from hawker.cli.shopify.faults import quoted

NUMBERS = (1, 2, 3)
DEFAULT_NAME = "title"
DEFAULT_VALUE = "default title"
"""Shopify's words for a product that comes in one kind only; they are no option."""


@dataclass(frozen=True, slots=True)
class Options:
    """The option's name by its number, and the line of each choice of values met so far."""

    by_number: dict[int, str]
    met: dict[tuple[str, ...], int] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.by_number.values())

    def values(self, cells: Cells) -> dict[str, str]:
        """One value for each option; a choice that another row offers already is a fault."""
        values = {name: self._value(cells, number, name) for number, name in self.by_number.items()}
        choice = tuple(values.values())
        line = self.met.setdefault(choice, cells.row.line)
        if line != cells.row.line and all(choice):
            _repeated(cells, values, line)
        return values

    def _value(self, cells: Cells, number: int, name: str) -> str:
        value = cells.text(f"option{number}_value")
        if not value:
            cells.fault(
                f"option{number}_value",
                f"this variant says nothing of {quoted(name)}",
                f"Write its {name}, as the product's other rows do.",
            )
        return value


def _repeated(cells: Cells, values: dict[str, str], line: int) -> None:
    if not values:
        cells.fault(
            "option1_name",
            f"a second variant (the first is on line {line}), but nothing tells them apart",
            "Name what differs in Option1 Name, and its value in each row.",
        )
        return
    choice = ", ".join(f"{name} {value}" for name, value in values.items())
    cells.fault("option1_value", f"line {line} already offers {quoted(choice)}", "Change one of the two, or remove this row.")


def read_options(rows: Sequence[Cells], variants: Sequence[Cells]) -> Options:
    names = {number: _name(rows, number) for number in NUMBERS}
    used = {number: name for number, name in names.items() if name and not _is_default(name, variants, number)}
    _check_unnamed(names, variants)
    if len(set(used.values())) < len(used):
        rows[0].fault(
            "option2_name", f"two options have one name: {quoted(', '.join(used.values()))}", "Give each option a name of its own."
        )
        return Options({})
    return Options(used)


def _name(rows: Sequence[Cells], number: int) -> str:
    return next((each.text(f"option{number}_name") for each in rows if each.row[f"option{number}_name"]), "")


def _is_default(name: str, variants: Sequence[Cells], number: int) -> bool:
    values = {each.row[f"option{number}_value"].casefold() for each in variants}
    return values == {""} or (name.casefold() == DEFAULT_NAME and values <= {"", DEFAULT_VALUE})


def _check_unnamed(names: dict[int, str], variants: Sequence[Cells]) -> None:
    for number, name in names.items():
        for each in () if name else variants:
            value = each.row[f"option{number}_value"]
            if value and value.casefold() != DEFAULT_VALUE:
                each.fault(
                    f"option{number}_name", f"the value {quoted(value)} belongs to no option", "Name the option in the product's first row."
                )
