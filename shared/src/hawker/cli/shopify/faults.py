"""What is wrong in a file, and where. It gathers; whether anything is sent nevertheless is decided elsewhere."""

from dataclasses import dataclass, field

FAULTS_MAX = 100
"""Faults told one by one; the rest are counted."""
NOTES_MAX = 20
QUOTE_CHARS_MAX = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to correct. `line` counts from 1 as editors do, and is 0 for the file as a whole."""

    line: int
    column: str | None
    problem: str
    remedy: str
    handle: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something done that the seller may not expect, and that stops nothing."""

    line: int
    text: str


@dataclass(slots=True)
class Findings:
    """Faults and notes as they are found, bounded. `handles` are the products that have a fault."""

    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    handles: dict[str, None] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def fault(self, fault: Fault) -> None:
        self.fault_count += 1
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(fault)
        if fault.handle is not None:
            self.handles[fault.handle] = None

    def note(self, line: int, text: str) -> None:
        if len(self.notes) < NOTES_MAX:
            self.notes.append(Note(line, text))


def quoted(text: str) -> str:
    """A cell as an error shows it: one line, not too long."""
    shown = text if len(text) <= QUOTE_CHARS_MAX else f"{text[:QUOTE_CHARS_MAX]}..."
    return repr(shown)
